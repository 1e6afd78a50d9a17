"""One stack and several sites: what one site causes happens on that site."""

import time
from http import HTTPStatus
from typing import Any

import pytest
import urllib3

from connect_local.laptop.stack import LaptopStack

PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def installed(stack: LaptopStack) -> dict[str, str]:
    """The clientKey of each site that has installed the app."""
    results = {
        site: control(stack, "install", descriptorUrl=stack.descriptor_url, site=site)
        for site in ("", "acme", "globex")
    }
    assert all(result["installed"] for result in results.values())
    return {site: result["clientKey"] for site, result in results.items()}


def control(stack: LaptopStack, name: str, **command: object) -> dict[str, Any]:
    assert stack.jira is not None
    answer = urllib3.request("POST", f"{stack.jira.base_url}/_local/{name}", json=command, retries=False)
    result: dict[str, Any] = answer.json()
    return result


def test_a_webhook_leads_to_work_on_its_own_site_only(stack: LaptopStack, installed: dict[str, str]) -> None:
    assert stack.jira is not None
    for site in ("acme", "globex"):
        body = {"issue": {"key": "DEMO-7", "fields": {"summary": f"Of {site}"}}}
        sent = control(
            stack, "webhooks", event="jira:issue_created", body=body, identifier=f"to-{site}", site=site
        )
        assert sent["status"] == HTTPStatus.NO_CONTENT
    deadline = time.monotonic() + PATIENCE_SECONDS
    noted: dict[str, Any] = {}
    while len(noted) < 2 and time.monotonic() < deadline:
        for site in ("acme", "globex"):
            issue = stack.jira.tenants.ensure(site).site.issue("DEMO-7")
            if issue and "connect-lambda" in issue.properties:
                noted[site] = issue.properties["connect-lambda"]["webhookId"]
        time.sleep(0.05)
    assert noted == {"acme": "to-acme", "globex": "to-globex"}
    assert stack.jira.site.issue("DEMO-7") is None
    calls = stack.jira.journal.requests()
    assert {call.reason for call in calls} == {None}
    assert {(call.site, call.client_key) for call in calls} == {
        (site, installed[site]) for site in ("acme", "globex")
    }


def test_the_app_speaks_to_the_site_that_a_message_names(
    stack: LaptopStack, installed: dict[str, str]
) -> None:
    assert stack.jira is not None
    control(stack, "uninstall", descriptorUrl=stack.descriptor_url, site="acme")
    url = f"{stack.base_url}/2015-03-31/functions/JiraCallsFunction/invocations"
    for site, works in (("", True), ("acme", False), ("globex", True)):
        message = {"clientKey": installed[site], "method": "GET", "path": "/rest/api/3/myself"}
        answer = urllib3.request("POST", url, json=message, retries=False).json()
        assert ("errorMessage" not in answer) is works, answer
