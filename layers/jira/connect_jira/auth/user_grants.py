"""Grants for users' access tokens: Connect's, and Forge's."""

from dataclasses import dataclass
from typing import Protocol

from connect_jira.jira.credentials import BearerCredentials
from connect_jwt.identity import AppKey, ClientKey
from connect_jwt.signing import SigningIdentity


@dataclass(frozen=True, slots=True)
class UserGrant:
    """Grant of a site that uses Connect.

    Attributes:
        identity: the app on that site
        oauth_client_id: of the app on that site; None if it may not impersonate
    """

    identity: SigningIdentity
    oauth_client_id: str | None


@dataclass(frozen=True, slots=True)
class ForgeUserGrant:
    """Grant of a site that uses Forge alone.

    Attributes:
        installation_id: an ARI
        system: the system token, with its base URL
    """

    installation_id: str
    system: BearerCredentials


class UserGrants(Protocol):
    """Source of grants: `connect_jira.auth.jira_clients.SiteCredentials`."""

    @property
    def app_key(self) -> AppKey:
        """The app that calls."""

    def user_grant(self, client_key: ClientKey, *, fresh: bool) -> UserGrant | ForgeUserGrant:
        """Return the grant for a user's access token on a site; `fresh` reads past the cache."""

    def is_young(self, client_key: ClientKey) -> bool:
        """Return whether the app was installed minutes ago."""

    def count_refusals(self, client_key: ClientKey, *, refused: bool) -> int:
        """Return the number of this site's refused calls in a row, including the last one."""
