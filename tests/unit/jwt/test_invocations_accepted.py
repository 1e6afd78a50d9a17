"""Accepted invocation tokens; PyJWT accepts the same tokens with the same keys."""

import json
from typing import Any

import jwt
import pytest

from connect_jwt.forge_keys import ForgeKeys
from connect_jwt.invocations import VerifiedInvocation
from connect_jwt.origins import InvocationOrigin
from connect_jwt.tokens import find_bearer_token
from tests.unit.jwt.handmade import NOW, OMITTED, Claims, atlassian_key, stranger_key
from tests.unit.jwt.invocations import (
    API,
    APP,
    CLOUD_ID,
    ENVIRONMENT,
    EXTENSION,
    FORGE_KID,
    INSTALLATION,
    JTI,
    STAGING_API,
    TRIGGER_CONTEXT,
    USER,
    app_claim,
    event_claims,
    fit,
    jwk,
    key_set,
    on_forge_route,
    page_claims,
)
from tests.unit.jwt.key_host import KeyHost, answer
from tests.unit.jwt.routes import refused_as

KEYS_URL = "https://forge-keys.example/.well-known/jwks.json"


def test_an_event_proves_its_installation_and_nobody() -> None:
    assert on_forge_route(fit(event_claims())) == VerifiedInvocation(
        origin=InvocationOrigin.FORGE,
        installation_id=INSTALLATION,
        cloud_id=CLOUD_ID,
        api_base_url=f"{API}/ex/jira/{CLOUD_ID}",
        app_version="22.4.0",
        environment_type="DEVELOPMENT",
        environment_id=ENVIRONMENT,
        module_type="core:trigger",
        module_key="issue-events",
        account_id=None,
        context=TRIGGER_CONTEXT,
        jti=JTI,
        issued_at=NOW - 10,
        expires_at=NOW + 15,
    )


def test_a_page_proves_its_user_and_where_it_is_open() -> None:
    verified = on_forge_route(fit(page_claims()))
    assert verified.account_id == USER
    assert verified.context["extension"] == EXTENSION


def test_an_app_id_in_a_list_of_one_is_the_app_id() -> None:
    assert on_forge_route(fit(event_claims(aud=[APP]))).jti == JTI


@pytest.mark.parametrize("slash", ["", "/"], ids=["without a slash", "with a slash"])
@pytest.mark.parametrize("api", [API, "http://localhost:2990", f"{API}/"])
def test_jira_is_where_a_known_api_host_has_it(api: str, slash: str) -> None:
    base_url = f"{api.rstrip('/')}/ex/jira/{CLOUD_ID}"
    token = fit(event_claims(app=app_claim(apiBaseUrl=base_url + slash)))
    verified = on_forge_route(token, api_urls=(STAGING_API, api))
    assert (verified.api_base_url, verified.cloud_id) == (base_url, CLOUD_ID)


LEFT_OUT = {
    "appVersion": "app_version",
    "environment": "environment_type",
    "module": "module_key",
    "installation": None,
    "id": None,
}


@pytest.mark.parametrize(
    "value",
    [OMITTED, None, 7, [], "", True],
    ids=lambda value: "left out" if value is OMITTED else repr(value),
)
@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_an_app_is_only_told_may_be_missing(name: str, value: object) -> None:
    verified = on_forge_route(fit(event_claims(app=app_claim(**{name: value}))))
    field = LEFT_OUT[name]
    assert field is None or getattr(verified, field) is None


@pytest.mark.parametrize("value", [None, 7, "", [], False], ids=repr)
def test_a_principal_that_is_no_text_is_nobody(value: object) -> None:
    assert on_forge_route(fit(event_claims(principal=value))).account_id is None


@pytest.mark.parametrize("value", [None, 7, "context", ["context"]], ids=repr)
def test_a_context_that_is_no_object_is_empty(value: object) -> None:
    assert on_forge_route(fit(event_claims(context=value))).context == {}


def test_a_token_may_be_as_large_as_what_api_gateway_lets_through() -> None:
    token = fit(page_claims(context={"extension": {"padding": "x" * 6200}}))
    assert 9 * 1024 < len(token) <= 10_240
    assert on_forge_route(token).account_id == USER


def test_unknown_claims_fail_nothing() -> None:
    token = fit(event_claims(icLabel="a", app=app_claim(license={"isActive": True})), typ="JWT", x=1)
    assert on_forge_route(token).jti == JTI


RIGHT = {
    "issued this second": {"iat": NOW, "nbf": NOW, "exp": NOW + 25},
    "5 seconds ahead": {"iat": NOW + 5, "nbf": NOW + 5, "exp": NOW + 30},
    "expired 5 seconds ago": {"iat": NOW - 30, "nbf": NOW - 30, "exp": NOW - 5},
    "five minutes": {"exp": NOW + 290},
}


@pytest.mark.parametrize("changes", RIGHT.values(), ids=RIGHT)
def test_clocks_may_be_five_seconds_apart(changes: Claims) -> None:
    verified = on_forge_route(fit(event_claims(**changes)))
    assert verified.expires_at == changes["exp"]


@pytest.mark.parametrize("header", ["Bearer a.b.c", "bearer a.b.c", "  BEARER   a.b.c  "])
def test_it_comes_as_a_bearer(header: str) -> None:
    assert find_bearer_token(header) == "a.b.c"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "token-missing"),
        ("", "scheme-not-bearer"),
        ("JWT a.b.c", "scheme-not-bearer"),
        ("a.b.c", "scheme-not-bearer"),
        ("BearerX a.b.c", "scheme-not-bearer"),
    ],
)
def test_it_comes_in_no_other_way(header: str | None, reason: str) -> None:
    with refused_as(reason):
        find_bearer_token(header)


class _KeyClient(jwt.PyJWKClient):
    """PyJWT's own, which reads the key set and picks the key; only the network is replaced."""

    def fetch_data(self) -> Any:
        return json.loads(_KEY_SET)


_KEY_SET = key_set(jwk(stranger_key(), "forge/invocation-token/older"), jwk(atlassian_key()))
AGREED = {
    "event": event_claims(),
    "page": page_claims(),
    "a list of one": event_claims(aud=[APP]),
    "the leeway": event_claims(iat=NOW - 30, nbf=NOW - 30, exp=NOW - 4),
}


@pytest.mark.parametrize("claims", AGREED.values(), ids=AGREED)
def test_pyjwt_makes_and_believes_the_tokens_that_we_accept(
    claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = jwt.encode(claims, atlassian_key(), algorithm="RS256", headers={"kid": FORGE_KID})
    keys = ForgeKeys(KEYS_URL, http=KeyHost(answer(_KEY_SET)))
    verified = on_forge_route(token, keys=keys)

    monkeypatch.setattr("jwt.api_jwt.datetime", _FrozenClock)
    believed = jwt.decode(
        token,
        _KeyClient(KEYS_URL).get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        audience=APP,
        issuer="forge/invocation-token",
        leeway=5,
        options={"require": ["exp", "iat", "nbf", "aud", "iss", "jti"]},
    )
    assert believed["jti"] == verified.jti
    assert believed["app"]["installationId"] == verified.installation_id
    assert believed.get("principal") == verified.account_id


class _FrozenClock:
    """PyJWT asks `datetime.now(tz=…).timestamp()`."""

    @classmethod
    def now(cls, tz: object) -> "_FrozenClock":
        assert tz is not None
        return cls()

    @staticmethod
    def timestamp() -> float:
        return float(NOW)
