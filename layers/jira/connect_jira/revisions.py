"""Rows in DynamoDB that are written only over the row that was read. Every row counts its writes.

The rows of Connect installations and of Forge installations are in one table; both have their key in
`clientKey`, and no key can be both.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from connect_jira.aws import aws_errors
from connect_jwt.errors import ConnectError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Row = dict[str, Any]
"""Attributes in Python's own types."""

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


class RowChanged(ConnectError):
    """Somebody else has written the row since it was read."""

    def __init__(self) -> None:
        super().__init__("row-changed", "the installation was changed meanwhile")


class RevisionedTable:
    """A table whose key is `clientKey`.

    IAM: `dynamodb:GetItem` to read and `dynamodb:PutItem` to write, on the table; and what the table's own
    key asks for, by way of DynamoDB: `kms:Decrypt`.

    Args:
        dynamodb: the client
        table: the table's name
    """

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def read(self, key: str) -> Row | None:
        """The row as it is now, by a strongly consistent read.

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        with aws_errors("dynamodb:GetItem"):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"clientKey": {"S": key}}, ConsistentRead=True
            )
        item = answer.get("Item")
        return _row(item) if item else None

    def write(self, row: Mapping[str, Any]) -> None:
        """Write the next revision of a row; what is None is left out.

        Raises:
            RowChanged: the row is not, or no longer, at the revision before this one
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        with aws_errors("dynamodb:PutItem"):
            try:
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item={name: _serialize(value) for name, value in row.items() if value is not None},
                    **_unless_changed(row["revision"] - 1),
                )
            except self._dynamodb.exceptions.ConditionalCheckFailedException as conflict:
                raise RowChanged from conflict

    def having(self, name: str, value: str, *, attributes: tuple[str, ...]) -> Iterator[Row]:
        """These attributes of every row with a value, in no order; a row that changes may be missed.

        IAM: `dynamodb:Scan`

        Raises:
            TemporarilyUnavailable: DynamoDB gave no answer
        """
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            ProjectionExpression=", ".join(attributes),
            FilterExpression="#name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": _serialize(value)},
        )
        with aws_errors("dynamodb:Scan"):
            for page in pages:
                yield from map(_row, page["Items"])


def _unless_changed(revision_read: int) -> dict[str, Any]:
    if revision_read == 0:
        return {"ConditionExpression": "attribute_not_exists(clientKey)"}
    return {
        "ConditionExpression": "revision = :read",
        "ExpressionAttributeValues": {":read": _serialize(revision_read)},
    }


def _row(item: Mapping[str, Any]) -> Row:
    return {name: _deserialize(value) for name, value in item.items()}
