"""What an app may ask for the access tokens of a site's users with: Connect's way, and Forge's."""

from dataclasses import dataclass

from connect_jira.jira.credentials import BearerCredentials
from connect_jwt.signing import SigningIdentity


@dataclass(frozen=True, slots=True)
class UserGrant:
    """Of a site that has the app by Connect.

    Attributes:
        identity: the app on that site
        oauth_client_id: what the site calls it for this; None when it may not
    """

    identity: SigningIdentity
    oauth_client_id: str | None


@dataclass(frozen=True, slots=True)
class ForgeUserGrant:
    """Of a site that has the app by Forge alone.

    Attributes:
        installation_id: an ARI
        system: the system token, and where it is good
    """

    installation_id: str
    system: BearerCredentials
