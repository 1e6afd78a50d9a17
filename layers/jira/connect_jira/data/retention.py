"""Deletion of what was kept for sites that have gone, as long after the uninstall as their rows are kept.

While a site's row is there, its expiry is noted at the site's id; so it is known when the row has gone. A row
that goes without having expired, such as by somebody's hand, counts as an uninstall at that moment.

The steps, in their order:

1. The id is marked as ending, and so are its aliases. Who finds it from now on looks at the id's row, and
   takes the mark away.
2. The site's installations are looked for once more: who found the id before has had one before.
3. The id is marked as being deleted, unless somebody has taken the first mark away. Nobody gets it any more.
4. The entries are deleted, then the aliases, and the id's row last.

If an installation is found, or the mark is gone, everything stays. A process may die after any step: the next
sweep continues, or takes the mark away.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from connect_jira.aws.dynamodb import ConditionFailed, Row, Table
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import RowChanged
from connect_jira.data.aliases import aliases_in, installation_key
from connect_jira.data.site_rows import (
    ALIAS_ENTRY,
    SITES_PARTITION,
    AliasRow,
    SiteRow,
    SiteState,
    alias_rows,
    site_row_of,
    site_rows,
)
from connect_jira.installations.installation import UNINSTALLED_ROW_SECONDS

_ENTRIES_AT_A_TIME = 100
"""Entries that are deleted before the time is looked at again; some hundred a second are."""

_logger = Logger(child=True)

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
        self._table = Table(dynamodb, table)
        self._installations = Table(dynamodb, installations)
        self._clock = clock
        self._aliases = alias_rows(dynamodb, table=table)
        self._sites = site_rows(dynamodb, table=table)

    def sweep(self, has_time: Callable[[], bool] = lambda: True) -> Swept:
        """Go through all sites: note when their data end, and delete what has ended.

        Args:
            has_time: returns whether there is time for more

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        swept = Swept()
        claims = self._claims()
        for site in self._all_sites():
            if not has_time():
                swept.is_complete = False
                break
            swept.sites += 1
            ended = self._ended(site, claims)
            if ended is not None:
                is_deleted = self._delete(ended, has_time)
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
            self._keep(site, until=None if len(expiries) < len(held) else max(expiries))
        elif site.ends_at is None:
            self._keep(site, until=int(self._clock()) + UNINSTALLED_ROW_SECONDS)
        elif self._clock() >= site.ends_at:
            return self._end(site)
        return None

    def _keep(self, site: SiteRow, *, until: int | None) -> None:
        following = replace(site, state=SiteState.KEPT, ends_at=until)
        if following != site:
            with suppress(RowChanged):  # by whoever uses it now
                self._sites.write(replace(following, revision=site.revision + 1))

    def _end(self, site: SiteRow) -> SiteRow | None:
        """Return the site once nobody gets its data any more; None if somebody was found to use them."""
        ending = replace(site, state=SiteState.ENDING, revision=site.revision + 1)
        deleting = replace(ending, state=SiteState.DELETING, revision=ending.revision + 1)
        with suppress(RowChanged):  # by whoever uses it now
            self._sites.write(ending)
            for alias in sorted(site.aliases):
                self._aliases.update(alias, _ending(site.site_id))
            if self._is_installed(site):
                self._keep(ending, until=None)
                return None
            self._sites.write(deleting)
            return deleting
        return None

    def _delete(self, site: SiteRow, has_time: Callable[[], bool]) -> bool:
        """Return whether all was deleted; else there was no time."""
        while keys := self._some_entries(site.site_id):
            for key in keys:
                self._table.call("DeleteItem", Key=key)
            if not has_time():
                return False
        for alias in sorted(site.aliases):
            self._delete_row(alias, ALIAS_ENTRY, "siteId = :it", site.site_id)
        self._delete_row(SITES_PARTITION, site.site_id, "revision = :it", site.revision)
        _logger.info("Data of a site that has gone deleted", siteId=site.site_id)
        return True

    def _some_entries(self, site_id: str) -> list[Row]:
        found = self._table.call(
            "Query",
            KeyConditionExpression="site = :site",
            ExpressionAttributeValues={":site": site_id},
            ProjectionExpression="site, entry",
            ConsistentRead=True,
            Limit=_ENTRIES_AT_A_TIME,
        )
        items: list[Row] = found["Items"]
        return items

    def _delete_row(self, site: str, entry: str, condition: str, value: str | int) -> None:
        """Delete a row, unless it is another one by now, or is not there."""
        with suppress(ConditionFailed):
            self._table.call(
                "DeleteItem",
                Key={"site": site, "entry": entry},
                ConditionExpression=condition,
                ExpressionAttributeValues={":it": value},
            )

    def _is_installed(self, site: SiteRow) -> bool:
        keys = filter(None, map(installation_key, sorted(site.aliases)))
        return any(
            "Item"
            in self._installations.call(
                "GetItem", Key={"clientKey": key}, ProjectionExpression="clientKey", ConsistentRead=True
            )
            for key in keys
        )

    def _claims(self) -> Claims:
        claims: Claims = {}
        asked: dict[str, object] = {
            "ProjectionExpression": "clientKey, tenant, cloudId, installationId, expiresAt",
            "ConsistentRead": True,
        }
        for row in _pages(self._installations, "Scan", asked):
            expiry = row.get("expiresAt")
            for alias in aliases_in(row):
                known = claims.get(alias, 0)
                claims[alias] = None if expiry is None or known is None else max(expiry, known)
        return claims

    def _all_sites(self) -> Iterator[SiteRow]:
        asked: dict[str, object] = {
            "KeyConditionExpression": "site = :sites",
            "ExpressionAttributeValues": {":sites": SITES_PARTITION},
            "ConsistentRead": True,
        }
        for row in _pages(self._table, "Query", asked):
            try:
                yield site_row_of(row)
            except (KeyError, TypeError, ValueError):  # newer code, during a deployment, has written it
                _logger.warning("Site's row not understood", extra={"siteId": row.get("entry")})


def _pages(table: Table, operation: str, asked: dict[str, object]) -> Iterator[Row]:
    while True:
        page = table.call(operation, **asked)
        yield from page["Items"]
        if not page.get("LastEvaluatedKey"):
            return
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _ending(site_id: str) -> Callable[[AliasRow | None], AliasRow | None]:
    """Return the change that marks an alias, if it leads to an id."""
    return lambda row: replace(row, is_ending=True) if row and row.site_id == site_id else None
