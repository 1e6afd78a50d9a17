"""Rows in DynamoDB that are written only over the row that was read. Every row counts its writes.

The rows of Connect installations and of Forge installations are in one table; both have their key in
`clientKey`, and no key can be both.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connect_jira.aws.attributes import Row, attribute, attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.errors import TemporarilyUnavailable
from connect_jwt.errors import ConnectError


class RowChanged(ConnectError):
    """Somebody else has written the row since it was read."""

    def __init__(self) -> None:
        super().__init__("row-changed", "the installation was changed meanwhile")


class RevisionedTable:
    """A table whose key is `clientKey`.

    IAM: `dynamodb:GetItem` to read and `dynamodb:PutItem` to write, on the table; and what the table's own
    key asks for, by way of DynamoDB: `kms:Decrypt`.

    Args:
        dynamodb: the service
        table: the table's name
    """

    def __init__(self, dynamodb: AwsService, *, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def read(self, key: str) -> Row | None:
        """The row as it is now, by a strongly consistent read.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        answer = self._dynamodb.call(
            "GetItem", TableName=self._table, Key=attributes({"clientKey": key}), ConsistentRead=True
        )
        item = answer.get("Item")
        return row_of(item) if item else None

    def write(self, row: Mapping[str, Any]) -> None:
        """Write the next revision of a row; what is None is left out.

        Raises:
            RowChanged: the row is not, or no longer, at the revision before this one
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        try:
            self._dynamodb.call(
                "PutItem",
                TableName=self._table,
                Item=attributes({name: value for name, value in row.items() if value is not None}),
                **_unless_changed(row["revision"] - 1),
            )
        except AwsFailed as failure:
            if failure.code == CONDITION_FAILED:
                raise RowChanged from failure
            raise

    def having(
        self, name: str, value: str, *, only: tuple[str, ...], after: str | None
    ) -> Iterator[tuple[list[Row], str | None]]:
        """These attributes of every row with a value, in no order; a row that changes may be missed.

        IAM: `dynamodb:Scan`

        Args:
            name: the attribute that has the value
            value: its value
            only: the attributes that are wanted
            after: the key after which to go on; None from the beginning

        Returns:
            Pages, each with the key after which the next begins; None after the last.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        asked: dict[str, object] = {
            "TableName": self._table,
            "ProjectionExpression": ", ".join(only),
            "FilterExpression": "#name = :value",
            "ExpressionAttributeNames": {"#name": name},
            "ExpressionAttributeValues": {":value": attribute(value)},
        }
        while True:
            if after is not None:
                asked["ExclusiveStartKey"] = attributes({"clientKey": after})
            page = self._dynamodb.call("Scan", **asked)
            last = page.get("LastEvaluatedKey")
            after = row_of(last)["clientKey"] if last else None
            yield [row_of(item) for item in page["Items"]], after
            if after is None:
                return


def understood[T](row: Row, read: Callable[[Row], T]) -> T:
    """What a row says.

    Raises:
        TemporarilyUnavailable: newer code has written it, which is there during a deployment
    """
    try:
        return read(row)
    except (KeyError, TypeError, ValueError) as unknown:
        raise TemporarilyUnavailable(
            "the row of this installation is one that newer code has written"
        ) from unknown


def _unless_changed(revision_read: int) -> dict[str, Any]:
    if revision_read == 0:
        return {"ConditionExpression": "attribute_not_exists(clientKey)"}
    return {
        "ConditionExpression": "revision = :read",
        "ExpressionAttributeValues": {":read": attribute(revision_read)},
    }
