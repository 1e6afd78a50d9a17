"""The pages of an app that Forge alone delivers: who may what, asked of Jira as the user."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import urllib3

from connect_jira.auth.jira_clients import JiraClients
from connect_jira.composition import Composition
from connect_jira.errors import ImpersonationRefused
from connect_jira.installations.activity import Activity
from connect_jwt.identity import ClientKey
from connect_local.jira import LaptopJira
from connect_local.jira.forge.installations import ForgeApp
from connect_local.jira.site import ADMIN, MEMBER
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.forge import control, invoke_remote, manifest
from tests.e2e.test_acting_as_users import Unhurried
from tests.e2e.watching import eventually

CHECK = "/permissions/check"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def stack(lines: list[str]) -> Iterator[LaptopStack]:
    options = StackOptions(port=0, jira_port=0, on_log=lambda _, line: lines.append(line))
    with LaptopStack(options) as stack:
        yield stack


@pytest.fixture(scope="module")
def app(stack: LaptopStack) -> ForgeApp:
    control(stack, "forge/install", manifest=manifest(stack, connect=False))
    return app_of(stack)


@pytest.fixture
def jira(stack: LaptopStack) -> LaptopJira:
    assert stack.jira is not None
    return stack.jira


def app_of(stack: LaptopStack) -> ForgeApp:
    assert stack.jira is not None
    (app,) = (app for app in stack.jira.forge.apps() if app.live)
    return app


def request_remote(
    stack: LaptopStack, account_id: str, path: str, **headers: str
) -> urllib3.BaseHTTPResponse:
    """Send a request as the browser does, with additions of its user."""
    assert stack.jira is not None
    token = stack.jira.forge.page_token_for(app_of(stack), account_id)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return urllib3.request(
        "GET",
        f"{stack.base_url}/api{path}",
        headers={"Authorization": f"Bearer {token}", **named},
        retries=False,
    )


def checks(jira: LaptopJira) -> list[tuple[str, int | None]]:
    return [(call.path, call.status) for call in jira.journal.requests() if call.path.endswith(CHECK)]


@pytest.mark.usefixtures("app")
def test_a_page_that_forge_shows_gets_what_one_of_connects_gets(stack: LaptopStack, jira: LaptopJira) -> None:
    assert invoke_remote(stack, MEMBER.account_id, "/greeting") == (200, {"displayName": MEMBER.display_name})
    for user, keys in ((MEMBER, {"DEMO", "WEB"}), (ADMIN, {"DEMO", "OPS", "WEB"})):
        status, body = invoke_remote(stack, user.account_id, "/recent-projects")
        assert (status, {project["key"] for project in body["projects"]}) == (200, keys)
        assert all(project["url"].startswith(f"{jira.base_url}/browse/") for project in body["projects"])
    assert invoke_remote(stack, MEMBER.account_id, "/health")[1]["state"] == "enabled"


@pytest.mark.usefixtures("app")
def test_the_calls_for_administrators_are_for_them_alone(stack: LaptopStack, jira: LaptopJira) -> None:
    for method, path in (("GET", "/connection"), ("POST", "/connection-test")):
        assert invoke_remote(stack, ADMIN.account_id, path, method)[0] == HTTPStatus.OK
        refused = invoke_remote(stack, MEMBER.account_id, path, method)
        assert refused == (HTTPStatus.FORBIDDEN, {"reason": "permission-missing"})
    assert {status for _, status in checks(jira)} == {HTTPStatus.OK}
    assert all(path.startswith(f"/ex/jira/{jira.site.cloud_id}/") for path, _ in checks(jira))


def test_the_token_of_somebody_else_is_refused_and_never_asked_with(
    stack: LaptopStack, jira: LaptopJira, app: ForgeApp, lines: list[str]
) -> None:
    tokens, now = jira.forge.system_tokens, jira.site.now().timestamp()
    other = jira.tenants.ensure("acme")
    jira.forge.add(other, app.manifest)
    (elsewhere,) = (each for each in jira.forge.apps() if each.tenant is other)
    forged = {
        "of the administrator": tokens.issue(app, now=now, user=ADMIN),
        "of the app": tokens.issue(app, now=now),
        "of another site": tokens.issue(elsewhere, now=now, user=MEMBER),
        "at its end": tokens.issue(app, now=now - 3 * 3600, user=MEMBER),
        "nobody's": "made-up",
    }
    jira.forge._apps.remove(elsewhere)  # noqa: SLF001 - one app is enough for the other tests
    before = checks(jira)
    for name, token in forged.items():
        answer = request_remote(stack, MEMBER.account_id, "/connection", x_forge_oauth_user=token)
        assert (answer.status, answer.json()) == (403, {"reason": "user-token-refused"}), name
        assert not any(token in line for line in lines)
    assert checks(jira) == before


@pytest.mark.usefixtures("app")
def test_without_a_token_nobody_may_and_the_log_says_what_is_missing(
    stack: LaptopStack, lines: list[str]
) -> None:
    answer = request_remote(stack, ADMIN.account_id, "/connection")
    assert (answer.status, answer.json()) == (403, {"reason": "user-token-missing"})
    assert answer.headers["access-control-allow-origin"] == "*"
    reason = '"reason":"user-token-missing"'
    (line,) = eventually(lambda: [line for line in lines if reason in line and "explanation" in line])
    assert "allowImpersonation: true (read:jira-work, read:jira-user, write:jira-work)" in line


def client(stack: LaptopStack, monkeypatch: pytest.MonkeyPatch) -> Any:
    variables = stack.functions["JiraCallsFunction"].configuration.variables
    for name, value in variables.items():
        if name.startswith(("AWS_", "POWERTOOLS_")):
            monkeypatch.setenv(name, value)
    composition = Composition.from_env(variables)
    client_key = ClientKey(app_of(stack).installation_id)
    activity = Activity.from_env(variables, composition.aws)
    return JiraClients(composition.app, composition.credentials, activity).on(client_key, Unhurried())


@pytest.mark.usefixtures("app")
def test_with_allow_impersonation_forge_gives_the_users_token(
    stack: LaptopStack, jira: LaptopJira, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImpersonationRefused, match="allowImpersonation"):
        client(stack, monkeypatch).as_user(MEMBER.account_id).get("/rest/api/3/myself")
    control(stack, "forge/upgrade", manifest=manifest(stack, connect=False, impersonates=True))
    assert request_remote(stack, ADMIN.account_id, "/connection").status == HTTPStatus.OK
    assert request_remote(stack, MEMBER.account_id, "/connection").status == HTTPStatus.FORBIDDEN
    projects = request_remote(stack, MEMBER.account_id, "/recent-projects").json()["projects"]
    assert {project["key"] for project in projects} == {"DEMO", "WEB"}
    found = client(stack, monkeypatch).as_user(MEMBER.account_id).get("/rest/api/3/myself").object
    assert found["accountId"] == MEMBER.account_id
    assert {status for _, status in checks(jira)} == {HTTPStatus.OK}


@pytest.mark.usefixtures("app")
def test_no_token_is_ever_logged(lines: list[str]) -> None:
    assert lines
    assert not any("eyJ" in line for line in lines)


def test_a_site_that_has_both_is_asked_by_connects_token_and_as_the_user_once_that_has_ended() -> None:
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        jira = stack.jira
        assert jira is not None
        control(stack, "install", descriptorUrl=stack.descriptor_url)
        control(stack, "forge/install", manifest=manifest(stack))
        assert request_remote(stack, ADMIN.account_id, "/connection").status == HTTPStatus.OK
        assert request_remote(stack, MEMBER.account_id, "/connection").status == HTTPStatus.FORBIDDEN
        assert {(path.partition("/rest")[0], status) for path, status in checks(jira)} == {("", 200)}
        control(stack, "forge/upgrade", manifest=manifest(stack, connect=False))
        for _ in range(2):
            assert invoke_remote(stack, ADMIN.account_id, "/connection")[0] == HTTPStatus.OK
            assert invoke_remote(stack, MEMBER.account_id, "/connection")[0] == HTTPStatus.FORBIDDEN
