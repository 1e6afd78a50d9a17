"""One id of ours for each site, found by every alias of the site; so nothing moves when a site reinstalls.

The id's row is written first and the strongest alias last: a process that dies in between leaves no alias
that the id's row does not list, and the next one goes on. An id whose data are being deleted is taken for
gone. `connect_jira.data.retention` relies on all of this.

When two aliases of one site lead to two ids that both hold data, nothing is mixed: the id of the stronger
alias counts, the other keeps its data and its id row, and the log names both.
"""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from aws_lambda_powertools import Logger

from connect_jira.aws.dynamodb import Table
from connect_jira.aws.service import AwsService
from connect_jira.data.site_rows import AliasRow, SiteRow, SiteState, alias_rows, site_rows
from connect_jira.errors import TemporarilyUnavailable

_ATTEMPTS = 5
"""Of a decision, while other processes decide on the same site."""

_logger = Logger(child=True)


class _Overtaken(Exception):
    """Another process has decided on an alias meanwhile."""


class _Deleted(Exception):
    """The data of an id are being deleted."""

    def __init__(self, site_id: str) -> None:
        super().__init__(site_id)
        self.site_id = site_id


class SiteIds:
    """The ids of all sites.

    IAM: `dynamodb:GetItem`, `PutItem` and `Query`, on the table, and what the table's own key needs.

    Args:
        dynamodb: the service
        table: the table's name
    """

    def __init__(self, dynamodb: AwsService, *, table: str) -> None:
        self._table = Table(dynamodb, table)
        self._aliases = alias_rows(dynamodb, table=table)
        self._sites = site_rows(dynamodb, table=table)

    def settled_id(self, aliases: Sequence[str]) -> str | None:
        """Return the id that the aliases lead to, by one read; None if they were not yet seen together.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        strongest = self._aliases.read(aliases[0])
        return strongest.site_id if strongest and _is_settled(strongest, aliases) else None

    def id_of(self, aliases: Sequence[str]) -> str:
        """Return the id that the aliases lead to, and let all of them lead to it from now on.

        One read, once the aliases were seen together.

        Args:
            aliases: of one site, the strongest first; at least one

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer, or other processes keep deciding on this site
        """
        deleted: set[str] = set()
        for _ in range(_ATTEMPTS):
            strongest = self._aliases.read(aliases[0])
            if strongest and _is_settled(strongest, aliases):
                return strongest.site_id
            try:
                return self._settle(aliases, strongest, deleted)
            except _Deleted as found:
                deleted.add(found.site_id)
            except _Overtaken:
                continue
        raise TemporarilyUnavailable("other processes keep deciding on the id of this site")

    def _settle(self, aliases: Sequence[str], strongest: AliasRow | None, deleted: Collection[str]) -> str:
        rows = {aliases[0]: strongest} | {alias: self._aliases.read(alias) for alias in aliases[1:]}
        led_to = dict.fromkeys(row.site_id for row in rows.values() if row)
        found = [site_id for site_id in led_to if site_id not in deleted]
        site_id = self._chosen(found) if found else os.urandom(16).hex()

        def listing(current: SiteRow | None) -> SiteRow:
            row = current or SiteRow(site_id=site_id)
            if row.state is SiteState.DELETING:
                raise _Deleted(site_id)
            listed = row.aliases | frozenset(aliases)
            return replace(row, aliases=listed, state=SiteState.KEPT, ends_at=None)

        self._sites.update(site_id, listing)
        for alias in reversed(aliases):
            settled = frozenset(aliases) if alias == aliases[0] else frozenset[str]()
            self._aliases.update(alias, _leading(alias, site_id, settled, seen=rows[alias]))
        return site_id

    def _chosen(self, found: Sequence[str]) -> str:
        if len(found) == 1:
            return found[0]
        with_data = [site_id for site_id in found if self._holds_data(site_id)]
        chosen = (with_data or found)[0]
        for other in with_data[1:]:
            _logger.error(
                "Two sets of data for one site",
                extra={
                    "reason": "site-ids-conflict",
                    "siteId": chosen,
                    "otherSiteId": other,
                    "explanation": "The data of siteId counts; that of otherSiteId stays as it is, unused",
                },
            )
        return chosen

    def _holds_data(self, site_id: str) -> bool:
        answer = self._table.call(
            "Query",
            KeyConditionExpression="site = :site",
            ExpressionAttributeValues={":site": site_id},
            ConsistentRead=True,
            Limit=1,
        )
        return bool(answer["Items"])


def _is_settled(strongest: AliasRow, aliases: Sequence[str]) -> bool:
    return strongest.settled.issuperset(aliases[1:]) and not strongest.is_ending


def _leading(
    alias: str, site_id: str, settled: frozenset[str], *, seen: AliasRow | None
) -> Callable[[AliasRow | None], AliasRow]:
    """Return the change that lets an alias lead to an id, unless it was led elsewhere since it was seen."""

    def lead(current: AliasRow | None) -> AliasRow:
        row = current or AliasRow(alias=alias, site_id=site_id)
        if row.site_id == site_id:
            return replace(row, settled=settled or row.settled, is_ending=False)
        if seen is None or row.site_id != seen.site_id:
            raise _Overtaken
        return replace(row, site_id=site_id, settled=settled, is_ending=False)

    return lead
