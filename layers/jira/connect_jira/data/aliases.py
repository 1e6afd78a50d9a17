"""The names by which a site is known: what Jira and Forge call it, the strongest first.

An `installationId` changes with every reinstall by Forge, a cloudId never does, and a clientKey lasts as
long as Connect does: https://developer.atlassian.com/platform/forge/remote/essentials/, "Recovering data".
"""

from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import is_forge
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey


def by_client_key(client_key: str) -> str:
    """Return the alias of a Connect installation."""
    return f"clientKey:{client_key}"


def by_cloud_id(cloud_id: str) -> str:
    """Return the alias of a Jira."""
    return f"cloudId:{cloud_id}"


def by_installation_id(installation_id: str) -> str:
    """Return the alias of a Forge installation."""
    return f"installationId:{installation_id}"


class SiteAliases:
    """Finds the aliases of sites.

    IAM: `dynamodb:GetItem` on the table of installations, and `kms:Decrypt` for its own key, through
    DynamoDB.

    Args:
        sites: the Connect installations
        forge: the Forge installations
    """

    def __init__(self, sites: InstallationStore, forge: ForgeInstallationStore) -> None:
        self._sites = sites
        self._forge = forge

    def of(self, tenant: ClientKey) -> list[str]:
        """Return the aliases as the installations say now, the strongest first.

        A Forge installation that was joined to a Connect site is that site, also for a message from before.

        Args:
            tenant: the site's clientKey, or the `installationId` of a site that has the app by Forge alone

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        if is_forge(tenant):
            installation = self._forge.read(tenant)
            client_key = installation.tenant if installation and installation.is_joined else None
            installation_id: str | None = tenant
        else:
            site = self._sites.read(tenant)
            installation_id = site.site.installation_id if site else None
            installation = self._forge.read(installation_id) if installation_id else None
            client_key = tenant
        cloud_id = installation.cloud_id if installation else None
        return [
            *([by_client_key(client_key)] if client_key else []),
            *([by_cloud_id(cloud_id)] if cloud_id else []),
            *([by_installation_id(installation_id)] if installation_id else []),
        ]
