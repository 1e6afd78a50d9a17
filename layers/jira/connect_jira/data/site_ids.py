"""One id of ours for each site, found by every alias of the site; so nothing moves when a site reinstalls.

An alias has a row that holds the id, and each id has a row that lists its aliases. All id rows are in one
partition, so that the sites with data can be gone through. The id row is written first and the strongest
alias last: a process that dies in between leaves no alias that the id row does not list, and the next one
goes on.

When two aliases of one site lead to two ids that both hold data, nothing is mixed: the id of the stronger
alias counts, the other keeps its data and its id row, and the log names both.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from connect_jira.aws.dynamodb import Row, Table
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable
from connect_jira.errors import TemporarilyUnavailable

_ATTEMPTS = 5
"""Of a decision, while other processes decide on the same site."""

_logger = Logger(child=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasRow:
    """The id that an alias leads to.

    Attributes:
        alias: the key
        site_id: the site's id
        settled: the site's aliases that are known to lead there, too, when this one is the strongest
        revision: the number of times that the row was written
    """

    alias: str
    site_id: str
    settled: frozenset[str] = frozenset()
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """An id.

    Attributes:
        site_id: the key
        aliases: all that lead to it, or have led to it
        revision: the number of times that the row was written
    """

    site_id: str
    aliases: frozenset[str] = frozenset()
    revision: int = 0


class _Overtaken(Exception):
    """Another process has decided on an alias meanwhile."""


class SiteIds:
    """The ids of all sites.

    IAM: `dynamodb:GetItem`, `PutItem` and `Query`, on the table, and what the table's own key needs.

    Args:
        dynamodb: the service
        table: the table's name
    """

    def __init__(self, dynamodb: AwsService, *, table: str) -> None:
        self._table = Table(dynamodb, table)
        self._aliases = VersionedTable[AliasRow](
            dynamodb,
            table=table,
            to_row=_alias_row,
            from_row=_alias_of,
            key_name="site",
            rest_of_key={"entry": "#id"},
        )
        self._sites = VersionedTable[SiteRow](
            dynamodb,
            table=table,
            to_row=_site_row,
            from_row=_site_of,
            key_name="entry",
            rest_of_key={"site": "#sites"},
        )

    def id_of(self, aliases: Sequence[str]) -> str:
        """Return the id that the aliases lead to, and let all of them lead to it from now on.

        One read, once the aliases were seen together.

        Args:
            aliases: of one site, the strongest first; at least one

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer, or other processes keep deciding on this site
        """
        for _ in range(_ATTEMPTS):
            strongest = self._aliases.read(aliases[0])
            if strongest is not None and strongest.settled.issuperset(aliases[1:]):
                return strongest.site_id
            try:
                return self._settle(aliases, strongest)
            except _Overtaken:
                continue
        raise TemporarilyUnavailable("other processes keep deciding on the id of this site")

    def _settle(self, aliases: Sequence[str], strongest: AliasRow | None) -> str:
        rows = {aliases[0]: strongest} | {alias: self._aliases.read(alias) for alias in aliases[1:]}
        found = list(dict.fromkeys(row.site_id for row in rows.values() if row))
        site_id = self._chosen(found) if found else os.urandom(16).hex()

        def listing(current: SiteRow | None) -> SiteRow:
            row = current or SiteRow(site_id=site_id)
            return replace(row, aliases=row.aliases | frozenset(aliases))

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


def _leading(
    alias: str, site_id: str, settled: frozenset[str], *, seen: AliasRow | None
) -> Callable[[AliasRow | None], AliasRow]:
    """Return the change that lets an alias lead to an id, unless it was led elsewhere since it was seen."""

    def lead(current: AliasRow | None) -> AliasRow:
        row = current or AliasRow(alias=alias, site_id=site_id)
        if row.site_id == site_id:
            return replace(row, settled=settled or row.settled)
        if seen is None or row.site_id != seen.site_id:
            raise _Overtaken
        return replace(row, site_id=site_id, settled=settled)

    return lead


def _alias_row(row: AliasRow) -> Row:
    return {
        "site": row.alias,
        "siteId": row.site_id,
        "settled": sorted(row.settled),
        "revision": row.revision,
    }


def _alias_of(row: Row) -> AliasRow:
    return AliasRow(
        alias=row["site"],
        site_id=row["siteId"],
        settled=frozenset(row["settled"]),
        revision=row["revision"],
    )


def _site_row(row: SiteRow) -> Row:
    return {"entry": row.site_id, "aliases": sorted(row.aliases), "revision": row.revision}


def _site_of(row: Row) -> SiteRow:
    return SiteRow(site_id=row["entry"], aliases=frozenset(row["aliases"]), revision=row["revision"])
