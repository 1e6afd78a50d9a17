"""DynamoDB's attribute values, to and from Python's; binary ones are bytes.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

type Value = str | int | bytes | bool | Sequence[Value] | Mapping[str, Value] | None
"""Values of this app's attributes; numbers are integers."""

type Row = dict[str, Any]
"""Attributes as Python values."""


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
