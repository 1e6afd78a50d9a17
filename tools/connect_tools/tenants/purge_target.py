"""The site that a purge is for: every key that it has had, and whether it has the app.

IAM: that of `connect_tools.tenants.sites`; `dynamodb:GetItem` on WorkDone and Installations, and
`dynamodb:Query` on SiteData.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connect_cli.errors import CommandError
from connect_jira.data.aliases import by_client_key, by_cloud_id, by_installation_id, installation_key
from connect_jira.data.deletion import SiteDataDeletion
from connect_jira.data.site_rows import SiteRow
from connect_jira.installations.forge_store import ForgeInstallationStore, forge_installation_of
from connect_jira.installations.installation import is_forge
from connect_jira.worker.purges import Purges, Tombstone
from connect_jwt.identity import ClientKey
from connect_tools.stack_services import service_of
from connect_tools.target_stack import Stack
from connect_tools.tenants.known_site import KnownSite, SiteState
from connect_tools.tenants.sites import Sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A site.

    Attributes:
        keys: its clientKey, and the ids of its Forge installations; the one that it is known by comes first
        address: empty if none is known any more
        is_installed: True if it has the app, by Connect or by Forge
        tombstone: of an earlier purge, which may have been interrupted
    """

    keys: tuple[ClientKey, ...]
    address: str
    is_installed: bool
    tombstone: Tombstone | None


class Targets:
    """Finds what a purge is for.

    Args:
        stack: with the sites
    """

    def __init__(self, stack: Stack) -> None:
        dynamodb, installations = service_of(stack, "dynamodb"), stack.resource("Installations")
        self._sites = Sites(stack)
        self._forge = ForgeInstallationStore(dynamodb, table=installations)
        self._purges = Purges(dynamodb, table=stack.resource("WorkDone"))
        self._deletion = SiteDataDeletion(
            dynamodb, table=stack.resource("SiteData"), installations=installations
        )

    def find(self, typed: str) -> Target:
        """Return the site that is meant; one without any row is found by what is still kept of it.

        Args:
            typed: as for `Sites.find`; of a site without any row the whole key

        Raises:
            CommandError: there is none, or there are several; or AWS does not say
        """
        tombstone = self._purges.read(ClientKey(typed))
        try:
            site = self._sites.find(typed)
        except CommandError:
            keys = tombstone.keys if tombstone else self._keys_of_data(typed)
            if not keys:
                raise
            return Target(keys=keys, address="", is_installed=False, tombstone=tombstone)
        tombstone = self._purges.read(site.tenant)
        now = time.time()
        rows = self._sites.rows_of(site.tenant)
        forge = [forge_installation_of(row) for row in rows if is_forge(row["clientKey"])]
        keys = (site.tenant, *self._named(site), *(ClientKey(one.installation_id) for one in forge))
        return Target(
            keys=tuple(dict.fromkeys((*keys, *(tombstone.keys if tombstone else ())))),
            address=site.address,
            is_installed=site.state(now) is not SiteState.UNINSTALLED
            or any(not one.has_ended(now) for one in forge),
            tombstone=tombstone,
        )

    def _named(self, site: KnownSite) -> Iterator[ClientKey]:
        """Yield the Forge installation that a Connect site names, unless it is another site's."""
        named = site.connect.site.installation_id if site.connect else None
        row = self._forge.read(named) if named else None
        if named and (row is None or row.tenant == site.tenant):
            yield ClientKey(named)

    def _keys_of_data(self, typed: str) -> tuple[ClientKey, ...]:
        meant = {by_client_key(typed), by_installation_id(typed), by_cloud_id(typed)}
        for site in self._deletion.all_sites():
            if meant & site.aliases:
                return tuple(
                    ClientKey(key) for key in filter(None, map(installation_key, sorted(site.aliases)))
                )
        return ()


def is_of(site: SiteRow, keys: Iterable[ClientKey]) -> bool:
    """Return whether an id's data are those of a site with these keys."""
    return any(by_client_key(key) in site.aliases or by_installation_id(key) in site.aliases for key in keys)
