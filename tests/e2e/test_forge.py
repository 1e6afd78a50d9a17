"""An app that Forge alone delivers: no Connect token anywhere."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import urllib3

from connect_local.jira.forge.platform import ForgePlatform
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.forge import (
    PATIENCE_SECONDS,
    control,
    create_issue,
    effects,
    eventually,
    invoke,
    manifest,
    noted,
    row,
)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def stack(lines: list[str]) -> Iterator[LaptopStack]:
    options = StackOptions(port=0, jira_port=0, on_log=lambda _, line: lines.append(line))
    with LaptopStack(options) as stack:
        yield stack


@pytest.fixture(scope="module")
def installation(stack: LaptopStack) -> str:
    result = control(stack, "forge/install", manifest=manifest(stack, connect=False))
    assert [answer["status"] for answer in result["answers"].values()] == [HTTPStatus.NO_CONTENT]
    return str(result["installationId"])


@pytest.fixture
def forge(stack: LaptopStack) -> ForgePlatform:
    assert stack.jira is not None
    return stack.jira.forge


def post(stack: LaptopStack, path: str, token: str | None, body: object, **headers: str) -> int:
    authorization = {"Authorization": token} if token else {}
    answer = urllib3.request(
        "POST",
        f"{stack.base_url}/forge/{path}",
        json=body,
        headers=authorization | headers,
        retries=False,
        timeout=PATIENCE_SECONDS,
    )
    assert answer.data == b""
    return answer.status


def test_an_install_is_kept_with_its_token_sealed(stack: LaptopStack, installation: str) -> None:
    kept = row(stack, installation)
    assert kept is not None
    assert kept["state"] == {"S": "enabled"}
    assert b"eyJ" not in kept["sealedToken"]["B"]


def test_the_app_calls_jira_by_its_installation(stack: LaptopStack, installation: str) -> None:
    answer = invoke(stack, installation)
    assert answer["status"] == HTTPStatus.OK
    assert answer["body"]["accountType"] == "app"


def test_an_issue_has_its_effect_with_no_connect_token_at_all(stack: LaptopStack, installation: str) -> None:
    assert stack.jira is not None
    key = create_issue(stack, "Of Forge")
    note = eventually(lambda: noted(stack, key))
    assert note["event"] == "jira:issue_created"
    assert note["webhookId"].startswith("forge-")
    (path,) = effects(stack, key)
    assert path.startswith("/ex/jira/")
    assert row(stack, installation) is not None


@pytest.mark.parametrize("path", ["/pages/hello-world", "/api/greeting", "/webhooks/issue_created"])
def test_a_token_of_forges_own_opens_no_page_and_no_route_of_connects(
    stack: LaptopStack, forge: ForgePlatform, installation: str, path: str
) -> None:
    (app,) = forge.apps()
    assert app.installation_id == installation
    method = "POST" if path.startswith("/webhooks") else "GET"
    headers = {"Authorization": f"Bearer {forge.token_for(app)}"}
    answer = urllib3.request(
        method, f"{stack.base_url}{path}", headers=headers, retries=False, timeout=PATIENCE_SECONDS
    )
    assert (answer.status, answer.data) == (HTTPStatus.UNAUTHORIZED, b"")


def test_an_event_that_is_sent_again_is_done_once(
    stack: LaptopStack, forge: ForgePlatform, installation: str
) -> None:
    (app,) = forge.apps()
    assert stack.jira is not None
    issue = stack.jira.site.ensure_issue("DEMO-900", {})
    body = {"eventType": "avi:jira:created:issue", "issue": {"id": issue.id, "key": issue.key}}
    assert post(stack, "events", f"Bearer {forge.token_for(app)}", body) == HTTPStatus.NO_CONTENT
    eventually(lambda: noted(stack, "DEMO-900"))
    again = body | {"retryContext": {"retryCount": 1, "retryReason": "TIMEOUT_ERROR", "retryData": None}}
    assert post(stack, "events", f"Bearer {forge.token_for(app)}", again) == HTTPStatus.NO_CONTENT
    last = create_issue(stack, "after it")
    eventually(lambda: noted(stack, last))
    assert len(effects(stack, "DEMO-900")) == 1
    assert installation


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": 1_700_000_000, "iat": 1_699_999_990, "nbf": 1_699_999_990}, "expired"),
        ({"nbf": 4_000_000_000}, "not-yet-valid"),
        ({"iss": "somebody"}, "iss-not-forge"),
        ({"aud": "ari:cloud:ecosystem::app/9c0b7c0e-0b0b-4a0b-8b0b-0b0b0b0b0b0b"}, "aud-mismatch"),
        ({"jti": ""}, "jti-missing"),
        ({"context": {"extension": {"type": "jira:globalPage"}}}, "of-a-page"),
    ],
)
def test_a_token_that_is_wrong_in_one_thing_is_refused_and_explained(
    stack: LaptopStack,
    forge: ForgePlatform,
    installation: str,
    lines: list[str],
    claims: dict[str, Any],
    reason: str,
) -> None:
    before = row(stack, installation)
    (app,) = forge.apps()
    lines.clear()
    for path in ("lifecycle", "events", "refresh"):
        token = forge.token_for(app, **claims)
        status = post(stack, path, f"Bearer {token}", {"eventType": "avi:forge:uninstalled:app"})
        assert status == HTTPStatus.UNAUTHORIZED
        assert not any(part in line for part in token.split(".") for line in lines)
    eventually(lambda: sum(f'"reason":"{reason}"' in line and "explanation" in line for line in lines) == 3)
    assert row(stack, installation) == before


def test_an_api_url_that_is_not_atlassians_is_refused(
    stack: LaptopStack, forge: ForgePlatform, installation: str
) -> None:
    (app,) = forge.apps()
    claim = {
        "installationId": installation,
        "apiBaseUrl": f"https://evil.example/ex/jira/{app.tenant.site.cloud_id}",
    }
    token = forge.token_for(app, app=claim)
    assert post(stack, "refresh", f"Bearer {token}", {}) == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "authorization", [None, "Basic eDp5", "JWT x.y.z", "Bearer x.y.z", "Bearer " + "x" * 8200]
)
def test_without_a_proof_nothing_is_taken(stack: LaptopStack, authorization: str | None) -> None:
    assert post(stack, "lifecycle", authorization, {}) == HTTPStatus.UNAUTHORIZED


def test_without_a_live_token_a_call_is_not_made_until_forge_brings_the_next(
    stack: LaptopStack, installation: str
) -> None:
    control(stack, "forge/hourly", tokenSeconds=7200)
    table = stack.cloud.attribute("Installations", "Ref")
    stack.cloud.client("dynamodb").update_item(
        TableName=table,
        Key={"clientKey": {"S": installation}},
        UpdateExpression="SET tokenExpiresAt = :ended",
        ExpressionAttributeValues={":ended": {"N": str(int(time.time()) - 60)}},
    )
    assert stack.jira is not None
    stack.jira.forge.system_tokens.revoke_all()
    assert "forge-token-missing" in invoke(stack, installation)["errorMessage"]
    control(stack, "forge/hourly")
    assert invoke(stack, installation)["status"] == HTTPStatus.OK


def test_what_jira_refuses_by_forges_door(
    stack: LaptopStack, forge: ForgePlatform, installation: str
) -> None:
    assert stack.jira is not None
    (app,) = forge.apps()
    url = f"{stack.jira.base_url}/ex/jira/{app.tenant.site.cloud_id}/rest/api/3/myself"
    good = forge.system_tokens.issue(app, now=time.time())
    old = forge.system_tokens.issue(app, now=time.time() - 3 * 3600)
    for authorization, status in (
        (f"Bearer {good}", 200),
        (f"Bearer {old}", 401),
        ("Bearer x", 401),
        ("JWT x", 401),
    ):
        answer = urllib3.request("GET", url, headers={"Authorization": authorization}, retries=False)
        assert answer.status == status
    own = f"{stack.jira.base_url}/rest/api/3/myself"
    assert (
        urllib3.request("GET", own, headers={"Authorization": f"Bearer {good}"}, retries=False).status == 401
    )
    assert installation


def test_an_installation_that_is_leaving_works_on_and_is_revived_by_the_hourly_call(
    stack: LaptopStack, forge: ForgePlatform, installation: str
) -> None:
    def state() -> str:
        kept = row(stack, installation)
        assert kept is not None
        return str(kept["state"]["S"])

    (app,) = forge.apps()
    body = {"context": {"cloudId": app.tenant.site.cloud_id, "moduleKey": "m"}, "contextToken": "opaque"}
    token = f"Bearer {forge.token_for(app)}"
    assert post(stack, "lifecycle/pre-uninstall", token, body) == HTTPStatus.NO_CONTENT
    assert state() == "leaving"
    assert invoke(stack, installation)["status"] == HTTPStatus.OK
    control(stack, "forge/hourly")
    assert state() == "enabled"


def test_an_event_for_an_uninstalled_installation_is_refused(
    stack: LaptopStack, forge: ForgePlatform, installation: str
) -> None:
    (app,) = forge.apps()
    result = control(stack, "forge/uninstall", key=app.manifest.descriptor.key)
    assert [answer["status"] for answer in result["answers"].values()] == [HTTPStatus.NO_CONTENT] * 2
    kept = row(stack, installation)
    assert kept is not None
    assert "sealedToken" not in kept
    token = f"Bearer {forge.token_for(app)}"
    body = {"eventType": "avi:jira:created:issue", "issue": {"key": "DEMO-1"}}
    assert post(stack, "events", token, body) == HTTPStatus.UNAUTHORIZED
    assert "not installed" in invoke(stack, installation)["errorMessage"]


def test_no_system_token_is_ever_logged(lines: list[str]) -> None:
    assert not any("eyJ" in line for line in lines)
