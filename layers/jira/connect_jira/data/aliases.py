"""The names by which a site is known: what Jira and Forge call it, the strongest first.

An `installationId` changes with every reinstall by Forge, a cloudId never does, and a clientKey lasts as
long as Connect does: https://developer.atlassian.com/platform/forge/remote/essentials/, "Recovering data".

A site does not have the names of a Forge installation whose own row says that it is another's: who merely
names an installation, in a payload or in an old row, gets nothing by it.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from cachetools import TTLCache

from connect_jira.installations.forge_installation import ForgeInstallation
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import is_forge
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey

REMEMBERED_SECONDS = 5 * 60
"""Time that a site's aliases are cached."""

_CLIENT_KEY = "clientKey:"
_INSTALLATION_ID = "installationId:"


def by_client_key(client_key: str) -> str:
    """Return the alias of a Connect installation."""
    return f"{_CLIENT_KEY}{client_key}"


def by_cloud_id(cloud_id: str) -> str:
    """Return the alias of a Jira."""
    return f"cloudId:{cloud_id}"


def by_installation_id(installation_id: str) -> str:
    """Return the alias of a Forge installation."""
    return f"{_INSTALLATION_ID}{installation_id}"


def installation_key(alias: str) -> str | None:
    """Return the key of the installation's row that an alias names; None for a Jira's, which has no row."""
    for kind in (_CLIENT_KEY, _INSTALLATION_ID):
        if alias.startswith(kind):
            return alias.removeprefix(kind)
    return None


def aliases_in(row: Mapping[str, Any]) -> list[str]:
    """Return every alias that an installation's row names, Connect's or Forge's.

    Args:
        row: with `clientKey`, and if it has them `tenant`, `cloudId` and `installationId`
    """
    key, tenant = row["clientKey"], row.get("tenant")
    if not is_forge(key):
        named = row.get("installationId")
        return [by_client_key(key), *([by_installation_id(named)] if named else [])]
    cloud_id = row.get("cloudId")
    return [
        by_installation_id(key),
        *([by_cloud_id(cloud_id)] if cloud_id else []),
        *([by_client_key(tenant)] if tenant and tenant != key else []),
    ]


class SiteAliases:
    """Finds the aliases of sites.

    IAM: `dynamodb:GetItem` on the table of installations, and `kms:Decrypt` for its own key, through
    DynamoDB.

    Args:
        sites: the Connect installations
        forge: the Forge installations
        clock: monotonic, in seconds
    """

    def __init__(
        self,
        sites: InstallationStore,
        forge: ForgeInstallationStore,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sites = sites
        self._forge = forge
        self._remembered: TTLCache[ClientKey, list[str]] = TTLCache(
            maxsize=1000, ttl=REMEMBERED_SECONDS, timer=clock
        )

    def remembered(self, tenant: ClientKey) -> list[str] | None:
        """Return the aliases as they were some minutes ago; None if they are not cached. Reads nothing."""
        return self._remembered.get(tenant)

    def of(self, tenant: ClientKey) -> list[str]:
        """Return the aliases as the installations say now, the strongest first.

        A Forge installation that was joined to a Connect site is that site, also for a message from before.

        Args:
            tenant: the site's clientKey, or the `installationId` of a site that has the app by Forge alone

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        aliases = self._of_forge(tenant) if is_forge(tenant) else self._of_connect(tenant)
        self._remembered[tenant] = aliases
        return aliases

    def _of_forge(self, installation_id: str) -> list[str]:
        installation = self._forge.read(installation_id)
        if installation is None:
            return [by_installation_id(installation_id)]
        owner = [by_client_key(installation.tenant)] if installation.is_joined else []
        return [*owner, *_names_of(installation)]

    def _of_connect(self, client_key: ClientKey) -> list[str]:
        site = self._sites.read(client_key)
        named = site.site.installation_id if site else None
        installation = self._forge.read(named) if named else None
        if named is None or (installation and installation.tenant != client_key):
            return [by_client_key(client_key)]
        return [
            by_client_key(client_key),
            *(_names_of(installation) if installation else [by_installation_id(named)]),
        ]


def _names_of(installation: ForgeInstallation) -> list[str]:
    known = [by_cloud_id(installation.cloud_id)] if installation.cloud_id else []
    return [*known, by_installation_id(installation.installation_id)]
