"""Storage of an app's data and secrets: from the table to the objects of a reaction or a page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from connect_jira.aws.service import AwsService
from connect_jira.data.aliases import SiteAliases
from connect_jira.data.entries import SiteEntries
from connect_jira.data.site_data import SiteData
from connect_jira.data.site_ids import SiteIds
from connect_jira.data.site_secrets import SecretSealer, SiteSecrets
from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The data and secrets of one site. Nothing is read before it is used.

    Attributes:
        data: of the site
        secrets: of the site
    """

    data: SiteData = field(repr=False)
    secrets: SiteSecrets = field(repr=False)


class SiteStorage:
    """The data and secrets of all sites.

    IAM: as for `SiteIds`, `SiteAliases`, `SiteEntries` and `SecretSealer`, in this room.

    Args:
        dynamodb: the service
        table: the table's name
        aliases: finds the aliases of sites
        sealer: encrypts and decrypts secrets
    """

    def __init__(
        self, dynamodb: AwsService, *, table: str, aliases: SiteAliases, sealer: SecretSealer
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
        site_id = cache(lambda: self._ids.id_of(self._aliases.of(tenant)))
        return Kept(
            data=SiteData(self._entries(site_id, "data")),
            secrets=SiteSecrets(self._entries(site_id, "secret"), self._sealer, site_id=site_id),
        )

    def _entries(self, site_id: Callable[[], str], kind: str) -> SiteEntries:
        return SiteEntries(self._dynamodb, table=self._table, site_id=site_id, kind=kind)
