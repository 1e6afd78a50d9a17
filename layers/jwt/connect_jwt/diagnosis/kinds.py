"""Kind of a token. Connect's rules are for Connect tokens; others are checked for their destination."""

from collections.abc import Iterator
from enum import Enum

from connect_jwt.diagnosis.addresses import is_authorization_server
from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.invocations import ISSUER as FORGE_ISSUER
from connect_jwt.verifying import CONTEXT_QSH

_ACCESS_TOKEN_CLAIMS = (
    *("scope", "client_id"),
    *("https://atlassian.com/oauthClientId", "https://id.atlassian.com/ujt"),
)
_ASSERTION_ISSUER = "urn:atlassian:connect:clientid:"
_USER_KEY = "urn:atlassian:connect:userkey:"
_CONNECT_ROUTES = ("/lifecycle/", "/webhooks/", "/pages/")
_FORGE_ROUTES = "/forge/"
_CERTAIN = Certainty.CERTAIN
KEY_HOST_TELLS = "Whether the signature is right: connect doctor --key-host commercial would tell."
"""An open question that no evidence settles, with the command that does."""


class Kind(Enum):
    """Rules that a token follows, with the sentence for the part that cannot be checked here."""

    CONNECT = ""
    ACCESS_TOKEN = "Whether this access token is right: it is no Connect token, and only Atlassian can tell."  # noqa: S105 - a sentence
    INVOCATION_TOKEN = KEY_HOST_TELLS
    USER_ASSERTION = "Whether this assertion is right: the authorization server tells, and gives a token."
    OAUTH_WEBHOOK = "Whether the signature is right: only the client secret of the OAuth app can tell."


def kind_of(case: Case) -> Kind:
    """Return the kind of a token, by its issuer and claims."""
    claims, issuer = case.token.claims, case.claim("iss")
    if issuer == FORGE_ISSUER:
        return Kind.INVOCATION_TOKEN
    if isinstance(issuer, str) and issuer.startswith(_ASSERTION_ISSUER):
        return Kind.USER_ASSERTION
    if "qsh" in claims:
        return Kind.CONNECT
    if any(name in claims for name in _ACCESS_TOKEN_CLAIMS):
        return Kind.ACCESS_TOKEN
    is_sites = issuer is not None and issuer == case.evidence.client_key
    if (
        not case.to_jira
        and case.scheme == "bearer"
        and case.token.header.get("alg") == "HS256"
        and not is_sites
    ):
        return Kind.OAUTH_WEBHOOK
    return Kind.CONNECT


def check_connect(case: Case) -> Iterator[Finding]:
    """Check the scheme of a Connect token, and that a browser's token is used by a page."""
    if not case.to_jira and case.path.startswith(_FORGE_ROUTES):
        yield finding("scheme-not-bearer", _CERTAIN, "a Connect token, and the path is a route of Forge's")
    elif case.scheme not in {None, "jwt"}:
        seen = f"the scheme is {case.scheme[:20]}" if case.scheme else "there is no scheme before the token"
        yield finding("scheme-not-jwt", _CERTAIN, seen)
    if case.to_jira and case.qsh == CONTEXT_QSH:
        yield finding("qsh-is-context", _CERTAIN, "qsh is the literal context-qsh")


def check_other(case: Case, kind: Kind) -> Iterator[Finding]:
    """Check that a token of another kind was sent to the right place.

    Args:
        case: the token and its request
        kind: of the token
    """
    match kind:
        case Kind.ACCESS_TOKEN if case.scheme != "bearer":
            yield finding("oauth-token-with-jwt-scheme", _CERTAIN, "an access token's claims, and no qsh")
        case Kind.ACCESS_TOKEN if not case.to_jira:
            yield finding("access-token-to-app", _CERTAIN, "an access token's claims, and no qsh")
        case Kind.INVOCATION_TOKEN:
            yield from _check_invocation_token(case)
        case Kind.USER_ASSERTION:
            yield from _check_assertion(case)
        case Kind.OAUTH_WEBHOOK:
            seen = "a token with the scheme Bearer, HS256 and no qsh"
            yield finding("webhook-of-oauth-app", _CERTAIN, seen)


def _check_invocation_token(case: Case) -> Iterator[Finding]:
    seen = f"iss is {FORGE_ISSUER}"
    fault = case.token.header_fault("RS256")
    if fault is not None:
        yield finding(fault, _CERTAIN, f"{seen}, and its header is not that of a token of Forge's")
    if case.to_jira:
        yield finding("invocation-token-to-jira", _CERTAIN, seen)
    elif case.path.startswith(_CONNECT_ROUTES):
        yield finding("invocation-token-misrouted", _CERTAIN, f"{seen}, and the path is a route of Connect's")
    elif case.scheme not in {None, "bearer"}:
        yield finding("scheme-not-bearer", _CERTAIN, f"{seen}, and the scheme is {case.scheme or 'missing'}")


def _check_assertion(case: Case) -> Iterator[Finding]:
    if not is_authorization_server(case.url):
        yield finding("user-assertion", _CERTAIN, f"iss begins with {_ASSERTION_ISSUER}")
    if str(case.claim("sub")).startswith(_USER_KEY):
        yield finding("user-key-gone", _CERTAIN, f"sub begins with {_USER_KEY}")
