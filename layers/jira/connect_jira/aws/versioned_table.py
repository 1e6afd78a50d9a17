"""Rows in DynamoDB that are written only over the row that was read. Every row counts its writes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBMapper.OptimisticLocking.html
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from connect_jira.aws.attributes import Row, attribute, attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.errors import TemporarilyUnavailable
from connect_jwt.errors import ConnectError

_ATTEMPTS = 5
"""Of an update, while others write the same row: two or three write at a time at the most."""


class Versioned(Protocol):
    """A dataclass that a row is read as."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def revision(self) -> int:
        """The number of times that the row was written."""


class RowChanged[Item](ConnectError):
    """Somebody else has written the row since it was read.

    Attributes:
        current: the row as it is now; None when there is none
    """

    def __init__(self, current: Item | None) -> None:
        super().__init__("row-changed", "the row was changed meanwhile")
        self.current = current


class VersionedTable[Item: Versioned]:
    """A table, or those rows of a table that are of one kind.

    IAM: `dynamodb:GetItem` to read and `dynamodb:PutItem` to write, on the table; and what the table's own
    key asks for, by way of DynamoDB: `kms:Decrypt`.

    Args:
        dynamodb: the service
        table: the table's name
        to_row: makes a row of an item; what is None is left out
        from_row: makes an item of a row
        key_name: the attribute that is the table's key
    """

    def __init__(
        self,
        dynamodb: AwsService,
        *,
        table: str,
        to_row: Callable[[Item], Row],
        from_row: Callable[[Row], Item],
        key_name: str = "clientKey",
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._to_row = to_row
        self._from_row = from_row
        self._key_name = key_name

    def read(self, key: str) -> Item | None:
        """The row as it is now: a strongly consistent read, since a webhook may follow an install at once.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer, or newer code has written the row
        """
        answer = self._dynamodb.call(
            "GetItem", TableName=self._table, Key=attributes({self._key_name: key}), ConsistentRead=True
        )
        return self._item(answer.get("Item"))

    def write(self, item: Item) -> None:
        """Write the next revision of a row.

        Raises:
            RowChanged: the row is not, or no longer, at the revision before this one
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        row = {name: value for name, value in self._to_row(item).items() if value is not None}
        try:
            self._dynamodb.call(
                "PutItem",
                TableName=self._table,
                Item=attributes(row),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **self._unless_changed(item.revision - 1),
            )
        except AwsFailed as failure:
            if failure.code == CONDITION_FAILED:
                raise RowChanged(self._item(failure.details.get("Item"))) from failure
            raise

    def update(
        self, key: str, change: Callable[[Item | None], Item | None], *, is_read_first: bool = True
    ) -> tuple[Item | None, Item | None]:
        """Change a row, again while others have changed it meanwhile.

        Args:
            key: the row's
            change: makes the next row of the row, or of None when there is none; it may be called several
                times. Nothing is written when it returns None, or the row as it was
            is_read_first: False to suppose at first that there is no such row, which saves the read when
                there is none

        Returns:
            The row before and after; the same twice when nothing was written.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer, or others keep changing the row
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
        self, name: str, values: Collection[str], *, only: tuple[str, ...], after: str | None
    ) -> Iterator[tuple[list[Row], str | None]]:
        """Attributes of every row with one of the values, in no order; a row that changes may be missed.

        IAM: `dynamodb:Scan`

        Args:
            name: the attribute that has the value
            values: any of them
            only: the attributes that are wanted
            after: the key after which to go on; None from the beginning

        Returns:
            Pages, each with the key after which the next begins; None after the last.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        placeholders = {f":value{number}": value for number, value in enumerate(values)}
        asked: dict[str, object] = {
            "TableName": self._table,
            "ProjectionExpression": ", ".join(only),
            "FilterExpression": f"#name IN ({', '.join(placeholders)})",
            "ExpressionAttributeNames": {"#name": name},
            "ExpressionAttributeValues": attributes(placeholders),
        }
        while True:
            if after is not None:
                asked["ExclusiveStartKey"] = attributes({self._key_name: after})
            page = self._dynamodb.call("Scan", **asked)
            last = page.get("LastEvaluatedKey")
            after = row_of(last)[self._key_name] if last else None
            yield [row_of(item) for item in page["Items"]], after
            if after is None:
                return

    def _item(self, item: Any) -> Item | None:  # noqa: ANN401 - as AWS sent it
        if not item:
            return None
        try:
            return self._from_row(row_of(item))
        except (KeyError, TypeError, ValueError) as unknown:
            raise TemporarilyUnavailable(
                "newer code, which is there during a deployment, has written this row"
            ) from unknown

    def _unless_changed(self, revision_read: int) -> dict[str, Any]:
        if revision_read == 0:
            return {"ConditionExpression": f"attribute_not_exists({self._key_name})"}
        return {
            "ConditionExpression": "revision = :read",
            "ExpressionAttributeValues": {":read": attribute(revision_read)},
        }
