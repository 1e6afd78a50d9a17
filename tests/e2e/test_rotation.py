"""A secret that Jira replaces behind the app's back, and a key that the operator replaces, under way."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus

import pytest
import urllib3
from click.testing import CliRunner
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends

from connect_cli.command import connect
from connect_jwt.identity import ClientKey
from connect_local.laptop.stack import LaptopStack, StackOptions
from connect_tools.template import ACCOUNT, REGION

CALLS = 100


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def stack(lines: list[str]) -> Iterator[LaptopStack]:
    options = StackOptions(port=0, jira_port=0, on_log=lambda _, line: lines.append(line))
    with LaptopStack(options) as stack:
        yield stack


@pytest.fixture(scope="module")
def client_key(stack: LaptopStack) -> ClientKey:
    assert stack.jira is not None
    client_key = stack.jira.lifecycle.install(stack.descriptor_url).client_key
    assert client_key is not None
    return client_key


def status_of_call(stack: LaptopStack, client_key: ClientKey) -> int:
    call = json.dumps({"clientKey": client_key, "path": "/rest/api/3/myself"}).encode()
    return int(json.loads(stack.functions["JiraCallsFunction"].invoke(call).payload).get("status", 0))


def test_no_call_is_lost_and_the_log_says_what_happened(
    stack: LaptopStack, client_key: ClientKey, lines: list[str]
) -> None:
    assert stack.jira is not None
    # one worker is warm, with the secret that will be replaced
    assert status_of_call(stack, client_key) == HTTPStatus.OK

    def call_or_rotate(number: int) -> int:
        if number in {30, 60}:
            faults = f"{stack.jira.base_url}/_local/faults" if stack.jira else ""
            urllib3.request("POST", faults, json={"rotateSecret": True})
        return status_of_call(stack, client_key)

    with ThreadPoolExecutor(max_workers=4) as several:
        statuses = list(several.map(call_or_rotate, range(CALLS)))
    recorded = [request.reason for request in stack.jira.journal.requests()]
    assert statuses == [HTTPStatus.OK] * CALLS
    assert "secret-previous" in recorded, "no call met the rotation"
    reasons = [json.loads(line).get("reason") for line in lines if line.startswith('{"level"')]
    assert "secret-previous" in reasons
    assert "app-not-installed" not in reasons


def deploy(stack: LaptopStack, **keys: str) -> None:
    """Give the functions other keys, as CloudFormation does: one function after the other."""
    for function in stack.functions.values():
        configuration = function.configuration
        if "SECRETS_KEY" in configuration.variables:
            variables = {**configuration.variables, **keys}
            assert not function.replace(replace(configuration, variables=variables))
    for logical_id in ("Installations", "SiteData", "WorkDone"):
        table = dynamodb_backends[ACCOUNT][REGION].tables[stack.cloud.attribute(logical_id, "Ref")]
        assert table.sse_specification
        table.sse_specification["KMSMasterKeyId"] = keys["SECRETS_KEY"]


def test_the_key_is_replaced_while_the_app_goes_on_and_the_old_one_can_go(
    stack: LaptopStack, client_key: ClientKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps of docs/operating.md, "Another key"."""
    assert stack.jira is not None
    monkeypatch.setattr("connect_tools.tenants.reseal.OLDER_FUNCTIONS_SECONDS", 0)
    monkeypatch.setattr("connect_tools.target_stack.forget_real_aws", lambda: None)
    for name, value in stack.cloud.environment().items():
        monkeypatch.setenv(name, value)
    old = stack.cloud.attribute("SecretsKey", "Arn")
    new = stack.cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    statuses: list[int] = []
    is_over = threading.Event()

    def go_on() -> None:
        while not is_over.is_set():
            statuses.append(status_of_call(stack, client_key))

    with ThreadPoolExecutor(max_workers=1) as beside:
        going_on = beside.submit(go_on)
        try:
            deploy(stack, SECRETS_KEY=old, OTHER_SECRETS_KEY=new)
            deploy(stack, SECRETS_KEY=new, OTHER_SECRETS_KEY=old)
            port = stack.base_url.rpartition(":")[2]
            printed = CliRunner().invoke(connect, ["tenants", "reseal", "--port", port, "--json"])
            del kms_backends[ACCOUNT][REGION].keys[old.rpartition("/")[2]]
            assert stack.jira.lifecycle.reinstall(stack.descriptor_url).installed
            deploy(stack, SECRETS_KEY=new, OTHER_SECRETS_KEY="")
        finally:
            is_over.set()
        going_on.result()
    assert printed.exit_code == 0, printed.output
    result = json.loads(printed.stdout)
    assert (result["key"], result["unreadable"], result["tablesUnderAnotherKey"]) == (new, [], {})
    assert result["sealed"]["sharedSecrets"] == 1
    assert result["resealed"] >= 1
    assert set(statuses) == {HTTPStatus.OK}
    assert status_of_call(stack, client_key) == HTTPStatus.OK
