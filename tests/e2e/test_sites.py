"""One stack and several sites: what one site causes happens on that site."""

import json
import time
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from connect_jira.events.call_request import CallRequest
from connect_jira.installations.sealing import SharedSecretSealer
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey, SharedSecret
from connect_local.laptop.stack import LaptopStack
from connect_tools.call.calls import request_call
from connect_tools.operator_log import entries
from connect_tools.stack_services import service_of
from connect_tools.target_stack import running_stack
from connect_tools.tenants.listing import list_sites
from connect_tools.tenants.secrets_key import secrets_key_of
from connect_tools.tenants.showing import show
from connect_tools.tenants.testing import try_one

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


def test_a_site_that_refuses_its_secret_is_found_paused_and_ends_the_pause_by_installing(
    stack: LaptopStack, installed: dict[str, str], logs: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    globex = ClientKey(installed["globex"])
    where = running_stack(urlsplit(stack.base_url).port or 0)

    def said() -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    assert try_one(where, globex, pause=True, as_json=True)
    assert said()["works"]

    of_another_install = SharedSecretSealer(secrets_key_of(where)).seal(globex, SharedSecret("x" * 64))
    store = InstallationStore(service_of(where, "dynamodb"), table=where.resource("Installations"))
    store.update(globex, lambda row: row and replace(row, sealed_secret=of_another_install))
    stack.functions["JiraCallsFunction"].replace()  # else it knows the secret of before for minutes
    assert not try_one(where, globex, pause=True, as_json=True)
    assert {"code": "app-not-installed", "changed": "paused"}.items() <= said().items()
    list_sites(where, states=["paused"], transports=[], as_json=True)
    assert [site["clientKey"] for site in said()["sites"]] == [globex]

    stack.functions["JiraCallsFunction"].replace()  # likewise, of a site that is not paused
    calls, noted = len(calls_on(stack, "globex")), len(logs)
    request_call(where, CallRequest(client_key=globex, method="GET", path="/rest/api/3/myself"))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any("secret-refused" in line for line in logs[noted:]):
        assert time.monotonic() < deadline, "the call is not held back"
        time.sleep(0.05)
    assert len(calls_on(stack, "globex")) == calls

    control(stack, "reinstall", descriptorUrl=stack.descriptor_url, site="globex")
    show(where, globex, opens=True, as_json=True)
    assert {"paused": None, "secretOpens": True}.items() <= said()["connect"].items()
    outcomes = [entry["outcome"] for entry in entries(where, hours=1) if "outcome" in entry]
    assert outcomes == ["works", "app-not-installed paused"]


def calls_on(stack: LaptopStack, site: str) -> list[Any]:
    assert stack.jira is not None
    return [call for call in stack.jira.journal.requests() if call.site == site]
