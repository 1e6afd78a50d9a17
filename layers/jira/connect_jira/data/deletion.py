"""Deletion of what was kept for a site: all of it, once nobody can find it any more.

The steps, in their order:

1. The id is marked as ending, and so are its aliases. Who finds it from now on looks at the id's row, and
   takes the mark away.
2. The site's installations are looked for once more: who found the id before has had one before.
3. The id is marked as being deleted, unless somebody has taken the first mark away. Nobody gets it any more.
4. The entries are deleted, then the aliases, and the id's row last.

If an installation is found, or the mark is gone, everything stays. A process may die after any step: what is
marked as being deleted is deleted by whoever looks at it next.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from aws_lambda_powertools import Logger

from connect_jira.aws.dynamodb import ConditionFailed, Row, Table
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import RowChanged
from connect_jira.data.aliases import installation_key
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

_ENTRIES_AT_A_TIME = 100
"""Entries that are deleted before the time is looked at again; some hundred a second are."""

_logger = Logger(child=True)


class SiteDataDeletion:
    """Deletes the data of sites that are not installed.

    IAM: `dynamodb:GetItem` on the table of installations; `dynamodb:Query`, `PutItem` and `DeleteItem` on the
    table of data; and through DynamoDB, for the tables' own key, `kms:Decrypt` and `GenerateDataKey`.

    Args:
        dynamodb: the service
        table: the name of the table of data
        installations: the name of the table of installations
    """

    def __init__(self, dynamodb: AwsService, *, table: str, installations: str) -> None:
        self._table = Table(dynamodb, table)
        self._installations = Table(dynamodb, installations)
        self._aliases = alias_rows(dynamodb, table=table)
        self._sites = site_rows(dynamodb, table=table)

    def all_sites(self) -> Iterator[SiteRow]:
        """Yield the ids of all sites.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        rows = self._table.rows(
            "Query",
            KeyConditionExpression="site = :sites",
            ExpressionAttributeValues={":sites": SITES_PARTITION},
            ConsistentRead=True,
        )
        for row in rows:
            try:
                yield site_row_of(row)
            except (KeyError, TypeError, ValueError):  # newer code, during a deployment, has written it
                _logger.warning("Site's row not understood", extra={"siteId": row.get("entry")})

    def keep(self, site: SiteRow, *, until: int | None) -> None:
        """Note when an id's data end, in Unix seconds; None while it is installed.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        following = replace(site, state=SiteState.KEPT, ends_at=until)
        if following != site:
            with suppress(RowChanged):  # by whoever uses it now
                self._sites.write(replace(following, revision=site.revision + 1))

    def end(self, site: SiteRow) -> SiteRow | None:
        """Return the id once nobody gets its data any more; None if somebody was found to use them.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        ending = replace(site, state=SiteState.ENDING, revision=site.revision + 1)
        deleting = replace(ending, state=SiteState.DELETING, revision=ending.revision + 1)
        with suppress(RowChanged):  # by whoever uses it now
            self._sites.write(ending)
            for alias in sorted(site.aliases):
                self._aliases.update(alias, _ending(site.site_id))
            if self._is_installed(site):
                self.keep(ending, until=None)
                return None
            self._sites.write(deleting)
            return deleting
        return None

    def delete(self, site: SiteRow, has_time: Callable[[], bool] = lambda: True) -> Counter[str] | None:
        """Delete the data of an id that `end` has returned.

        Args:
            site: the id
            has_time: returns whether there is time for more

        Returns:
            The number of entries by their kind, such as `data`; None if there was no time for the rest.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        deleted = Counter[str]()
        while keys := self._some_entries(site.site_id):
            for key in keys:
                self._table.call("DeleteItem", Key=key)
                deleted[key["entry"].partition(":")[0]] += 1
            if not has_time():
                return None
        for alias in sorted(site.aliases):
            self._delete_row(alias, ALIAS_ENTRY, "siteId = :it", site.site_id)
        self._delete_row(SITES_PARTITION, site.site_id, "revision = :it", site.revision)
        _logger.info("Data of a site that has gone deleted", siteId=site.site_id)
        return deleted

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


def _ending(site_id: str) -> Callable[[AliasRow | None], AliasRow | None]:
    """Return the change that marks an alias, if it leads to an id."""
    return lambda row: replace(row, is_ending=True) if row and row.site_id == site_id else None
