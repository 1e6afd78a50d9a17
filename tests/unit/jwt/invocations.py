"""Forge invocation tokens made by hand, in the form of those that were captured, and the route.

`test_invocations_captured.py` holds them against the captures.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from connect_jwt.invocations import (
    MAX_FORGE_TOKEN_BYTES,
    ForgeKeySource,
    VerifiedInvocation,
    verify_invocation_token,
)
from connect_jwt.origins import InvocationOrigin
from connect_jwt.tokens import parse_token
from tests.unit.jwt.handmade import NOW, OMITTED, Claims, atlassian_key, base64url, rs256

APP = "ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0"
OTHER_APP = "ari:cloud:ecosystem::app/9c0b7c0e-0b0b-4a0b-8b0b-0b0b0b0b0b0b"
INSTALLATION = "ari:cloud:ecosystem::installation/8db33309-1d2e-4f6a-bb0c-6a0b6f6f2f11"
ENVIRONMENT = (
    f"ari:cloud:ecosystem::environment/{APP.rpartition('/')[2]}/0c8b2b0e-6b2a-4b55-8a50-0b6d2f2a5b0c"
)
CLOUD_ID = "11223344-a1b2-3b33-8444-def123456789"
API, STAGING_API = "https://api.atlassian.com", "https://api.stg.atlassian.com"
USER = "557058:3731f189-7e58-46c0-b5c7-697c5a021aee"
JTI = "c900303226dd9b698199667c9c7c2b91d7cef2ff"
FORGE_KID = "forge/invocation-token/wf-f641e7a7-d1b6-472a-806b-5e4b03912149"
TRIGGER = {"type": "core:trigger", "key": "issue-events"}
PAGE = {"type": "jira:globalPage", "key": "board"}
TRIGGER_CONTEXT = {"cloudId": CLOUD_ID, "moduleKey": TRIGGER["key"], "userAccess": {"enabled": False}}
EXTENSION = {"type": PAGE["type"], "location": "https://site.atlassian.net/jira/apps/board"}
PAGE_CONTEXT = {
    "cloudId": CLOUD_ID,
    "localId": "a46ed7ed-f7a7-45da-9b5f-9cffd1baeda8",
    "environmentId": ENVIRONMENT.rpartition("/")[2],
    "environmentType": "DEVELOPMENT",
    "moduleKey": PAGE["key"],
    "siteUrl": "https://site.atlassian.net",
    "appVersion": "22.4.0",
    "extension": EXTENSION,
    "userAccess": {"enabled": False, "hasAccess": True},
    "accountType": "licensed",
    "accountId": USER,
}


def app_claim(**changes: object) -> Claims:
    """The `app` claim of an event."""
    return _present(
        {
            "id": APP,
            "version": "8",
            "appVersion": "22.4.0",
            "installationId": INSTALLATION,
            "apiBaseUrl": f"{API}/ex/jira/{CLOUD_ID}",
            "environment": {"type": "DEVELOPMENT", "id": ENVIRONMENT},
            "module": TRIGGER,
            "installation": {
                "id": INSTALLATION,
                "contexts": [{"name": "jira", "apiBaseUrl": f"{API}/ex/jira/{CLOUD_ID}"}],
            },
        }
        | changes
    )


def event_claims(**changes: object) -> Claims:
    """Made 10 seconds ago and good for 15 more; whatever is `OMITTED` is left out."""
    return _present(
        {
            "iss": "forge/invocation-token",
            "aud": APP,
            "iat": NOW - 10,
            "nbf": NOW - 10,
            "exp": NOW + 15,
            "jti": JTI,
            "app": app_claim(),
            "context": TRIGGER_CONTEXT,
        }
        | changes
    )


def page_claims(**changes: object) -> Claims:
    page = {"app": app_claim(module=PAGE), "context": PAGE_CONTEXT, "principal": USER}
    return event_claims(**(page | changes))


def fit(payload: object, *, key: rsa.RSAPrivateKey | None = None, **header: object) -> str:
    return rs256(payload, key=key or atlassian_key(), **({"kid": FORGE_KID} | header))


@dataclass
class KeyOf:
    """Keys as a function gives them."""

    public_key: Callable[[object], RSAPublicKey]


def on_forge_route(
    token: str,
    *,
    keys: ForgeKeySource | None = None,
    app_id: str = APP,
    api_urls: tuple[str, ...] = (API,),
    now: float = NOW,
    origins: Collection[InvocationOrigin] = tuple(InvocationOrigin),
    more_types: Collection[str] = (),
) -> VerifiedInvocation:
    return verify_invocation_token(
        parse_token(token, max_bytes=MAX_FORGE_TOKEN_BYTES),
        origins=origins,
        more_types=more_types,
        keys=keys or KeyOf(_forge_key_of),
        app_id=app_id,
        api_urls=api_urls,
        now=now,
    )


def jwk(key: rsa.RSAPrivateKey, kid: object = FORGE_KID, **changes: object) -> Claims:
    numbers = key.public_key().public_numbers()
    members = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid}
    return _present(members | {"n": _number(numbers.n), "e": _number(numbers.e)} | changes)


def key_set(*keys: object) -> bytes:
    return json.dumps({"keys": keys}).encode()


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _forge_key_of(kid: object) -> RSAPublicKey:
    assert kid == FORGE_KID
    return atlassian_key().public_key()


def _present(members: Claims) -> Claims:
    return {name: value for name, value in members.items() if value is not OMITTED}
