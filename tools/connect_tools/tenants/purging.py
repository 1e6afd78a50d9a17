"""Everything that is kept of a site, removed: in an order in which a reinstall loses nothing of its own.

1. A tombstone is written for each of the site's keys, so that workers drop what waits in the queue.
2. The installations' rows are deleted, each only if it is still the one that was looked at.
3. The ids of the site's data are closed: whoever asks for its data from now on gets a new id.
4. Nothing is done until no function has anything of the site in hand or in memory any more.
5. The data are deleted, then activity, work done, dead letters and large messages.

A site that installs the app meanwhile is new: only what is older than step 2 is removed then, by AWS's own
clocks. Another run goes on wherever one was interrupted, since the tombstone has all keys.

IAM: `dynamodb:GetItem` and `DeleteItem` on Installations, `GetItem`, `UpdateItem` and `DeleteItem` on
WorkDone; that of `connect_jira.data.deletion` and of `connect_tools.tenants.removal`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from connect_cli.errors import CommandError
from connect_jira.auth.tenants import REMEMBERED_SECONDS as SITE_REMEMBERED_SECONDS
from connect_jira.aws.dynamodb import ConditionFailed, Row, Table
from connect_jira.data.site_rows import SiteState
from connect_jira.installations.forge_store import forge_installation_of
from connect_jira.installations.installation import is_forge
from connect_jira.worker.purges import REMEMBERED_SECONDS as PURGE_REMEMBERED_SECONDS
from connect_jira.worker.purges import Purges
from connect_jwt.identity import ClientKey
from connect_tools.stack_services import service_of
from connect_tools.target_stack import Stack
from connect_tools.tenants.purge_target import Target
from connect_tools.tenants.removal import OF_ENTRIES, Kind, Removal

IN_HAND_SECONDS = PURGE_REMEMBERED_SECONDS + 35
"""Time after which no worker has anything of a purged site in hand: it knows, and has ended its work."""

IN_MEMORY_SECONDS = SITE_REMEMBERED_SECONDS + 35
"""The same for a site that had the app until a moment ago: functions remember that it has."""

_ATTEMPTS = 5
_INSTALLED_MEANWHILE = "the site has installed the app meanwhile: it is not purged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """Outcome of a purge.

    Attributes:
        removed: the number of things removed, by `Kind`
        dropped: number of messages that workers have dropped until now
        came_back: True if the site has the app again
        data_stay: True if its data stay, since an installation uses them
    """

    removed: Counter[str]
    dropped: int
    came_back: bool
    data_stay: bool


class Purging:
    """Removes a site.

    Args:
        stack: with the site
        target: the site
        wait: waits for some seconds
    """

    def __init__(self, stack: Stack, target: Target, *, wait: Callable[[float], None]) -> None:
        self._target = target
        self._keys = target.keys
        self._wait = wait
        self._removal = Removal(stack, target.keys)
        dynamodb = service_of(stack, "dynamodb")
        self._installations = Table(dynamodb, stack.resource("Installations"))
        self._purges = Purges(dynamodb, table=stack.resource("WorkDone"))
        self._removed = Counter[str]()
        self._was_just_installed = False

    def purge(self, *, although_installed: bool) -> Purged:
        """Remove everything, or the rest of it.

        Args:
            although_installed: True if a site that has the app is removed, too

        Raises:
            CommandError: the site has installed the app meanwhile, or AWS refuses
        """
        purged_at = self._delete_installations(although_installed=although_installed)
        for site in self._removal.sites():
            if site.state is not SiteState.DELETING:
                self._removal.deletion.end(site)
        self._wait(self._seconds_in_use(purged_at))
        return self._remove_the_rest(purged_at)

    def finish(self) -> Purged:
        """Remove the rest of what an earlier purge was for, of a site that has installed the app since."""
        assert self._target.tombstone is not None  # noqa: S101 - for the type checker
        return self._remove_the_rest(self._target.tombstone.purged_at)

    def _seconds_in_use(self, purged_at: int) -> int:
        """Return the time for which functions may still use what they have of the site."""
        before = self._target.tombstone
        if self._was_just_installed:
            return IN_MEMORY_SECONDS
        if before is None:
            return IN_HAND_SECONDS
        return max(IN_HAND_SECONDS, before.purged_at + IN_MEMORY_SECONDS - purged_at)

    def _remove_the_rest(self, purged_at: int) -> Purged:
        came_back, now = self._look()
        if not came_back:
            purged_at = now
            self._purges.put(self._keys, purged_at=now)
            self._removed += self._removal.remove_activity()
        data_stay = False
        for site in self._removal.sites():
            closed = site if site.state is SiteState.DELETING else self._removal.deletion.end(site)
            if closed is None:
                data_stay = True
                continue
            for entries, number in (self._removal.deletion.delete(closed) or {}).items():
                self._removed[OF_ENTRIES.get(entries, entries)] += number
        self._removed += self._removal.remove_work(before=purged_at)
        tombstones = filter(None, map(self._purges.read, self._keys))
        return Purged(
            removed=self._removed,
            dropped=sum(tombstone.dropped for tombstone in tombstones),
            came_back=came_back,
            data_stay=data_stay,
        )

    def _delete_installations(self, *, although_installed: bool) -> int:
        """Delete the rows, and return when, by AWS's clock in Unix seconds."""
        answers = [self._read(key) for key in self._keys]
        now = _date_of(answers[0])
        rows = [answer["Item"] for answer in answers if "Item" in answer]
        if not although_installed and any(_is_live(row, now) for row in rows):
            raise CommandError(_INSTALLED_MEANWHILE)  # before a worker can see a tombstone
        self._purges.put(self._keys, purged_at=now)
        for key in self._keys:
            for _ in range(_ATTEMPTS):
                answer = self._read(key)
                now, row = _date_of(answer), answer.get("Item")
                if not row or self._is_deleted(row, now, although_installed=although_installed):
                    break
            else:
                raise CommandError("the site's row keeps being written: run it again")
        self._purges.put(self._keys, purged_at=now)
        return now

    def _is_deleted(self, row: Row, now: int, *, although_installed: bool) -> bool:
        """Delete a row, and return whether it was still the one that was read."""
        is_live = _is_live(row, now)
        if is_live and not although_installed:
            self._take_back()
            raise CommandError(_INSTALLED_MEANWHILE)
        try:
            self._installations.call(
                "DeleteItem",
                Key={"clientKey": row["clientKey"]},
                ConditionExpression="revision = :read",
                ExpressionAttributeValues={":read": row["revision"]},
            )
        except ConditionFailed:
            return False
        self._was_just_installed |= is_live or row["updatedAt"] > now - IN_MEMORY_SECONDS
        self._removed[Kind.INSTALLATIONS] += 1
        return True

    def _take_back(self) -> None:
        """Let the tombstones be as they were before, unless a row has gone already."""
        before = self._target.tombstone
        if before is not None:
            self._purges.put(before.keys, purged_at=before.purged_at)
        if not self._removed:
            had_one = before.keys if before is not None else ()
            self._purges.remove([key for key in self._keys if key not in had_one])

    def _look(self) -> tuple[bool, int]:
        """Return whether there is a row, and a time not after that look, in Unix seconds."""
        answers = [self._read(key) for key in self._keys]
        return any("Item" in answer for answer in answers), _date_of(answers[0])

    def _read(self, key: ClientKey) -> dict[str, Any]:
        return self._installations.call("GetItem", Key={"clientKey": key}, ConsistentRead=True)


def _date_of(answer: dict[str, Any]) -> int:
    """Return the time of an answer, by AWS's clock, in Unix seconds."""
    return int(parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp())


def _is_live(row: Row, now: int) -> bool:
    if is_forge(row["clientKey"]):
        return not forge_installation_of(row).has_ended(now)
    return "sealedSecret" in row
