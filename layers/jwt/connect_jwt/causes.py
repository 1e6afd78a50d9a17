"""Causes of a failed call that Jira's response names itself."""

import re
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import urlsplit

from connect_jwt.clouds import CLOUDS


class Cause(StrEnum):
    """Cause named by a response. `connect_jwt.diagnosis` explains each."""

    SCOPE_MISSING = "scope-missing"
    IP_NOT_ALLOWED = "ip-not-allowed"
    XSRF_CHECK = "xsrf-check"
    CAPTCHA = "captcha"
    BLOCKED_BY_POLICY = "blocked-by-policy"
    SITE_UNAVAILABLE = "site-unavailable"
    SITE_MOVED = "site-moved"


SEEN = {
    Cause.SCOPE_MISSING: "Jira says that the request is in no authorized scope",
    Cause.IP_NOT_ALLOWED: "Jira says that it does not let this IP address in",
    Cause.XSRF_CHECK: "Jira says that the XSRF check failed",
    Cause.CAPTCHA: "Jira's headers say that it wants a CAPTCHA solved",
    Cause.BLOCKED_BY_POLICY: "Jira says that a policy blocks the app",
    Cause.SITE_UNAVAILABLE: "Jira says that the site is unavailable",
    Cause.SITE_MOVED: "Jira sends the call on to another host",
}
"""Evidence for each cause, in a sentence."""

_SCOPE_CHECK = "FAILURE_CLIENT_SCOPE_CHECK"
_FORBIDDEN_BY_SCOPE = "authorized api scope"
_IN_WORDS = {
    Cause.IP_NOT_ALLOWED: r"\bip address\b.{0,80}\b(reject|not allowed|allowed list|allow-?list|whitelist)",
    Cause.XSRF_CHECK: r"\bxsrf\b",
    Cause.BLOCKED_BY_POLICY: r"\b(data security|app access) (polic|rule)|\bblocked by .{0,60}(polic|admin)",
}
_UNAVAILABLE = (
    r'"errorMessage"\s*:\s*"[^"]{0,40}site temporarily unavailable|<title>[^<]{0,80}page unavailable'
)
_READ_CHARACTERS = 10_000
_MOVED = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
_SITE_DOMAINS = tuple(f".{domain}" for cloud in CLOUDS.values() for domain in cloud.site_domains)


def cause_of(status: int, headers: Mapping[str, str], body: str, *, url: str = "") -> Cause | None:
    """Return the cause that a response names; None if it names no known one.

    - A missing scope is a 403 from the site, and a 401 from `api.atlassian.com`; only a header tells the
      latter from the 401 of an uninstalled app.
    - A 404 may be about the whole site, not the resource. Check that the site answers anything before you
      believe it: a live Jira also answers HTML for things that the caller may not see.
    - A renamed site redirects everything to the same path on another host.

    Args:
        status: the HTTP status
        headers: of the answer, by lower-case name
        body: of the answer, as text
        url: of the request
    """
    body = body[:_READ_CHARACTERS]
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return _refusal(status, headers, body)
        case HTTPStatus.NOT_FOUND if re.search(_UNAVAILABLE, body, re.IGNORECASE):
            return Cause.SITE_UNAVAILABLE
        case _ if status in _MOVED and new_host(headers, url):
            return Cause.SITE_MOVED
    return None


def new_host(headers: Mapping[str, str], url: str) -> str | None:
    """Return the host that a site has moved to; None if the redirect is not the site's move.

    Args:
        headers: of a 301 or 308, by lower-case name
        url: of the request
    """
    try:
        old, new = urlsplit(url), urlsplit(headers.get("location", ""))
        hosts = old.hostname or "", new.hostname or ""
    except ValueError:
        return None
    is_a_site = hosts[1].endswith(_SITE_DOMAINS) or _parent(hosts[0]) == _parent(hosts[1])
    is_the_same_place = (old.path, old.query) == (new.path, new.query) and old.netloc != new.netloc
    return new.netloc if new.hostname and is_a_site and is_the_same_place and "@" not in new.netloc else None


def _parent(host: str) -> str:
    return host.partition(".")[2]


def _refusal(status: int, headers: Mapping[str, str], body: str) -> Cause | None:
    category = headers.get("x-failure-category", "").upper().replace(" ", "_")
    if category == _SCOPE_CHECK or (status == HTTPStatus.FORBIDDEN and _FORBIDDEN_BY_SCOPE in body.lower()):
        return Cause.SCOPE_MISSING
    denied = headers.get("x-authentication-denied-reason", "").upper().startswith("CAPTCHA")
    if denied or headers.get("x-seraph-loginreason", "").upper() == "AUTHENTICATION_DENIED":
        return Cause.CAPTCHA
    for cause, words in _IN_WORDS.items():
        if re.search(words, body, re.IGNORECASE | re.DOTALL):
            return cause
    return None
