"""A site that has the app by Connect and by Forge, where Forge's token has no scope for a call."""

from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.auth.connect_fallback import REMEMBERED_SECONDS
from connect_jira.auth.jira_clients import YOUNG_SECONDS, SiteCredentials
from connect_jira.jira.client import JiraClient
from connect_jira.jira.errors import JiraForbidden, JiraUnauthorized
from connect_jwt.identity import ClientKey
from tests.unit.jira.conftest import CLIENT_KEY, SITE_URL
from tests.unit.jira.forge import INSTALLED, lifecycle, system_token
from tests.unit.jira.test_client import Pool
from tests.unit.jira.test_forge_sides import FORGE_KEY, FORGE_URL, both_sides, bring_token

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

SCOPE_CHECK = (
    401,
    {"code": 401, "message": "Unauthorized; scope does not match"},
    {"X-Failure-Category": "FAILURE_CLIENT_SCOPE_CHECK"},
)
GONE = (401, {"code": 401, "message": "Unauthorized; scope does not match"})
DONE = (201, b"")
PATH = "/rest/api/3/issue"


def calls(
    backend: "Backend", credentials: SiteCredentials, *answers: Any, site: ClientKey = CLIENT_KEY
) -> tuple[JiraClient, Pool]:
    pool = Pool(list(answers))
    http: Any = pool
    return JiraClient(credentials, site, http=http, clock=backend.clock, sleep=lambda _: None), pool


def called(pool: Pool) -> list[str]:
    """Return the URLs of the calls, and the kind of their tokens."""
    kinds = {f"{FORGE_URL}{PATH}": "Bearer", f"{SITE_URL}{PATH}": "JWT"}
    schemes = [sent.options["headers"]["Authorization"].partition(" ")[0] for sent in pool.sent]
    assert [kinds[sent.url] for sent in pool.sent] == schemes
    return schemes


def test_the_call_is_made_by_connects_jwt_while_there_is_one_and_so_for_an_hour(backend: "Backend") -> None:
    both_sides(backend)
    credentials = backend.new_credentials()
    client, pool = calls(backend, credentials, SCOPE_CHECK, DONE)
    assert client.post(PATH, {}).status == 201
    assert called(pool) == ["Bearer", "JWT"]
    client.post(PATH, {})
    assert called(pool)[2:] == ["JWT"]
    client.put(PATH, {})
    assert called(pool)[3:] == ["Bearer"], "another method is another call"
    backend.clock.now += REMEMBERED_SECONDS + 1
    bring_token(backend, "later")
    client.post(PATH, {})
    assert called(pool)[4:] == ["Bearer"]


def test_a_site_of_forge_alone_is_told_which_scope_is_missing(backend: "Backend") -> None:
    bring_token(backend)
    backend.clock.now += YOUNG_SECONDS
    client, pool = calls(backend, backend.new_credentials(), SCOPE_CHECK, site=FORGE_KEY)
    with pytest.raises(JiraUnauthorized, match="needs WRITE, in a Forge manifest write:jira-work") as error:
        client.post(PATH, {})
    assert error.value.reason == "scope-missing"
    assert not error.value.may_be_granted
    assert called(pool) == ["Bearer"]


def test_an_installation_that_is_gone_lacks_no_scope(backend: "Backend") -> None:
    both_sides(backend)
    client, pool = calls(backend, backend.new_credentials(), GONE)
    with pytest.raises(JiraUnauthorized) as error:
        client.post(PATH, {})
    assert error.value.reason == "jira-401"
    assert called(pool) == ["Bearer"]


def test_connects_jwt_is_no_longer_tried_once_jira_refuses_it(backend: "Backend") -> None:
    both_sides(backend)
    credentials = backend.new_credentials()
    client, pool = calls(backend, credentials, SCOPE_CHECK, (401, {}), SCOPE_CHECK)
    for _ in range(2):
        with pytest.raises(JiraUnauthorized, match="scope-missing"):
            client.post(PATH, {})
    assert called(pool) == ["Bearer", "JWT", "Bearer"]
    backend.clock.now += 10
    backend.install("n" * 40)
    backend.clock.now += 5 * 60
    pool.answers = [DONE]
    client.post(PATH, {})
    assert called(pool)[3:] == ["JWT"], "another secret is tried again"


def test_connects_jwt_that_is_refused_later_on_is_given_up_too(backend: "Backend") -> None:
    both_sides(backend)
    client, pool = calls(backend, backend.new_credentials(), SCOPE_CHECK, DONE, (401, {}), SCOPE_CHECK)
    client.post(PATH, {})
    for reason in ("jira-401", "scope-missing"):
        with pytest.raises(JiraUnauthorized) as error:
            client.post(PATH, {})
        assert error.value.reason == reason
    assert called(pool) == ["Bearer", "JWT", "JWT", "Bearer"]


def test_what_connects_scopes_do_not_allow_either_is_final(backend: "Backend") -> None:
    both_sides(backend)
    refused = (403, {"message": "Request not in an authorized API scope"})
    client, pool = calls(backend, backend.new_credentials(), SCOPE_CHECK, refused)
    with pytest.raises(JiraForbidden, match="scope-missing"):
        client.post(PATH, {})
    assert called(pool) == ["Bearer", "JWT"]


@pytest.mark.parametrize("answer", [SCOPE_CHECK, (403, {})], ids=["401", "403"])
def test_a_young_installation_of_forges_may_yet_be_granted_what_it_lacks(
    backend: "Backend", answer: Any
) -> None:
    token = system_token("system", backend.clock.now + 3000)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED, token=token))
    credentials = backend.new_credentials()
    for later, may_be_granted in [(60, True), (YOUNG_SECONDS, False)]:
        backend.clock.now += later
        client, _ = calls(backend, credentials, answer, site=FORGE_KEY)
        with pytest.raises((JiraUnauthorized, JiraForbidden)) as error:
            client.post(PATH, {})
        assert error.value.may_be_granted is may_be_granted
