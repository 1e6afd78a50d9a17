"""Acting as a user where there is Forge alone: what Atlassian's GraphQL is asked, and what is kept of it."""

from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from connect_jira.auth.offline_tokens import OfflineTokens
from connect_jira.auth.user_grants import ForgeUserGrant
from connect_jira.auth.user_tokens import UserTokens
from connect_jira.errors import (
    ForgeTokenMissing,
    ImpersonationRefused,
    NotInstalled,
    TemporarilyUnavailable,
)
from connect_jira.jira.client import JiraClient
from connect_jira.jira.credentials import BearerCredentials
from connect_jira.jira.errors import JiraUnauthorized
from connect_jwt.clouds import CLOUDS, graphql_url
from connect_jwt.identity import ClientKey
from tests.unit.jira.atlassian import (
    AT_THE_SITE,
    GRAPHQL,
    NO_CONTEXT,
    SCOPE_MISSING,
    SITE,
    WORKSPACE,
    Atlassian,
)
from tests.unit.jira.conftest import CLIENT_KEY
from tests.unit.jira.forge import INSTALLED, UNINSTALLED, lifecycle, refresh, system_token
from tests.unit.jwt.invocations import API, CLOUD_ID, INSTALLATION

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

ALICE, BOB = "5b10ac8d82e05b22cc7d4ef5", "5b10a2844c20165700ede21g"
MYSELF = "/rest/api/3/myself"


def bring_token(backend: "Backend") -> str:
    token = system_token("system", backend.clock.now + 7200)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED, token=token))
    return token


@pytest.fixture
def atlassian() -> Atlassian:
    return Atlassian(gives=True)


@pytest.fixture
def client(backend: "Backend", atlassian: Atlassian) -> JiraClient:
    bring_token(backend)
    return client_of(backend, atlassian, ClientKey(INSTALLATION))


def client_of(backend: "Backend", atlassian: Any, client_key: ClientKey) -> JiraClient:
    credentials = backend.new_credentials()
    offline = OfflineTokens(backend.app, http=atlassian, clock=backend.clock)
    users = UserTokens(credentials, offline=offline, url="", http=atlassian, clock=backend.clock)
    return JiraClient(
        credentials, client_key, http=atlassian, users=users, clock=backend.clock, sleep=lambda _: None
    )


def test_the_address_is_a_constant_of_the_cloud() -> None:
    commercial, staging = CLOUDS["commercial"].forge_api_url, CLOUDS["staging"].forge_api_url
    assert commercial is not None
    assert staging is not None
    assert graphql_url(commercial) == "https://api.atlassian.com/graphql"
    assert graphql_url(staging) == "https://api.stg.atlassian.com/graphql"


def test_the_system_token_is_exchanged_for_the_users(
    backend: "Backend", atlassian: Atlassian, client: JiraClient
) -> None:
    answer = client.as_user(ALICE).get(MYSELF)
    asking, call = atlassian.asked
    assert (asking.method, asking.url, asking.token) == ("POST", GRAPHQL, bring_token(backend))
    assert asking.body["variables"] == {"input": {"contextIds": [WORKSPACE], "userId": ALICE}}
    for word in ("mutation", "offlineUserAuthToken(input: $input)", "success", "message", "token", "ttl"):
        assert word in asking.body["query"]
    assert (call.url, atlassian.tokens[call.token]) == (f"{AT_THE_SITE}myself", ALICE)
    assert answer.object["accountId"] == ALICE


def test_a_joined_site_whose_connect_side_is_gone_is_asked_by_its_installation(
    backend: "Backend", atlassian: Atlassian
) -> None:
    backend.install("s" * 40, age=20, installationId=INSTALLATION)
    bring_token(backend)
    backend.uninstall()
    answer = client_of(backend, atlassian, CLIENT_KEY).as_user(ALICE).get(MYSELF)
    assert answer.object["accountId"] == ALICE


def test_a_token_is_asked_for_once_for_each_user_until_shortly_before_it_ends(
    backend: "Backend", atlassian: Atlassian, client: JiraClient
) -> None:
    for user in (ALICE, ALICE, BOB, ALICE, BOB):
        assert client.as_user(user, scopes=()).get(MYSELF).object["accountId"] == user
    client.as_user(ALICE, scopes=("READ",)).get(MYSELF)
    assert len(atlassian.calls("/graphql")) == 2
    backend.clock.now += 3560
    client.as_user(ALICE).get(MYSELF)
    assert len(atlassian.calls("/graphql")) == 2
    backend.clock.now += 20
    client.as_user(ALICE).get(MYSELF)
    assert len(atlassian.calls("/graphql")) == 3


def test_a_token_is_not_another_installations(backend: "Backend", atlassian: Atlassian) -> None:
    tokens: Any = OfflineTokens(backend.app, http=atlassian, clock=backend.clock)  # type: ignore[arg-type]
    system = BearerCredentials(f"{API}/ex/jira/{CLOUD_ID}", "system")
    of = {
        installation: tokens.credentials(ForgeUserGrant(installation, system), ALICE, fresh=False)
        for installation in ("one", "another")
    }
    assert of["one"] != of["another"]


def test_the_form_of_the_context_that_worked_is_remembered(atlassian: Atlassian, client: JiraClient) -> None:
    atlassian.right_context = SITE
    for user in (ALICE, BOB):
        client.as_user(user).get(MYSELF)
    contexts = [
        context
        for asked in atlassian.calls("/graphql")
        for context in asked.body["variables"]["input"]["contextIds"]
    ]
    assert contexts == [WORKSPACE, SITE, SITE]


def test_a_token_that_jira_refuses_is_asked_for_again_once(atlassian: Atlassian, client: JiraClient) -> None:
    client.as_user(ALICE).get(MYSELF)
    atlassian.tokens.clear()
    assert client.as_user(ALICE).get(MYSELF).object["accountId"] == ALICE
    atlassian.answers["/myself"] = [(401, {})]
    with pytest.raises(JiraUnauthorized):
        client.as_user(ALICE).get(MYSELF)
    assert len(atlassian.calls("/graphql")) == 3


def of_mutation(**result: Any) -> tuple[int, Any]:
    return 200, {"data": {"offlineUserAuthToken": result}}


REFUSALS: dict[str, tuple[Any, str]] = {
    "not successful": (
        of_mutation(success=False, errors=[{"message": NO_CONTEXT}], authToken=None),
        NO_CONTEXT,
    ),
    "not successful, with a token": (
        of_mutation(success=False, errors=[], authToken={"token": "t", "ttl": 60}),
        "without a reason",
    ),
    "success that is a text": (
        of_mutation(success="true", errors=[], authToken={"token": "t", "ttl": 60}),
        "without",
    ),
    "no token": (of_mutation(success=True, errors=None, authToken=None), "without a reason"),
    "a token that is none": (of_mutation(success=True, authToken={"token": "a b", "ttl": 60}), "without"),
    "a token without an end": (of_mutation(success=True, authToken={"token": "t"}), "without"),
    "errors of GraphQL's own": ((200, {"errors": [{"message": "Bad input"}], "data": None}), "Bad input"),
    "a missing scope": (SCOPE_MISSING, "scope does not match"),
    "a list": ((200, [1]), "without a reason"),
    "HTML": ((200, b"<html>", {"Content-Type": "text/html"}), "without a reason"),
    "a redirect": ((302, b"", {"Location": "https://evil.example/graphql"}), "answered 302"),
    "forbidden": ((403, {"message": "No."}), "answered 403 No"),
}


@pytest.mark.parametrize(("answer", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_says_what_atlassian_says_and_which_scopes_must_allow_it(
    atlassian: Atlassian, client: JiraClient, answer: Any, said: str
) -> None:
    atlassian.answers["/graphql"] = [answer]
    with pytest.raises(ImpersonationRefused, match=said) as refused:
        client.as_user(ALICE).get(MYSELF)
    assert refused.value.reason == "impersonation-refused"
    assert "allowImpersonation: true (read:jira-work, read:jira-user, write:jira-work)" in str(refused.value)
    assert "eyJ" not in str(refused.value)
    assert not atlassian.calls("/myself")
    assert {asked.url for asked in atlassian.asked} == {GRAPHQL}


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}),
        (503, b""),
        (429, {"code": 429, "message": "Too Many Requests"}),
        urllib3.exceptions.ReadTimeoutError(None, "", "slow"),  # type: ignore[arg-type]
    ],
    ids=str,
)
def test_no_answer_is_no_refusal(atlassian: Atlassian, client: JiraClient, answer: Any) -> None:
    atlassian.answers["/graphql"] = [answer]
    with pytest.raises(TemporarilyUnavailable):
        client.as_user(ALICE).get(MYSELF)


def test_a_system_token_that_is_not_taken_waits_for_the_next(
    atlassian: Atlassian, client: JiraClient
) -> None:
    atlassian.answers["/graphql"] = [(401, {"code": 401, "message": "Unauthorized"})]
    with pytest.raises(ForgeTokenMissing):
        client.as_user(ALICE).get(MYSELF)


def test_without_an_installation_or_its_token_nobody_is_asked(
    backend: "Backend", atlassian: Atlassian
) -> None:
    with pytest.raises(NotInstalled):
        client_of(backend, atlassian, ClientKey(INSTALLATION)).as_user(ALICE).get(MYSELF)
    backend.forge.refresh(refresh(backend))
    with pytest.raises(ForgeTokenMissing):
        client_of(backend, atlassian, ClientKey(INSTALLATION)).as_user(ALICE).get(MYSELF)
    bring_token(backend)
    backend.clock.now += 1
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    with pytest.raises(NotInstalled):
        client_of(backend, atlassian, ClientKey(INSTALLATION)).as_user(ALICE).get(MYSELF)
    assert not atlassian.asked


@pytest.mark.parametrize(
    "base_url",
    [
        f"https://api.atlassian.com.evil.example/ex/jira/{CLOUD_ID}",
        f"https://evil.example/ex/jira/{CLOUD_ID}",
        f"http://api.atlassian.com/ex/jira/{CLOUD_ID}",
        f"https://api.stg.atlassian.com/ex/jira/{CLOUD_ID}",
        f"{API}@evil.example/ex/jira/{CLOUD_ID}",
    ],
)
def test_a_system_token_goes_to_no_host_but_the_clouds(
    backend: "Backend", atlassian: Atlassian, base_url: str
) -> None:
    tokens: Any = OfflineTokens(backend.app, http=atlassian, clock=backend.clock)  # type: ignore[arg-type]
    grant = ForgeUserGrant(INSTALLATION, BearerCredentials(base_url, "system"))
    with pytest.raises(ImpersonationRefused, match="no API host"):
        tokens.credentials(grant, ALICE, fresh=False)
    assert not atlassian.asked


@pytest.mark.parametrize("ttl", [float("inf"), 10**9])
def test_a_token_that_says_it_never_ends_is_kept_for_a_day(
    backend: "Backend", atlassian: Atlassian, client: JiraClient, ttl: float
) -> None:
    atlassian.ttl = ttl
    client.as_user(ALICE).get(MYSELF)
    backend.clock.now += 24 * 3600
    backend.forge.refresh(refresh(backend, token=system_token("next", backend.clock.now + 7200)))
    client.as_user(ALICE).get(MYSELF)
    assert len(atlassian.calls("/graphql")) == 2
