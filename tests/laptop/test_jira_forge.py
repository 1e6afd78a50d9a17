"""The laptop's Forge, as an app meets it that is none of ours; PyJWT's own client verifies its tokens."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import urllib3

from connect_local.jira import LaptopJira
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.forge.manifests import load_manifest
from tests.laptop.forge_remote import EVENT, Remote, claims_of, listening, manifest


@pytest.fixture
def remote() -> Iterator[Remote]:
    with listening() as remote:
        yield remote


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
    assert rest(jira, token, method="POST", path="/rest/api/3/issue") == HTTPStatus.UNAUTHORIZED
    assert jira.journal.requests()[-1].reason == "scope-missing"


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
