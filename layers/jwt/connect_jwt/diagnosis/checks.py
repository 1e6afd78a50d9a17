"""Checks of signer, key, issuer, host and audience; one independent function each."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult

from connect_jwt.diagnosis.addresses import host_of, split
from connect_jwt.diagnosis.case import Case
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.errors import Reason
from connect_jwt.signing import is_below
from connect_jwt.tokens import is_safe_kid

_CERTAIN, _LIKELY = Certainty.CERTAIN, Certainty.LIKELY
_NOT_NORMAL = re.compile(r"//|/\.\.?(/|$)")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def check_header(case: Case) -> Iterator[Finding]:
    """Check that the algorithm is the route's, and that the header has no extension."""
    fault = case.token.header_fault("RS256" if case.is_install else "HS256")
    if fault is not None:
        name = "crit" if fault is Reason.CRIT_NOT_UNDERSTOOD else "alg"
        yield finding(fault, _CERTAIN, f"{name} is {str(case.token.header.get(name))[:20]}")


def check_kid(case: Case) -> Iterator[Finding]:
    """Check the `kid` of an install's token."""
    if case.is_install and case.token.header.get("alg") == "RS256":
        kid = case.token.header.get("kid")
        if kid is None:
            yield finding("kid-missing", _CERTAIN, "the header has no kid")
        elif not is_safe_kid(kid):
            yield finding("kid-unsafe", _CERTAIN, "kid is no path of letters, digits and ._+-")


def check_issuer(case: Case) -> Iterator[Finding]:
    """Check the issuer: the app's key towards Jira, the site's client key towards the app."""
    issuer, evidence = case.claim("iss"), case.evidence
    own = evidence.app_key if case.to_jira else evidence.client_key
    others = evidence.client_key if case.to_jira else evidence.app_key
    seen = f"iss is {str(issuer)[:80]}"
    if not isinstance(issuer, str) or not issuer:
        yield finding("iss-unknown", _CERTAIN, "there is no iss")
    elif issuer == others and issuer != own:
        yield finding("iss-is-client-key" if case.to_jira else "iss-is-app-key", _CERTAIN, seen)
    elif issuer == own:
        return
    elif case.to_jira and evidence.client_key is None and _UUID.fullmatch(issuer):
        certainty = _LIKELY if own is None else _CERTAIN
        yield finding("iss-is-client-key", certainty, f"{seen}, which has the shape of a clientKey")
    elif own is not None or (case.to_jira and ":" in issuer):  # an app key has no colon
        undecorated = issuer.partition(":")[2]
        decorated = " with a prefix" if undecorated in {evidence.app_key, evidence.client_key} else ""
        yield finding("iss-unknown", _CERTAIN, f"{seen}{decorated}" + (f", not {own}" if own else ""))


def check_host(case: Case) -> Iterator[Finding]:
    """Check the host that the app calls."""
    host, base_url = host_of(case.url), split(case.evidence.base_url or "")
    if case.to_jira and host:
        if host == "api.atlassian.com":
            yield finding("wrong-host", _CERTAIN, "the request goes to api.atlassian.com")
        elif base_url.netloc and not is_below(_plain(case.url), _plain(base_url)):
            seen = f"the request goes to {case.url.scheme}://{host}, not below {_plain(base_url)}"
            yield finding("wrong-host", _CERTAIN, seen)


def check_path(case: Case) -> Iterator[Finding]:
    """Report a path that Jira refuses, whoever calls."""
    if case.to_jira and _NOT_NORMAL.search(case.url.path):
        yield finding("path-not-normal", _LIKELY, "the path has an empty segment, or one of dots")


def check_subject(case: Case) -> Iterator[Finding]:
    """Report a user in a token that the app signed."""
    if case.to_jira and case.claim("sub") is not None:
        certainty = _CERTAIN if case.claim("sub") == "" else _LIKELY
        yield finding("sub-present", certainty, "there is a sub")


def check_audience(case: Case) -> Iterator[Finding]:
    """Check that the install is meant for this app."""
    if not case.is_install:
        return
    audience, base_url = case.claim("aud"), case.evidence.base_url
    if not audience:
        yield finding("aud-missing", _CERTAIN, "there is no aud")
    elif base_url:
        audiences = audience if isinstance(audience, list) else [audience]
        foreign = [other for other in audiences if str(other).removesuffix("/") != base_url.removesuffix("/")]
        if foreign:
            yield finding("aud-mismatch", _CERTAIN, f"aud is {str(foreign[0])[:120]}, not {base_url}")


def _plain(url: SplitResult) -> str:
    """Normalise a URL as clients do: no user, lower-case host, no default port."""
    return f"{url.scheme}://{host_of(url)}{url.path}"
