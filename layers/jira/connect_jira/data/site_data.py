"""`site.data`: what an app keeps for one site."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connect_jira.data.entries import JsonValue, SiteEntries, StoredEntry, decode, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A value under its key.

    Attributes:
        key: the entry's
        value: as JSON returns it
        version: for `if_version`; every write makes another
        expires_at: in Unix seconds; None if the entry stays
    """

    key: str
    value: Any = field(repr=False)
    version: str
    expires_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """Some of the entries.

    Attributes:
        entries: in the order of their keys
        after: the place where the next page begins, for `SiteData.list`; None after the last
    """

    entries: list[Entry]
    after: str | None


class SiteData:
    """The data of one site. Every method raises `TemporarilyUnavailable` when DynamoDB gives no answer.

    IAM: as for `connect_jira.data.entries.SiteEntries`.

    Args:
        entries: the site's, of this kind
    """

    def __init__(self, entries: SiteEntries) -> None:
        self._entries = entries

    def get(self, key: str) -> Entry | None:
        """Return the entry as it is now; None if there is none, or it has expired.

        Raises:
            ValueError: the key is empty, or takes more than 512 bytes
        """
        stored = self._entries.get(key)
        return _entry(stored) if stored else None

    def put(
        self, key: str, value: JsonValue, *, if_version: str | None = None, keep_seconds: float | None = None
    ) -> str:
        """Write an entry, and return its version.

        Args:
            key: at most 512 bytes in UTF-8
            value: at most 350 KB as JSON
            if_version: the version that was read, to write over that one only; `ABSENT` to write only if
                there is no entry; by default whatever is there
            keep_seconds: the time until the entry expires; by default it stays

        Raises:
            DataChanged: somebody else has changed the entry; nothing was written
            ValueTooLarge: the value takes more than 350 KB
            TypeError, ValueError: JSON cannot express the value, or the key cannot be used
        """
        return self._entries.put(key, encode(value), if_version=if_version, keep_seconds=keep_seconds)

    def delete(self, key: str, *, if_version: str | None = None) -> None:
        """Delete an entry; nothing happens if there is none.

        Raises:
            DataChanged: it has another version than `if_version`; nothing was deleted
            ValueError: the key cannot be used
        """
        self._entries.delete(key, if_version=if_version)

    def list(self, prefix: str = "", *, after: str | None = None) -> Iterator[EntryPage]:
        """Return the entries whose keys begin with a prefix, page by page, each read when asked for.

        Args:
            prefix: by default all
            after: continue there, as a page said

        Raises:
            ValueError: `after` is not of a page with this prefix
        """
        for stored, following in self._entries.pages(prefix, after=after, with_contents=True):
            yield EntryPage(entries=[_entry(one) for one in stored], after=following)


def _entry(stored: StoredEntry) -> Entry:
    return Entry(
        key=stored.key,
        value=decode(stored.content),
        version=stored.version,
        expires_at=stored.expires_at,
    )
