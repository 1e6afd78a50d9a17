"""The laptop's Forge, as an app meets it that is none of ours; PyJWT's own client verifies its tokens."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

import jwt
import pytest
import urllib3

from connect_local.jira import LaptopJira
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.forge.manifests import load_manifest
from connect_local.jira.forge.platform import LAPTOP_APP_ID

EVENT = "avi:jira:created:issue"
LIFECYCLE = [f"avi:forge:{what}:app" for what in ("installed", "upgraded", "uninstalled")]


@dataclass
class Remote:
    """An app that notes what it is sent, and answers as it was told."""

    answers: list[int] = field(default_factory=list)
    received: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    news: Condition = field(default_factory=Condition)
    base_url: str = ""

    def wait_for(self, number: int) -> list[tuple[str, dict[str, str], Any]]:
        with self.news:
            assert self.news.wait_for(lambda: len(self.received) >= number, timeout=10)
        return self.received


@pytest.fixture
def remote() -> Iterator[Remote]:
    remote = Remote()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with remote.news:
                status = remote.answers.pop(0) if remote.answers else 204
                remote.received.append((self.path, headers, body))
                remote.news.notify_all()
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    remote.base_url = f"http://127.0.0.1:{server.server_port}"
    yield remote
    server.shutdown()
    thread.join()
    server.server_close()


def manifest(remote: Remote, **changed: Any) -> dict[str, Any]:
    endpoint = {"remote": "r", "auth": {"appSystemToken": {"enabled": True}}}
    return {
        "app": {"id": LAPTOP_APP_ID, "connect": {"key": "com.example.forged", "remote": "r"}},
        "remotes": [{"key": "r", "baseUrl": remote.base_url}],
        "modules": {
            "trigger": [
                {"key": "life", "endpoint": "life", "events": LIFECYCLE},
                {"key": "events", "endpoint": "events", "events": [EVENT]},
            ],
            "scheduledTrigger": [{"key": "hour", "endpoint": "hour", "interval": "hour"}],
            "endpoint": [
                {"key": key, "route": {"path": f"/{key}"}, **endpoint} for key in ("life", "events", "hour")
            ],
        },
        "permissions": {"scopes": ["read:app-system-token", "read:jira-work", "read:jira-user"]},
        **changed,
    }


@pytest.fixture
def forged(jira: LaptopJira, remote: Remote) -> Remote:
    jira.forge.deliveries.retry_seconds = 0.01
    jira.forge.install(jira.tenants.default, load_manifest(manifest(remote)))
    return remote


def create_issue(jira: LaptopJira) -> str:
    tenant = jira.tenants.default
    project = tenant.site.project("DEMO")
    assert project is not None
    return tenant.editor.create(project, {"summary": "S"}, by=tenant.site.admin).key


def claims_of(jira: LaptopJira, headers: dict[str, str]) -> dict[str, Any]:
    scheme, _, token = headers["authorization"].partition(" ")
    assert scheme == "Bearer"
    key = jwt.PyJWKClient(jira.forge.keys_url).get_signing_key_from_jwt(token)
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=LAPTOP_APP_ID, issuer="forge/invocation-token"
    )
    return claims


def rest(jira: LaptopJira, token: str, *, method: str = "GET", path: str = "/rest/api/3/myself") -> int:
    url = f"{jira.base_url}/ex/jira/{jira.site.cloud_id}{path}"
    return urllib3.request(
        method, url, headers={"Authorization": f"Bearer {token}"}, json={}, retries=False
    ).status


def test_installed_is_told_with_a_token_that_forges_key_set_verifies(
    jira: LaptopJira, forged: Remote
) -> None:
    ((path, headers, body),) = forged.wait_for(1)
    assert (path, body["eventType"]) == ("/life", "avi:forge:installed:app")
    claims = claims_of(jira, headers)
    assert claims["exp"] - claims["iat"] == 25
    assert claims["app"]["installationId"].startswith("ari:cloud:ecosystem::installation/")
    assert claims["app"]["apiBaseUrl"] == f"{jira.base_url}/ex/jira/{jira.site.cloud_id}"
    assert claims["app"]["module"] == {"type": "core:trigger", "key": "life"}
    assert claims["context"]["moduleKey"] == "life"
    assert "principal" not in claims
    assert {"x-b3-traceid", "x-b3-spanid"} <= headers.keys()


def test_a_system_token_is_good_at_the_api_until_it_ends(jira: LaptopJira, forged: Remote) -> None:
    ((_, headers, _),) = forged.wait_for(1)
    token = headers["x-forge-oauth-system"]
    assert rest(jira, token) == HTTPStatus.OK
    assert jira.journal.requests()[-1].path.startswith("/ex/jira/")
    jira.forge.system_tokens.lifetime = 0.0
    jira.forge.hourly(jira.tenants.default)
    ended = forged.wait_for(2)[1][1]["x-forge-oauth-system"]
    assert rest(jira, ended) == HTTPStatus.UNAUTHORIZED
    assert jira.journal.requests()[-1].reason == "access-token-expired"
    assert rest(jira, token, method="POST", path="/rest/api/3/issue") == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([500] * 9, "INVALID_REMOTE_INVOCATION_ERROR"),
        ([401] * 9, "INVALID_FORGE_INVOCATION_TOKEN"),
        ([302] * 9, "INVALID_REMOTE_INVOCATION_ERROR"),
    ],
)
def test_an_event_that_is_not_taken_is_sent_four_times_more(
    jira: LaptopJira, forged: Remote, answers: list[int], reason: str
) -> None:
    forged.wait_for(1)
    forged.answers = answers
    key = create_issue(jira)
    sent = forged.wait_for(6)[1:]
    bodies = [body for _, _, body in sent]
    assert [body.get("retryContext", {}).get("retryCount") for body in bodies] == [None, 1, 2, 3, 4]
    assert {body["retryContext"]["retryReason"] for body in bodies[1:]} == {reason}
    assert {(body["eventType"], body["issue"]["key"]) for body in bodies} == {(EVENT, key)}
    assert len({claims_of(jira, headers)["jti"] for _, headers, _ in sent}) == 5
    assert len(forged.answers) == 4, "and no more"


def test_an_event_that_is_taken_is_not_sent_again(jira: LaptopJira, forged: Remote) -> None:
    forged.wait_for(1)
    first, second = create_issue(jira), create_issue(jira)
    bodies = [body for _, _, body in forged.wait_for(3)[1:]]
    assert sorted(body["issue"]["key"] for body in bodies) == sorted([first, second])
    assert [body["selfGenerated"] for body in bodies] == [False, False]
    assert "webhookEvent" not in bodies[0]


def test_an_uninstalled_app_is_told_so_and_its_tokens_are_good_for_nothing(
    jira: LaptopJira, forged: Remote
) -> None:
    token = forged.wait_for(1)[0][1]["x-forge-oauth-system"]
    jira.forge.uninstall(jira.tenants.default, "com.example.forged")
    _, headers, body = forged.wait_for(2)[1]
    assert body["eventType"] == "avi:forge:uninstalled:app"
    assert "x-forge-oauth-system" not in headers
    assert rest(jira, token) == HTTPStatus.UNAUTHORIZED
    create_issue(jira)
    assert not jira.forge.hourly(jira.tenants.default)
    assert len(forged.received) == 2


def test_another_install_is_another_installation_and_an_upgrade_is_not(
    jira: LaptopJira, remote: Remote
) -> None:
    tenant, read = jira.tenants.default, load_manifest(manifest(remote))
    jira.forge.install(tenant, read)
    with pytest.raises(NotCarriedOut):
        jira.forge.install(tenant, read)
    jira.forge.upgrade(tenant, read)
    jira.forge.uninstall(tenant, "com.example.forged")
    jira.forge.install(tenant, read)
    ids = [claims_of(jira, headers)["app"]["installationId"] for _, headers, _ in remote.wait_for(4)]
    assert ids[0] == ids[1] == ids[2] != ids[3]


def test_a_token_of_one_site_is_none_of_anothers(jira: LaptopJira, forged: Remote) -> None:
    token = forged.wait_for(1)[0][1]["x-forge-oauth-system"]
    other = jira.tenants.ensure("acme").site
    url = f"{jira.base_url}/ex/jira/{other.cloud_id}/rest/api/3/myself"
    answer = urllib3.request("GET", url, headers={"Authorization": f"Bearer {token}"}, retries=False)
    assert answer.status == HTTPStatus.UNAUTHORIZED
    unknown = url.replace(other.cloud_id, "11223344-a1b2-3b33-8444-def123456789")
    assert urllib3.request("GET", unknown, retries=False).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("source", [None, 5, {}, {"app": {}}, "/nowhere/manifest.yml"])
def test_what_is_no_manifest_is_not_installed(jira: LaptopJira, source: Any) -> None:
    answer = urllib3.request("POST", f"{jira.base_url}/_local/forge/install", json={"manifest": source})
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert "manifest" in answer.json()["error"]
