"""The entries of sites in DynamoDB: one row for each key, in the partition of its site.

A row has `site` (the site's id), `entry` (the kind and the key), `content`, `version` and, optionally,
`expiresAt` in Unix seconds. Each write makes a new random version, so a version never comes back, not even
after the entry was deleted and written anew; and a write whose answer was lost is recognised by its version
when it is repeated.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connect_jira.aws.dynamodb import ConditionFailed, Row, Table
from connect_jira.aws.service import AwsService
from connect_jira.data.errors import DataChanged, ValueTooLarge

type JsonValue = str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None
"""A value that JSON can express."""

ABSENT = ""
"""The version of an entry that is not there."""

MAX_VALUE_BYTES = 350 * 1024
"""The largest value as JSON; DynamoDB takes rows of 400 KB, with the key and what sealing adds."""

MAX_KEY_BYTES = 512
"""The longest key in UTF-8; DynamoDB takes 1024 bytes."""

PAGE_ENTRIES = 100
"""The most entries of a page; DynamoDB ends a page at 1 MB, too."""

_LIVE = "(attribute_not_exists(expiresAt) OR expiresAt > :now)"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """A row.

    Attributes:
        key: without its kind
        content: as it was stored; empty in a listing without contents
        version: tells this write from every other
        expires_at: the time after which it is not there any more, in Unix seconds; None if it stays
    """

    key: str
    content: bytes = field(repr=False)
    version: str
    expires_at: int | None


class SiteEntries:
    """The entries of one site and one kind.

    IAM: `dynamodb:GetItem`, `PutItem`, `DeleteItem` and `Query`, for the methods used, on the table; and
    through DynamoDB, for the table's own key: `kms:Decrypt`, and to write `kms:GenerateDataKey`.

    Args:
        dynamodb: the service
        table: the table's name
        site_id: returns the site's id
        kind: separates these entries from the site's others
        clock: Unix seconds
    """

    def __init__(
        self,
        dynamodb: AwsService,
        *,
        table: str,
        site_id: Callable[[], str],
        kind: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table = Table(dynamodb, table)
        self._site_id = site_id
        self._kind = kind
        self._clock = clock

    def get(self, key: str) -> StoredEntry | None:
        """Return an entry by a strongly consistent read; None if it is not there, or has expired."""
        answer = self._table.call("GetItem", Key=self._key(key), ConsistentRead=True)
        row: Row = answer.get("Item", {})
        return self._entry(row) if row and self._is_live(row) else None

    def put(self, key: str, content: bytes, *, if_version: str | None, keep_seconds: float | None) -> str:
        """Write an entry and return its version.

        Raises:
            DataChanged: the entry has another version than `if_version`
        """
        version = os.urandom(12).hex()
        ends = None if keep_seconds is None else int(self._clock() + keep_seconds)
        row: Row = {"content": content, "version": version}
        if ends is not None:
            row["expiresAt"] = ends
        item = self._key(key) | row
        self._change("PutItem", if_version, {"Item": item}, written=version)
        return version

    def delete(self, key: str, *, if_version: str | None) -> None:
        """Delete an entry; nothing happens if it is not there.

        Raises:
            DataChanged: the entry has another version than `if_version`
        """
        self._change("DeleteItem", if_version, {"Key": self._key(key)}, written=ABSENT)

    def pages(
        self, prefix: str, *, after: str | None, with_contents: bool
    ) -> Iterator[tuple[list[StoredEntry], str | None]]:
        """Return pages of the entries whose keys begin with a prefix, in the order of their keys in UTF-8.

        Each page comes with the key after which the next begins; None after the last.

        Raises:
            ValueError: `after` has another prefix
        """
        if after is not None and not after.startswith(prefix):
            raise ValueError("a listing is continued by the `after` that a page of the same prefix gave")
        asked: dict[str, Any] = {
            "KeyConditionExpression": "site = :site AND begins_with(entry, :prefix)",
            "ExpressionAttributeValues": {":site": self._site_id(), ":prefix": f"{self._kind}:{prefix}"},
            "ConsistentRead": True,
            "Limit": PAGE_ENTRIES,
        }
        if not with_contents:
            asked["ProjectionExpression"] = "entry, #version, expiresAt"
            asked["ExpressionAttributeNames"] = {"#version": "version"}
        while True:
            if after is not None:
                asked["ExclusiveStartKey"] = self._key(after)
            page = self._table.call("Query", **asked)
            rows, last = page["Items"], page.get("LastEvaluatedKey")
            after = self._key_of(last) if last else None
            yield [self._entry(row) for row in rows if self._is_live(row)], after
            if after is None:
                return

    def _change(
        self, operation: str, if_version: str | None, asked: Mapping[str, Any], *, written: str
    ) -> None:
        condition: dict[str, Any] = {}
        if if_version is not None:
            now = int(self._clock())
            values: Row = {":now": now}
            if if_version == ABSENT:
                expression = "attribute_not_exists(entry) OR expiresAt <= :now"
            else:
                expression, values = f"#version = :version AND {_LIVE}", {**values, ":version": if_version}
                condition["ExpressionAttributeNames"] = {"#version": "version"}
            condition |= {
                "ConditionExpression": expression,
                "ExpressionAttributeValues": values,
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        try:
            self._table.call(operation, **asked, **condition)
        except ConditionFailed as failed:
            row = failed.row
            found = row["version"] if row and self._is_live(row) else ABSENT
            if found != written:  # else it was done before, and the answer was lost
                raise DataChanged(found) from failed

    def _key(self, key: str) -> Row:
        if not 0 < len(key.encode()) <= MAX_KEY_BYTES:
            raise ValueError(f"a key is text of 1 to {MAX_KEY_BYTES} bytes in UTF-8")
        return {"site": self._site_id(), "entry": f"{self._kind}:{key}"}

    def _key_of(self, row: Mapping[str, Any]) -> str:
        return str(row["entry"]).removeprefix(f"{self._kind}:")

    def _entry(self, row: Mapping[str, Any]) -> StoredEntry:
        return StoredEntry(
            key=self._key_of(row),
            content=row.get("content", b""),
            version=row["version"],
            expires_at=row.get("expiresAt"),
        )

    def _is_live(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row has not expired: DynamoDB deletes it only within days."""
        expires_at = row.get("expiresAt")
        return expires_at is None or expires_at > int(self._clock())


def encode(value: JsonValue) -> bytes:
    """Return a value as JSON.

    Raises:
        TypeError, ValueError: JSON cannot express it
        ValueTooLarge: it takes more than `MAX_VALUE_BYTES`
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    content = text.encode(errors="surrogatepass")  # Jira's JSON may hold half a character
    if len(content) > MAX_VALUE_BYTES:
        raise ValueTooLarge(len(content), MAX_VALUE_BYTES)
    return content


def decode(content: bytes) -> Any:  # noqa: ANN401 - a `JsonValue`, and each caller knows which
    """Return the value of its JSON."""
    return json.loads(content.decode(errors="surrogatepass"))
