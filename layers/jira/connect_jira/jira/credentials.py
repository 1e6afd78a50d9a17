"""What a call to Jira proves itself with: a token for this one request, or an access token.

A client only asks for credentials, and for fresh ones once Jira has answered 401.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from connect_jira.jira.urls import Query, path_on_site, site_url
from connect_jwt.identity import AppKey, ClientKey
from connect_jwt.signing import SigningIdentity, is_below, sign_request

if TYPE_CHECKING:
    from connect_jira.jira.response import JiraResponse
    from connect_jwt.diagnosis import Finding


class Credentials(Protocol):
    """What is needed to call one site."""

    def url(self, path: str, query: Query | None = None) -> str:
        """Where a call goes.

        Args:
            path: as for `JiraClient.request`
            query: parameters to add

        Raises:
            UrlNotSignable: it leads away from the site, or Jira would refuse it as improperly formed
        """

    def path_of(self, url: str) -> str | None:
        """The path and query of a URL of this site's REST API, as Jira speaks of it; None for any other."""

    def authorization(self, method: str, url: str, *, now: float) -> str:
        """The `Authorization` header of one request, made just before it is sent.

        Raises:
            UrlNotSignable: the URL lies outside the site
        """

    def explain(self, method: str, url: str, response: "JiraResponse", *, refusals: int) -> "Finding | None":
        """Why Jira has answered 401 or 403, reported; `refusals` of its answers in a row were like that."""


class CredentialsSource(Protocol):
    """Where a client gets its credentials from."""

    @property
    def app_key(self) -> AppKey:
        """The app that speaks."""

    def credentials(self, client_key: ClientKey, call: str) -> Credentials:
        """Those for a call to a site.

        Args:
            client_key: the site
            call: method and path

        Raises:
            NotInstalled: the app is not installed there
            TemporarilyUnavailable, SecretDoesNotOpen: they cannot be had
        """

    def fresh_credentials(self, client_key: ClientKey, call: str) -> Credentials:
        """The same, not from memory: for when Jira has refused what was used."""

    def beyond_forge(self, client_key: ClientKey, call: str) -> Credentials | None:
        """Connect's, for a call that Forge's token has no scope for; None where there is nothing to try.

        They are then those for this call for an hour.
        """

    def connect_refused(self, client_key: ClientKey) -> None:
        """Jira no longer takes this site's Connect JWT, so `beyond_forge` has none."""

    def is_young(self, client_key: ClientKey) -> bool:
        """Whether the app was installed there minutes ago, as far as that is remembered."""

    def count_refusals(self, client_key: ClientKey, *, refused: bool) -> int:
        """How many calls in a row Jira has refused for this site, the last one included."""


class UsersCredentials(Protocol):
    """The users whom the app may act as, such as `connect_jira.auth.user_tokens`."""

    def acting_as(self, account_id: str, scopes: tuple[str, ...]) -> CredentialsSource:
        """A source of one user's credentials.

        Args:
            account_id: the user's
            scopes: what they may be used for; all that the app has when there are none
        """


@dataclass(frozen=True, slots=True)
class ConnectCredentials:
    """The app itself, by its shared secret."""

    identity: SigningIdentity

    def url(self, path: str, query: Query | None = None) -> str:
        """At the site's own address."""
        return site_url(self.identity.base_url, path, query)

    def path_of(self, url: str) -> str | None:
        """At the site's own address."""
        return path_on_site(url, self.identity.base_url)

    def authorization(self, method: str, url: str, *, now: float) -> str:
        """A Connect JWT for this request alone."""
        return f"JWT {sign_request(self.identity, method, url, now=now)}"

    def explain(self, method: str, url: str, response: "JiraResponse", *, refusals: int) -> "Finding":
        """What the diagnosis finds."""
        from connect_jira.jira.refusals import explain_outbound  # noqa: PLC0415 - few calls are refused

        return explain_outbound(self.identity, method, url, response, refusals=refusals)


@dataclass(frozen=True, slots=True)
class BearerCredentials:
    """Whoever an access token was given for.

    Attributes:
        base_url: what the paths of calls are below
        access_token: what goes after `Bearer`
        own_url: the site's own address, when calls go elsewhere and it is known: what it begins with is
            called below `base_url`
    """

    base_url: str
    access_token: str = field(repr=False)
    own_url: str | None = None

    def url(self, path: str, query: Query | None = None) -> str:
        """Below the base URL, also when the site speaks of its own address, such as in a `nextPage` link."""
        if self.own_url is not None and is_below(path, self.own_url):
            path = path.removeprefix(self.own_url)
        return site_url(self.base_url, path, query)

    def path_of(self, url: str) -> str | None:
        """Below the base URL, or at the site's own address."""
        return path_on_site(url, *filter(None, (self.base_url, self.own_url)))

    def authorization(self, _method: str, _url: str, *, now: float) -> str:  # noqa: ARG002 - whatever the request
        """The access token."""
        return f"Bearer {self.access_token}"

    def explain(self, _method: str, _url: str, _response: "JiraResponse", *, refusals: int) -> None:
        """Nothing: what an access token is good for is known to Atlassian alone."""
