"""Tables of DynamoDB, whose attribute values are Python's; binary ones are bytes.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed, not_an_answer
from connect_jira.aws.service import AwsService

type Value = str | int | bytes | bool | frozenset[str] | Sequence[Value] | Mapping[str, Value] | None
"""Values of this app's attributes; numbers are integers, and a set is read as a list."""

type Row = dict[str, Any]
"""Attributes as Python values."""

_ROWS = frozenset({"Key", "Item", "ExclusiveStartKey", "ExpressionAttributeValues"})
_ROWS_FOUND = frozenset({"Attributes", "Item", "LastEvaluatedKey"})


class ConditionFailed(AwsFailed):
    """The condition of a write is false.

    Attributes:
        row: the present one, if the write asked for it and there is one; else empty
    """

    def __init__(self, operation: str, row: Row) -> None:
        super().__init__(operation, CONDITION_FAILED, may_pass=False)
        self.row = row


class Table:
    """A table.

    Args:
        dynamodb: the service
        name: of the table
    """

    def __init__(self, dynamodb: AwsService, name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - as the API has them
        """Call an operation on the table, and return its response.

        Args:
            operation: such as `GetItem`
            parameters: as in the API reference, without `TableName`; keys, items and values are rows, also in
                the response

        Raises:
            ConditionFailed: the condition is false
            AwsFailed: it failed
        """
        encoded = {name: attributes(value) if name in _ROWS else value for name, value in parameters.items()}
        try:
            answer = self._dynamodb.call(operation, TableName=self._name, **encoded)
        except AwsFailed as failure:
            if failure.code != CONDITION_FAILED:
                raise
            raise ConditionFailed(
                f"dynamodb:{operation}", row_of(failure.details.get("Item") or {})
            ) from failure
        try:
            if "Items" in answer:
                answer["Items"] = [row_of(item) for item in answer["Items"]]
            return answer | {name: row_of(answer[name]) for name in _ROWS_FOUND & answer.keys()}
        except (AttributeError, TypeError, ValueError) as no_row:
            raise not_an_answer(f"dynamodb:{operation}") from no_row

    def rows(self, operation: str, **parameters: Any) -> Iterator[Row]:  # noqa: ANN401 - as the API has them
        """Yield the rows of a `Query` or `Scan`; arguments and errors as for `pages`."""
        for page in self.pages(operation, **parameters):
            yield from page["Items"]

    def pages(self, operation: str, **parameters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - likewise
        """Yield every page of a `Query` or `Scan`; the next one is asked for when it is wanted.

        Args:
            operation: either
            parameters: as for `call`

        Raises:
            AwsFailed: it failed
        """
        while True:
            page = self.call(operation, **parameters)
            yield page
            if not page.get("LastEvaluatedKey"):
                return
            parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def attributes(row: Mapping[str, Value]) -> dict[str, Any]:
    """Encode a row's attributes."""
    return {name: attribute(value) for name, value in row.items()}


def attribute(value: Value) -> dict[str, Any]:
    """Encode a value."""
    kind: str
    written: object
    match value:
        case None:
            kind, written = "NULL", True
        case bool():
            kind, written = "BOOL", value
        case int():
            kind, written = "N", str(value)
        case str():
            kind, written = "S", value
        case bytes():
            kind, written = "B", value
        case frozenset():
            kind, written = "SS", sorted(value)
        case Mapping():
            kind, written = "M", attributes(value)
        case _:
            kind, written = "L", [attribute(one) for one in value]
    return {kind: written}


def row_of(attributes: Mapping[str, Any]) -> Row:
    """Decode a row's attributes."""
    return {name: value_of(attribute) for name, attribute in attributes.items()}


def value_of(attribute: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a `Value`, and each caller knows which
    """Decode a value."""
    ((kind, written),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return int(written)
        case "M":
            return row_of(written)
        case "L":
            return [value_of(one) for one in written]
        case _:
            return written
