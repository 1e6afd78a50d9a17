"""Acting as a user: what is asked of the authorization server, and what is kept of its answer."""

import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt
import pytest
import urllib3

from connect_jira.auth.offline_tokens import OfflineTokens
from connect_jira.auth.user_tokens import UserTokens
from connect_jira.errors import ImpersonationRefused, TemporarilyUnavailable
from connect_jira.jira.client import JiraClient
from connect_jira.jira.errors import JiraUnauthorized

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

SECRET = "s" * 40
SERVER = "https://oauth.example.com"
ALICE, BOB = "5b10ac8d82e05b22cc7d4ef5", "5b10a2844c20165700ede21g"


@dataclass
class Atlassian:
    """The authorization server and a site, behind one pool."""

    grants: list[tuple[int, Any]] = field(default_factory=list)
    site_answers: list[int] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)

    def request(self, method: str, url: str, **options: Any) -> urllib3.HTTPResponse:
        if url.startswith(SERVER):
            assert (method, url) == ("POST", f"{SERVER}/oauth2/token")
            assert options["headers"]["Content-Type"] == "application/x-www-form-urlencoded"
            self.asked.append({name: values[0] for name, values in parse_qs(options["body"]).items()})
            granted = {"access_token": f"token-{len(self.asked)}", "expires_in": 900, "token_type": "Bearer"}
            status, answer = self.grants.pop(0) if self.grants else (200, granted)
        else:
            self.authorizations.append(options["headers"]["Authorization"])
            self.traces.append(options["headers"].get("X-Atlassian-Webhook-Trace"))
            status, answer = self.site_answers.pop(0) if self.site_answers else 200, {}
        if status is None:
            raise urllib3.exceptions.ReadTimeoutError(None, url, "slow")
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return urllib3.HTTPResponse(BytesIO(data), status=status, preload_content=False)


@pytest.fixture
def atlassian() -> Atlassian:
    return Atlassian()


def users_of(backend: "Backend", http: Any) -> UserTokens:
    offline = OfflineTokens(backend.app, http=http, clock=backend.clock)
    return UserTokens(backend.credentials, offline=offline, url=SERVER, http=http, clock=backend.clock)


@pytest.fixture
def client(backend: "Backend", atlassian: Atlassian) -> JiraClient:
    backend.install(SECRET, oauthClientId="client-id")
    users = users_of(backend, atlassian)
    return JiraClient(
        backend.credentials,
        backend.row.site.client_key,
        http=atlassian,  # type: ignore[arg-type]
        users=users,
        clock=backend.clock,
    )


def test_the_assertion_is_the_sites_for_one_user(
    backend: "Backend", atlassian: Atlassian, client: JiraClient
) -> None:
    client.as_user(ALICE, scopes=("READ", "WRITE")).get("/rest/api/3/myself")
    (asked,) = atlassian.asked
    claims = jwt.decode(
        asked["assertion"],
        SECRET,
        algorithms=["HS256"],
        audience=SERVER,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["iss"] == "urn:atlassian:connect:clientid:client-id"
    assert claims["sub"] == f"urn:atlassian:connect:useraccountid:{ALICE}"
    assert claims["tnt"] == backend.row.site.base_url
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert asked["scope"] == "READ WRITE"
    assert atlassian.authorizations == ["Bearer token-1"]


def test_without_scopes_none_are_named(atlassian: Atlassian, client: JiraClient) -> None:
    client.as_user(ALICE).get("/x")
    assert "scope" not in atlassian.asked[0]


def test_a_token_is_asked_for_once_for_each_user_and_scope(atlassian: Atlassian, client: JiraClient) -> None:
    for user, scopes in ((ALICE, ()), (ALICE, ()), (BOB, ()), (ALICE, ("READ",))):
        client.as_user(user, scopes=scopes).get("/x")
    assert atlassian.authorizations == [f"Bearer token-{n}" for n in (1, 1, 2, 3)]


def test_a_token_is_not_used_to_its_last_second(
    backend: "Backend", atlassian: Atlassian, client: JiraClient
) -> None:
    client.as_user(ALICE).get("/x")
    backend.clock.now += 860
    client.as_user(ALICE).get("/x")
    backend.clock.now += 20
    client.as_user(ALICE).get("/x")
    assert atlassian.authorizations == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_a_token_that_jira_refuses_is_asked_for_again_once(atlassian: Atlassian, client: JiraClient) -> None:
    atlassian.site_answers = [401, 200]
    assert client.as_user(ALICE).get("/x").status == 200
    atlassian.site_answers = [401, 401]
    with pytest.raises(JiraUnauthorized):
        client.as_user(ALICE).get("/x")
    assert len(atlassian.asked) == 3


def test_the_app_itself_goes_on_speaking_for_itself(atlassian: Atlassian, client: JiraClient) -> None:
    client.as_user(ALICE).get("/x")
    client.get("/x")
    assert [said.partition(" ")[0] for said in atlassian.authorizations] == ["Bearer", "JWT"]


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (400, {"error": "invalid_grant", "error_description": "User is inactive."}, "User is inactive."),
        (401, {"error": "invalid_client"}, "invalid_client"),
        (403, b"<html>", "without a reason"),
        (200, {"token_type": "Bearer"}, "without a reason"),
        (200, [], "without a reason"),
    ],
)
def test_a_refusal_says_what_atlassian_says(
    atlassian: Atlassian, client: JiraClient, status: int, answer: object, said: str
) -> None:
    atlassian.grants = [(status, answer)]
    with pytest.raises(ImpersonationRefused, match=said) as refused:
        client.as_user(ALICE).get("/x")
    assert "eyJ" not in str(refused.value)
    assert atlassian.authorizations == []


@pytest.mark.parametrize("status", [500, 503, 429, None])
def test_a_server_that_does_not_answer_is_no_refusal(
    atlassian: Atlassian, client: JiraClient, status: int | None
) -> None:
    atlassian.grants = [(status, {})]  # type: ignore[list-item]
    with pytest.raises(TemporarilyUnavailable):
        client.as_user(ALICE).get("/x")


def test_a_site_that_gave_no_client_id_is_not_asked_for(
    backend: "Backend", atlassian: Atlassian, client: JiraClient
) -> None:
    backend.clock.now += 600
    backend.install(SECRET)
    with pytest.raises(ImpersonationRefused, match="ACT_AS_USER"):
        client.as_user(ALICE).get("/x")
    assert atlassian.asked == []


def test_a_call_as_a_user_carries_the_loop_guards_trace(backend: "Backend", atlassian: Atlassian) -> None:
    backend.install(SECRET, oauthClientId="client-id")
    users = users_of(backend, atlassian)
    client = JiraClient(
        backend.credentials,
        backend.row.site.client_key,
        http=atlassian,  # type: ignore[arg-type]
        users=users,
        webhook_trace="com.example.app",
        clock=backend.clock,
    )
    client.as_user(ALICE).get("/x")
    assert atlassian.traces == ["com.example.app"]
