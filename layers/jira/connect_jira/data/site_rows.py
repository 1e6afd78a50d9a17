"""Rows that tell which id a site has: one for each alias, and one for each id.

An alias's row holds the id, and an id's row lists the aliases that lead to it, or have led to it. The id's
row is written before an alias leads there. All rows of ids are in one partition, so that they can be gone
through.
"""

from dataclasses import dataclass
from enum import StrEnum

from connect_jira.aws.dynamodb import Row
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable

ALIAS_ENTRY = "#id"
"""The sort key of an alias's row."""

SITES_PARTITION = "#sites"
"""The partition of the ids' rows."""


class SiteState(StrEnum):
    """State of an id."""

    KEPT = "kept"
    ENDING = "ending"  # no installation was found; who installs now still gets the data
    DELETING = "deleting"  # nobody gets them any more


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasRow:
    """The id that an alias leads to.

    Attributes:
        alias: the key
        site_id: the site's id
        settled: the site's aliases that are known to lead there, too, when this one is the strongest
        is_ending: True if the id's row has to be looked at, since its data may be about to be deleted
        revision: the number of times that the row was written
    """

    alias: str
    site_id: str
    settled: frozenset[str] = frozenset()
    is_ending: bool = False
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """An id.

    Attributes:
        site_id: the key
        aliases: all that lead to it, or have led to it
        state: of its data
        ends_at: earliest deletion of its data, in Unix seconds; None while it is installed
        revision: the number of times that the row was written
    """

    site_id: str
    aliases: frozenset[str] = frozenset()
    state: SiteState = SiteState.KEPT
    ends_at: int | None = None
    revision: int = 0


def alias_rows(dynamodb: AwsService, *, table: str) -> VersionedTable[AliasRow]:
    """Return the aliases' rows of a table."""
    return VersionedTable[AliasRow](
        dynamodb,
        table=table,
        to_row=_alias_row,
        from_row=_alias_of,
        key_name="site",
        rest_of_key={"entry": ALIAS_ENTRY},
    )


def site_rows(dynamodb: AwsService, *, table: str) -> VersionedTable[SiteRow]:
    """Return the ids' rows of a table."""
    return VersionedTable[SiteRow](
        dynamodb,
        table=table,
        to_row=_site_row,
        from_row=site_row_of,
        key_name="entry",
        rest_of_key={"site": SITES_PARTITION},
    )


def site_row_of(row: Row) -> SiteRow:
    """Decode an id's row."""
    return SiteRow(
        site_id=row["entry"],
        aliases=frozenset(row["aliases"]),
        state=SiteState(row.get("state", SiteState.KEPT)),
        ends_at=row.get("endsAt"),
        revision=row["revision"],
    )


def _site_row(row: SiteRow) -> Row:
    return {
        "entry": row.site_id,
        "aliases": sorted(row.aliases),
        "state": row.state.value,
        "endsAt": row.ends_at,
        "revision": row.revision,
    }


def _alias_row(row: AliasRow) -> Row:
    return {
        "site": row.alias,
        "siteId": row.site_id,
        "settled": sorted(row.settled),
        "ending": row.is_ending or None,
        "revision": row.revision,
    }


def _alias_of(row: Row) -> AliasRow:
    return AliasRow(
        alias=row["site"],
        site_id=row["siteId"],
        settled=frozenset(row["settled"]),
        is_ending=row.get("ending", False),
        revision=row["revision"],
    )
