"""Deletion of what was kept for sites that have gone, as long after the uninstall as their rows are kept.

While a site's row is there, its expiry is noted at the site's id; so it is known when the row has gone. A row
that goes without having expired, such as by somebody's hand, counts as an uninstall at that moment.

`connect_jira.data.deletion` deletes. A process may die after any of its steps: the next sweep continues, or
takes the mark away.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from connect_jira.aws.dynamodb import Table
from connect_jira.aws.service import AwsService
from connect_jira.data.aliases import aliases_in
from connect_jira.data.deletion import SiteDataDeletion
from connect_jira.data.site_rows import SiteRow, SiteState
from connect_jira.installations.installation import UNINSTALLED_ROW_SECONDS

type Claims = dict[str, int | None]
"""The aliases of all installations; each with the expiry of its row, None while it is installed."""


@dataclass(slots=True)
class Swept:
    """Outcome of a sweep.

    Attributes:
        sites: number of sites that were looked at
        deleted: number of sites whose data were deleted
        is_complete: False if there was no time for the rest; the next sweep is for all of them again
    """

    sites: int = 0
    deleted: int = 0
    is_complete: bool = True


class SiteDataRetention:
    """Finds the sites that have gone, and deletes their data.

    IAM: `dynamodb:Scan` and `GetItem` on the table of installations; `dynamodb:Query`, `PutItem` and
    `DeleteItem` on the table of data; and through DynamoDB, for the tables' own key, `kms:Decrypt` and
    `GenerateDataKey`.

    Args:
        dynamodb: the service
        table: the name of the table of data
        installations: the name of the table of installations
        clock: Unix seconds
    """

    def __init__(
        self,
        dynamodb: AwsService,
        *,
        table: str,
        installations: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._installations = Table(dynamodb, installations)
        self._clock = clock
        self._deletion = SiteDataDeletion(dynamodb, table=table, installations=installations)

    def sweep(self, has_time: Callable[[], bool] = lambda: True) -> Swept:
        """Go through all sites: note when their data end, and delete what has ended.

        Args:
            has_time: returns whether there is time for more

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        swept = Swept()
        claims = self._claims()
        for site in self._deletion.all_sites():
            if not has_time():
                swept.is_complete = False
                break
            swept.sites += 1
            ended = self._ended(site, claims)
            if ended is not None:
                is_deleted = self._deletion.delete(ended, has_time) is not None
                swept.deleted += is_deleted
                swept.is_complete = swept.is_complete and is_deleted
        return swept

    def _ended(self, site: SiteRow, claims: Claims) -> SiteRow | None:
        """Return the site if its data have ended, and nobody can find them any more."""
        held = [claims[alias] for alias in site.aliases if alias in claims]
        if site.state is SiteState.DELETING:
            return site
        if held:
            expiries = [expiry for expiry in held if expiry is not None]
            self._deletion.keep(site, until=None if len(expiries) < len(held) else max(expiries))
        elif site.ends_at is None:
            self._deletion.keep(site, until=int(self._clock()) + UNINSTALLED_ROW_SECONDS)
        elif self._clock() >= site.ends_at:
            return self._deletion.end(site)
        return None

    def _claims(self) -> Claims:
        claims: Claims = {}
        rows = self._installations.rows(
            "Scan",
            ProjectionExpression="clientKey, tenant, cloudId, installationId, expiresAt",
            ConsistentRead=True,
        )
        for row in rows:
            expiry = row.get("expiresAt")
            for alias in aliases_in(row):
                known = claims.get(alias, 0)
                claims[alias] = None if expiry is None or known is None else max(expiry, known)
        return claims
