"""Credentials of a call to Jira, a token for this one request or an access token, and the call's URL.

The client asks for credentials, and for fresh ones after Jira has answered 401. The URL is built once, so
that the signed URL is the URL that is sent.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlencode, urlsplit

from connect_jwt.errors import UrlNotSignable
from connect_jwt.identity import AppKey, ClientKey
from connect_jwt.signing import SigningIdentity, is_below, sign_request

if TYPE_CHECKING:
    from connect_jira.jira.response import JiraResponse
    from connect_jwt.diagnosis import Finding

type Query = Mapping[str, str | int | bool | Iterable[str | int]]
"""Query parameters; a list repeats its parameter."""

_UNRESERVED = "-._~"
_PATH_SAFE = "/%:@!$&'()*+,;=" + _UNRESERVED
_UNSENDABLE = re.compile(r"[\s\x00-\x20\x7f\\]")
_NOT_NORMAL = re.compile(r"//|/\.{1,2}(?:/|$)")


def site_url(base_url: str, path: str, query: Query | None = None) -> str:
    """Return the URL to sign and to send.

    Args:
        base_url: the site's
        path: below it, with or without a query of its own, or an absolute URL below it
        query: parameters to add

    Raises:
        UrlNotSignable: it leads away from the site, or is malformed for Jira
    """
    is_absolute = "://" in path.partition("?")[0]
    url = path if is_absolute else f"{base_url}{path}"
    if _UNSENDABLE.search(path) or "#" in path or not (is_absolute or path.startswith("/")):
        raise UrlNotSignable("a path begins with a slash and has neither blanks nor a fragment: encode them")
    if not is_below(url, base_url):
        raise UrlNotSignable("the URL is not below the base URL of the site that this installation is on")
    parts = urlsplit(url)
    if _NOT_NORMAL.search(parts.path):
        raise UrlNotSignable("Jira refuses paths with //, /./ or /../")
    added = urlencode(_texts(query or {}), doseq=True, quote_via=quote, safe=_UNRESERVED)
    full_query = "&".join(filter(None, (quote(parts.query, safe=_PATH_SAFE + "?"), added)))
    target = f"{parts.scheme}://{parts.netloc}{quote(parts.path, safe=_PATH_SAFE)}"
    return f"{target}?{full_query}" if full_query else target


def path_on_site(url: str, *base_urls: str) -> str | None:
    """Return the path and query of a URL of Jira's REST API on a site; None for any other URL.

    Args:
        url: absolute, or below the host
        base_urls: the site's addresses
    """
    if _UNSENDABLE.search(url) or "#" in url:
        return None
    is_absolute = "://" in url.partition("?")[0]
    for base_url in base_urls:
        origin = base_url.removesuffix(urlsplit(base_url).path)
        for before in ("",) if is_absolute else (origin, base_url):
            if is_below(f"{before}{url}", f"{base_url}/rest"):
                return f"{before}{url}".removeprefix(base_url)
    return None


def _texts(query: Query) -> dict[str, list[str]]:
    return {
        name: [_text(value)] if isinstance(value, str | int) else [_text(member) for member in value]
        for name, value in query.items()
    }


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Credentials(Protocol):
    """Credentials for one site."""

    def url(self, path: str, query: Query | None = None) -> str:
        """Return the URL of a call.

        Args:
            path: as for `JiraClient.request`
            query: parameters to add

        Raises:
            UrlNotSignable: it leads away from the site, or is malformed for Jira
        """

    def path_of(self, url: str) -> str | None:
        """Return the path and query of a URL of this site's REST API; None for any other URL."""

    def signed(self, method: str, path: str, query: Query | None, *, now: float) -> tuple[str, str]:
        """Return the URL of one request and its `Authorization` header, made just before it is sent.

        Arguments and errors as for `url`.
        """

    def explain(self, method: str, url: str, response: "JiraResponse", *, refusals: int) -> "Finding | None":
        """Explain a 401 or 403 and log it; `refusals` is the number of refusals in a row."""


class CredentialsSource(Protocol):
    """Source of a client's credentials."""

    @property
    def app_key(self) -> AppKey:
        """The app that calls."""

    def credentials(self, client_key: ClientKey, call: str) -> Credentials:
        """Return the credentials for a call to a site.

        Args:
            client_key: the site
            call: method and path

        Raises:
            NotInstalled: the app is not installed there
            TemporarilyUnavailable, SecretDoesNotOpen: the credentials cannot be read
        """

    def fresh_credentials(self, client_key: ClientKey, call: str) -> Credentials:
        """Return them past the cache, for use after Jira has refused the cached ones."""

    def connect_fallback(self, client_key: ClientKey, call: str) -> Credentials | None:
        """Return Connect credentials for a call that Forge's token has no scope for; None if there are none.

        They stay the credentials of this call for an hour.
        """

    def connect_refused(self, client_key: ClientKey) -> None:
        """Record that Jira refuses this site's Connect JWT, so `connect_fallback` returns None."""

    def is_young(self, client_key: ClientKey) -> bool:
        """Return whether the app was installed there only minutes ago, as far as remembered."""

    def count_refusals(self, client_key: ClientKey, *, refused: bool) -> int:
        """Return the number of this site's refused calls in a row, including the last one."""


class UsersCredentials(Protocol):
    """Users whom the app may impersonate, such as `connect_jira.auth.user_tokens`."""

    def acting_as(self, account_id: str, scopes: tuple[str, ...]) -> CredentialsSource:
        """Return a source of one user's credentials.

        Args:
            account_id: the user's
            scopes: of the token; empty for all that the app has
        """


@dataclass(frozen=True, slots=True)
class ConnectCredentials:
    """Credentials of the app itself, by its shared secret."""

    identity: SigningIdentity

    def url(self, path: str, query: Query | None = None) -> str:
        """Return the URL at the site's own address."""
        return site_url(self.identity.base_url, path, query)

    def path_of(self, url: str) -> str | None:
        """Return the path at the site's own address."""
        return path_on_site(url, self.identity.base_url)

    def signed(self, method: str, path: str, query: Query | None, *, now: float) -> tuple[str, str]:
        """Return the URL, and a Connect JWT for this request alone."""
        url = self.url(path, query)
        return url, f"JWT {sign_request(self.identity, method, url, now=now)}"

    def explain(self, method: str, url: str, response: "JiraResponse", *, refusals: int) -> "Finding":
        """Return the diagnosis's finding."""
        from connect_jira.jira.refusals import explain_outbound  # noqa: PLC0415 - few calls are refused

        return explain_outbound(self.identity, method, url, response, refusals=refusals)


@dataclass(frozen=True, slots=True)
class BearerCredentials:
    """Credentials of an access token's owner.

    Attributes:
        base_url: calls go below it
        access_token: sent after `Bearer`
        own_url: the site's own address, if calls go elsewhere and it is known; URLs below it are called below
            `base_url`
    """

    base_url: str
    access_token: str = field(repr=False)
    own_url: str | None = None

    def url(self, path: str, query: Query | None = None) -> str:
        """Return the URL below the base URL, also for URLs at the site's own address, like `nextPage`."""
        if self.own_url is not None and is_below(path, self.own_url):
            path = path.removeprefix(self.own_url)
        return site_url(self.base_url, path, query)

    def path_of(self, url: str) -> str | None:
        """Return the path below the base URL, or at the site's own address."""
        return path_on_site(url, *filter(None, (self.base_url, self.own_url)))

    def signed(self, _method: str, path: str, query: Query | None, *, now: float) -> tuple[str, str]:  # noqa: ARG002 - whatever the request
        """Return the URL, and the access token."""
        return self.url(path, query), f"Bearer {self.access_token}"

    def explain(self, _method: str, _url: str, _response: "JiraResponse", *, refusals: int) -> None:
        """Return None: only Atlassian knows the rights of an access token."""
