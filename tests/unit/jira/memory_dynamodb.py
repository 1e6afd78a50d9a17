"""Tables of DynamoDB in memory: as much of it as installations and the data of sites use.

What the real ones make of the same requests is tested in tests/contract.
"""

import re
from collections.abc import Callable
from typing import Any

from connect_jira.aws.dynamodb import Row, attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed

KEYS = {"Installations": ("clientKey",), "SiteData": ("site", "entry")}

_TERM = re.compile(r"attribute_not_exists\((\w+)\)|(#?\w+) (=|<=|>) (:\w+)")

type Key = tuple[str, ...]


class MemoryDynamoDB:
    """Called as `AwsService` is.

    Args:
        before: called before each request, with its operation

    Attributes:
        rows: by table and key
    """

    def __init__(self, before: Callable[[str], None] = lambda _operation: None) -> None:
        self.rows: dict[str, dict[Key, Row]] = {table: {} for table in KEYS}
        self._before = before

    def by(self, before: Callable[[str], None]) -> "MemoryDynamoDB":
        """The same tables, for another client."""
        other = MemoryDynamoDB(before)
        other.rows = self.rows
        return other

    def call(self, operation: str, **asked: Any) -> dict[str, Any]:
        self._before(operation)
        rows, names = self.rows[asked["TableName"]], KEYS[asked["TableName"]]
        match operation:
            case "Scan":
                return {"Items": [attributes(row) for row in rows.values()]}
            case "Query":
                return self._query(rows, names, asked)
        written = row_of(asked.get("Item", {}))
        key = tuple(str(({**written, **row_of(asked.get("Key", {}))})[name]) for name in names)
        present = rows.get(key)
        if operation == "GetItem":
            return {"Item": attributes(present)} if present else {}
        if not _holds(asked, present or {}):
            details = {"Item": attributes(present)} if present else {}
            raise AwsFailed(operation, CONDITION_FAILED, may_pass=False, details=details)
        if operation == "PutItem":
            rows[key] = written
        else:
            assert operation == "DeleteItem"
            rows.pop(key, None)
        return {}

    def _query(self, rows: dict[Key, Row], names: Key, asked: dict[str, Any]) -> dict[str, Any]:
        values = row_of(asked["ExpressionAttributeValues"])
        (partition,) = (values[name] for name in values if name in asked["KeyConditionExpression"].split()[2])
        after = row_of(asked.get("ExclusiveStartKey", {})).get("entry", "")
        found = [
            row
            for key, row in sorted(rows.items())
            if key[0] == partition and key[1] > after and key[1].startswith(values.get(":prefix", ""))
        ]
        page = found[: asked.get("Limit", 2)]  # a small page, so that there are several
        answer: dict[str, Any] = {"Items": [attributes(row) for row in page]}
        if len(page) < len(found):
            answer["LastEvaluatedKey"] = attributes({name: page[-1][name] for name in names})
        return answer


def _holds(asked: dict[str, Any], row: Row) -> bool:
    condition = asked.get("ConditionExpression", "True")
    values = row_of(asked.get("ExpressionAttributeValues", {}))
    names = asked.get("ExpressionAttributeNames", {})

    def term(found: re.Match[str]) -> str:
        if found[1]:
            return str(found[1] not in row)
        actual, value = row.get(names.get(found[2], found[2])), values[found[4]]
        return str(
            actual is not None
            and {"=": actual == value, "<=": actual <= value, ">": actual > value}[found[3]]
        )

    python = _TERM.sub(term, condition).replace("AND", "and").replace("OR", "or")
    assert not re.sub(r"True|False|and|or|[() ]", "", python), f"what is {python}?"
    return bool(eval(python))  # noqa: S307 - nothing but what the line before lets through
