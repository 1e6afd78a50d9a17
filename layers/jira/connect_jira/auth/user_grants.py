"""Grants for users' access tokens: Connect's, and Forge's."""

from dataclasses import dataclass

from connect_jira.jira.credentials import BearerCredentials
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
