"""Things that a stack keeps of a site besides its rows: counted, and removed if they are old enough.

What is removed is older than a moment by AWS's own clocks, so that nothing goes that came later.

IAM: `dynamodb:Query` on SiteData; `dynamodb:GetItem` and `DeleteItem` on Activity; `dynamodb:Scan` and
`DeleteItem` on WorkDone; `s3:ListBucket` on LargeMessages and `s3:DeleteObject` on its objects; and that of
`connect_tools.dlq.queue`, without putting back.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum

from connect_jira.aws.dynamodb import ConditionFailed, Row, Table
from connect_jira.data.deletion import SiteDataDeletion
from connect_jira.data.site_rows import SiteRow
from connect_jira.worker.backoff import Troubles
from connect_jira.worker.occurrences import REMEMBERED_SECONDS
from connect_jwt.identity import ClientKey
from connect_tools.dlq.message import FailedMessage
from connect_tools.dlq.queue import FailedCalls
from connect_tools.stack_services import rows_by_key, service_of
from connect_tools.target_stack import Stack, aws_errors
from connect_tools.tenants.kept import objects_of, records_of
from connect_tools.tenants.purge_target import is_of

_MOST_OBJECTS = 1000
"""S3's limit for one request to delete."""


class Kind(StrEnum):
    """Kind of what is kept."""

    INSTALLATIONS = "installations"
    SITE_DATA = "siteData"
    SITE_SECRETS = "siteSecrets"
    ACTIVITY = "activity"
    WORK_DONE = "workDone"
    DEAD_LETTERS = "deadLetters"
    LARGE_MESSAGES = "largeMessages"


OF_ENTRIES = {"data": Kind.SITE_DATA, "secret": Kind.SITE_SECRETS}
"""The kinds of entries of SiteData."""


class Removal:
    """Removal of a site.

    Args:
        stack: with all that is kept of it
        keys: the site's
    """

    def __init__(self, stack: Stack, keys: Sequence[ClientKey]) -> None:
        self._stack = stack
        self._keys = keys
        self._dynamodb = service_of(stack, "dynamodb")
        self._work_done = Table(self._dynamodb, stack.resource("WorkDone"))
        self._site_data = Table(self._dynamodb, stack.resource("SiteData"))
        self.deletion = SiteDataDeletion(
            self._dynamodb, table=stack.resource("SiteData"), installations=stack.resource("Installations")
        )

    def count(self) -> Counter[str]:
        """Return the number of things of each kind.

        Raises:
            CommandError: AWS does not say
        """
        counted = Counter[str]()
        for kind, table in ((Kind.INSTALLATIONS, "Installations"), (Kind.ACTIVITY, "Activity")):
            counted[kind] = len(self._rows(table))
        for site in self.sites():
            for entries, kind in OF_ENTRIES.items():
                counted[kind] += self._number_of_entries(site, entries)
        counted[Kind.WORK_DONE] = sum(1 for _ in self._records())
        with FailedCalls(self._stack).held() as messages:
            counted[Kind.DEAD_LETTERS] = len(self._of_site(messages))
        counted[Kind.LARGE_MESSAGES] = sum(1 for _ in objects_of(self._stack, self._keys))
        return counted

    def sites(self) -> list[SiteRow]:
        """Return the ids of the site's data: one, or two whose conflict was never solved.

        Raises:
            CommandError: AWS does not say
        """
        return [site for site in self.deletion.all_sites() if is_of(site, self._keys)]

    def remove_activity(self) -> Counter[str]:
        """Remove what pages show of the past, and what workers know of a site in trouble."""
        found = self._rows("Activity")
        table = Table(self._dynamodb, self._stack.resource("Activity"))
        for key in found:
            table.call("DeleteItem", Key={"clientKey": key})
        troubles = Troubles(self._dynamodb, table=self._stack.resource("WorkDone"))
        for key in self._keys:
            troubles.forget(key)
        return Counter({Kind.ACTIVITY: len(found)})

    def remove_work(self, *, before: int) -> Counter[str]:
        """Remove records of work, dead letters and large messages.

        Args:
            before: only what is older than this, in Unix seconds
        """
        return Counter(
            {
                Kind.WORK_DONE: self._remove_records(before),
                Kind.DEAD_LETTERS: self._remove_dead_letters(before),
                Kind.LARGE_MESSAGES: self._remove_objects(before),
            }
        )

    def _rows(self, table: str) -> dict[str, Row]:
        return rows_by_key(self._dynamodb, self._stack.resource(table), self._keys)

    def _number_of_entries(self, site: SiteRow, kind: str) -> int:
        pages = self._site_data.pages(
            "Query",
            Select="COUNT",
            KeyConditionExpression="site = :site AND begins_with(entry, :kind)",
            ExpressionAttributeValues={":site": site.site_id, ":kind": f"{kind}:"},
        )
        return sum(page["Count"] for page in pages)

    def _records(self) -> Iterator[Row]:
        table = self._stack.resource("WorkDone")
        return records_of(self._dynamodb, table, self._keys, ProjectionExpression="id", ConsistentRead=True)

    def _remove_records(self, before: int) -> int:
        removed = 0
        for row in self._records():
            with suppress(ConditionFailed):  # it was begun, or begun again, later
                self._work_done.call(
                    "DeleteItem",
                    Key={"id": row["id"]},
                    ConditionExpression="expiration < :until",
                    ExpressionAttributeValues={":until": before + REMEMBERED_SECONDS},
                )
                removed += 1
        return removed

    def _of_site(self, messages: Sequence[FailedMessage]) -> list[FailedMessage]:
        return [message for message in messages if message.client_key in self._keys]

    def _remove_dead_letters(self, before: int) -> int:
        failed = FailedCalls(self._stack)
        with failed.held() as messages:
            old = [message for message in self._of_site(messages) if message.sent_at < before]
            for message in old:
                failed.delete(message)
        return len(old)

    def _remove_objects(self, before: int) -> int:
        old = [
            one["Key"]
            for one in objects_of(self._stack, self._keys)
            if one["LastModified"].timestamp() < before
        ]
        for first in range(0, len(old), _MOST_OBJECTS):
            some = [{"Key": key} for key in old[first : first + _MOST_OBJECTS]]
            with aws_errors():
                self._stack.client("s3").delete_objects(
                    Bucket=self._stack.resource("LargeMessages"), Delete={"Objects": some, "Quiet": True}
                )
        return len(old)
