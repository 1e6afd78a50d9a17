"""The three kinds of route that the app has, each with a token that it accepts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from connect_jwt.errors import TokenRefused
from connect_jwt.identity import ClientKey, SharedSecret
from connect_jwt.tokens import UnverifiedToken, parse_token
from connect_jwt.verifying import (
    InstallKeySource,
    SignedRequest,
    VerifiedToken,
    verify_context_token,
    verify_install_token,
    verify_request_token,
)
from tests.unit.jwt.handmade import KID, NOW, SECRET, SITE, Claims, atlassian_key, claims, hs256, qsh, rs256

WEBHOOK = SignedRequest("POST", "/webhooks/issue", "project=A%26B&id=7")
WEBHOOK_QSH = qsh("POST&/webhooks/issue&id=7&project=A%26B")
INSTALL = SignedRequest("POST", "/lifecycle/installed", "")
INSTALL_QSH = qsh("POST&/lifecycle/installed&")
APP = "https://app.example.com"


def webhook_claims(**changes: object) -> Claims:
    return claims(**({"qsh": WEBHOOK_QSH} | changes))


def context_claims(**changes: object) -> Claims:
    return claims(**({"qsh": "context-qsh"} | changes))


def install_claims(**changes: object) -> Claims:
    return claims(**({"qsh": INSTALL_QSH, "aud": APP} | changes))


def on_request_route(
    token: str, *, request: SignedRequest = WEBHOOK, secrets: tuple[str, ...] = (SECRET,), now: float = NOW
) -> VerifiedToken:
    parsed = parse_token(token)
    return verify_request_token(parsed, request=request, secrets=_secrets_of(parsed, secrets), now=now)


def on_context_route(token: str, *, secrets: tuple[str, ...] = (SECRET,), now: float = NOW) -> VerifiedToken:
    parsed = parse_token(token)
    return verify_context_token(parsed, secrets=_secrets_of(parsed, secrets), now=now)


def on_install_route(
    token: str,
    *,
    request: SignedRequest = INSTALL,
    keys: InstallKeySource | None = None,
    audiences: tuple[str, ...] = (APP,),
    check_body: Callable[[ClientKey], object] | None = None,
    now: float = NOW,
) -> VerifiedToken:
    return verify_install_token(
        parse_token(token),
        request=request,
        keys=keys or AtHand(),
        audiences=audiences,
        check_body=check_body,
        now=now,
    )


@dataclass(frozen=True)
class Route:
    """A kind of route: what it takes, and how a token for it is made."""

    claims: Callable[..., Claims]
    sign: Callable[[object], str]
    verify: Callable[..., VerifiedToken]


REQUEST_ROUTE = Route(webhook_claims, hs256, on_request_route)
CONTEXT_ROUTE = Route(context_claims, hs256, on_context_route)
INSTALL_ROUTE = Route(install_claims, lambda payload: rs256(payload, key=atlassian_key()), on_install_route)

ROUTES = {"request": REQUEST_ROUTE, "context": CONTEXT_ROUTE, "install": INSTALL_ROUTE}
each_route = pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)


@contextmanager
def refused_as(reason: str) -> Iterator[None]:
    with pytest.raises(TokenRefused) as refusal:
        yield
    assert refusal.value.reason == reason, str(refusal.value)


def never_called(*arguments: object) -> NoReturn:
    pytest.fail(f"asked for {arguments!r}")


def never_taken(*arguments: object) -> Iterator[SharedSecret]:
    """Secrets that nobody may ask for."""
    yield never_called(*arguments)


@dataclass
class AtHand:
    """One key, which need not be fetched."""

    asked: list[object] = field(default_factory=list)

    def known(self, kid: object) -> RSAPublicKey:
        self.asked.append(kid)
        assert kid == KID
        return atlassian_key().public_key()

    def public_key(self, kid: object) -> NoReturn:
        never_called(kid)


class NotAsked:
    """Keys that nobody may ask for."""

    known = public_key = staticmethod(never_called)


def _secrets_of(token: UnverifiedToken, secrets: tuple[str, ...]) -> Iterator[SharedSecret]:
    if token.issuer == SITE:
        yield from map(SharedSecret, secrets)
