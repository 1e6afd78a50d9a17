"""A table of DynamoDB's in memory: as much of its expressions as the app uses.

What the real ones make of the same expressions is tested in tests/contract.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from connect_jira.aws.dynamodb import Row, attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed

_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD)\b")
_TERM = re.compile(
    r"attribute_not_exists\((?P<missing>\w+)\)"
    r"|attribute_exists\((?P<there>\w+)\)"
    r"|(?P<name>#?\w+) (?P<is>=|<) (?P<value>:\w+)"
    r"|(?P<one>#?\w+) IN \((?P<of>[^)]*)\)"
)


@dataclass
class MemoryTable:
    """Rows by their `id`; called as `AwsService` is."""

    rows: dict[str, Row] = field(default_factory=dict)

    def call(self, operation: str, **asked: Any) -> dict[str, Any]:
        key: str = row_of(asked.get("Key") or asked["Item"])["id"]
        row = self.rows.get(key, {})
        names: dict[str, str] = asked.get("ExpressionAttributeNames", {})
        values = row_of(asked.get("ExpressionAttributeValues", {}))
        if operation == "GetItem":
            return {"Item": attributes(row)} if row else {}
        if not _holds(asked.get("ConditionExpression", ""), row, names, values):
            raise AwsFailed(operation, CONDITION_FAILED, may_pass=False, details={"Item": attributes(row)})
        if operation == "DeleteItem":
            self.rows.pop(key, None)
            return {}
        if operation == "PutItem":
            self.rows[key] = row_of(asked["Item"])
            return {}
        assert operation == "UpdateItem"
        self.rows[key] = _updated({**row, "id": key}, asked["UpdateExpression"], names, values)
        return {"Attributes": attributes(self.rows[key])}


def _holds(condition: str, row: Row, names: dict[str, str], values: Row) -> bool:
    if not condition:
        return True

    def term(found: re.Match[str]) -> str:
        if found["missing"]:
            return str(found["missing"] not in row)
        if found["there"]:
            return str(found["there"] in row)
        name = found["name"] or found["one"]
        actual = row.get(names.get(name, name))
        if found["of"]:
            return str(actual in [values[value.strip()] for value in found["of"].split(",")])
        value = values[found["value"]]
        return str(actual is not None and (actual == value if found["is"] == "=" else actual < value))

    python = _TERM.sub(term, condition).replace("AND", "and").replace("OR", "or")
    assert not re.sub(r"True|False|and|or|[() ]", "", python), f"what is {python}?"
    return bool(eval(python))  # noqa: S307 - nothing but what the line before lets through


def _updated(row: Row, expression: str, names: dict[str, str], values: Row) -> Row:
    _, *clauses = _CLAUSE.split(expression)
    for clause, text in zip(clauses[::2], clauses[1::2], strict=True):
        for change in text.split(","):
            name, *value = change.replace("=", " ").split()
            name = names.get(name, name)
            match clause:
                case "SET":
                    row[name] = values[value[0]]
                case "ADD":
                    row[name] = row.get(name, 0) + values[value[0]]
                case _:
                    row.pop(name, None)
    return row
