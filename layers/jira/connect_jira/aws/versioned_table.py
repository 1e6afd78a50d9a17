"""DynamoDB rows with optimistic locking: each row counts its writes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBMapper.OptimisticLocking.html
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from connect_jira.aws.dynamodb import ConditionFailed, Row, Table
from connect_jira.aws.service import AwsService
from connect_jira.errors import TemporarilyUnavailable
from connect_jwt.errors import ConnectError

_ATTEMPTS = 5
"""Attempts of an update while others write the same row: at most two or three write at a time."""


class Versioned(Protocol):
    """A dataclass that rows are parsed to."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def revision(self) -> int:
        """The number of writes."""


class RowChanged[Item](ConnectError):
    """The row was changed since it was read.

    Attributes:
        current: the present row; None if there is none
    """

    def __init__(self, current: Item | None) -> None:
        super().__init__("row-changed", "the row was changed meanwhile")
        self.current = current


class VersionedTable[Item: Versioned]:
    """A table, or the rows of one kind in a table.

    IAM: `dynamodb:GetItem` to read and `dynamodb:PutItem` to write, on the table; and through DynamoDB, for
        the
    table's own key: `kms:Decrypt`.

    Args:
        dynamodb: the service
        table: the table's name
        to_row: encodes an item; None values are left out
        from_row: decodes an item
        key_name: the key attribute of the table
    """

    def __init__(
        self,
        dynamodb: AwsService,
        *,
        table: str,
        to_row: Callable[[Item], Row],
        from_row: Callable[[Row], Item],
        key_name: str = "clientKey",
        rest_of_key: Mapping[str, str] | None = None,
    ) -> None:
        self._table = Table(dynamodb, table)
        self._to_row = to_row
        self._from_row = from_row
        self._key_name = key_name
        self._rest_of_key = dict(rest_of_key or {})

    def read(self, key: str) -> Item | None:
        """Return the row, by a strongly consistent read: a webhook may follow an install at once.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer, or newer code wrote the row
        """
        answer = self._table.call("GetItem", Key=self._key(key), ConsistentRead=True)
        return self._item(answer.get("Item"))

    def write(self, item: Item) -> None:
        """Write the next revision of a row.

        Raises:
            RowChanged: the present row is not the revision before this one
            TemporarilyUnavailable: DynamoDB did not answer
        """
        row = {
            name: value for name, value in self._to_row(item).items() if value is not None
        } | self._rest_of_key
        try:
            self._table.call(
                "PutItem",
                Item=row,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **self._unless_changed(item.revision - 1),
            )
        except ConditionFailed as failed:
            raise RowChanged(self._item(failed.row)) from failed

    def update(
        self, key: str, change: Callable[[Item | None], Item | None], *, is_read_first: bool = True
    ) -> tuple[Item | None, Item | None]:
        """Change a row; retry if it was changed meanwhile.

        Args:
            key: of the row
            change: returns the new row for the present one, or for None; it may be called several times.
                Nothing is written if it returns None, or the row unchanged
            is_read_first: False to assume at first that the row does not exist, which saves a read if that
                is so

        Returns:
            The row before and after; the same twice if nothing was written.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer, or others keep changing the row
        """
        current = self.read(key) if is_read_first else None
        for _ in range(_ATTEMPTS):
            following = change(current)
            if following is None or following == current:
                return current, current
            following = replace(following, revision=current.revision + 1 if current else 1)
            try:
                self.write(following)
            except RowChanged as changed:
                current = changed.current
            else:
                return current, following
        raise TemporarilyUnavailable("the row kept being changed by others")

    def having(
        self,
        name: str,
        values: Collection[str],
        *,
        only: tuple[str, ...],
        without: str,
        after: str | None,
    ) -> Iterator[tuple[list[Row], str | None]]:
        """Yield attributes of every row with one of the values, unordered; a row that changes may be missed.

        IAM: `dynamodb:Scan`

        Args:
            name: of the attribute with the value
            values: any of them
            only: the attributes to return
            without: an attribute that the rows do not have
            after: the key to continue after; None to start

        Returns:
            Pages, each with the key to continue after; None after the last.

        Raises:
            TemporarilyUnavailable: DynamoDB did not answer
        """
        placeholders = {f":value{number}": value for number, value in enumerate(values)}
        asked: dict[str, object] = {
            "ProjectionExpression": ", ".join(only),
            "FilterExpression": f"#name IN ({', '.join(placeholders)}) AND attribute_not_exists(#without)",
            "ExpressionAttributeNames": {"#name": name, "#without": without},
            "ExpressionAttributeValues": placeholders,
        }
        while True:
            if after is not None:
                asked["ExclusiveStartKey"] = self._key(after)
            page = self._table.call("Scan", **asked)
            last = page.get("LastEvaluatedKey")
            after = last[self._key_name] if last else None
            yield page["Items"], after
            if after is None:
                return

    def _key(self, key: str) -> Row:
        return {**self._rest_of_key, self._key_name: key}

    def _item(self, row: Row | None) -> Item | None:
        if not row:
            return None
        try:
            return self._from_row(row)
        except (KeyError, TypeError, ValueError) as unknown:
            raise TemporarilyUnavailable(
                "newer code, which is there during a deployment, has written this row"
            ) from unknown

    def _unless_changed(self, revision_read: int) -> dict[str, Any]:
        if revision_read == 0:
            return {"ConditionExpression": f"attribute_not_exists({self._key_name})"}
        return {
            "ConditionExpression": "revision = :read",
            "ExpressionAttributeValues": {":read": revision_read},
        }
