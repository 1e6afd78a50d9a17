"""Storage of an app's data and secrets: from the table to the objects of a reaction or a page."""

from collections.abc import Callable
from functools import cache, cached_property

from connect_jira.aws.service import AwsService
from connect_jira.data.aliases import SiteAliases
from connect_jira.data.entries import SiteEntries
from connect_jira.data.site_data import SiteData
from connect_jira.data.site_ids import SiteIds
from connect_jira.data.site_secrets import SiteSecrets, SiteSecretSealer
from connect_jwt.identity import ClientKey


class Kept:
    """The data and secrets of one site. Nothing is made or read before it is used.

    Args:
        entries: returns the entries of a kind
        sealer: encrypts and decrypts secrets
        site_id: returns the site's id
    """

    def __init__(
        self, entries: Callable[[str], SiteEntries], *, sealer: SiteSecretSealer, site_id: Callable[[], str]
    ) -> None:
        self._entries = entries
        self._sealer = sealer
        self._site_id = site_id

    @cached_property
    def data(self) -> SiteData:
        """The data of the site."""
        return SiteData(self._entries("data"))

    @cached_property
    def secrets(self) -> SiteSecrets:
        """The secrets of the site."""
        return SiteSecrets(self._entries("secret"), self._sealer, site_id=self._site_id)


class SiteStorage:
    """The data and secrets of all sites.

    IAM: as for `SiteIds`, `SiteAliases`, `SiteEntries` and `SiteSecretSealer`, in this room.

    Args:
        dynamodb: the service
        table: the table's name
        aliases: finds the aliases of sites
        sealer: encrypts and decrypts secrets
    """

    def __init__(
        self, dynamodb: AwsService, *, table: str, aliases: SiteAliases, sealer: SiteSecretSealer
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._aliases = aliases
        self._sealer = sealer
        self._ids = SiteIds(dynamodb, table=table)

    def of(self, tenant: ClientKey) -> Kept:
        """Return what is kept for a site; its id is found at the first use, and then used for this object.

        Args:
            tenant: the site's clientKey, or the `installationId` of a site that has the app by Forge alone
        """
        site_id = cache(lambda: self._id_of(tenant))

        def entries(kind: str) -> SiteEntries:
            return SiteEntries(self._dynamodb, table=self._table, site_id=site_id, kind=kind)

        return Kept(entries, sealer=self._sealer, site_id=site_id)

    def _id_of(self, tenant: ClientKey) -> str:
        """Return the site's id; by cached aliases only if these are known to belong together."""
        remembered = self._aliases.remembered(tenant)
        settled = self._ids.settled_id(remembered) if remembered else None
        return settled or self._ids.id_of(self._aliases.of(tenant))
