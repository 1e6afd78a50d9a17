"""JSON Schemas of what a descriptor's members are made of, to compose larger ones from.

https://json-schema.org/draft/2020-12
"""

from collections.abc import Mapping
from typing import Any

type Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
ANY_OBJECT: Schema = {"type": "object"}


def text(*, longest: int | None = None, pattern: str | None = None) -> Schema:
    """A string of at most so many characters, in which a regular expression is found."""
    limits = {"maxLength": longest, "pattern": pattern}
    return {"type": "string", **{name: limit for name, limit in limits.items() if limit is not None}}


def one_of(words: str) -> Schema:
    """One of these words, in lower or in upper case."""
    return {"enum": [form for word in words.split() for form in (word, word.upper())]}


def list_of(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def record(required: str = "", /, **members: Schema) -> Schema:
    """An object, which may have further members.

    Args:
        required: the names of members that may not be left out
        members: of each that is known, its schema
    """
    return {"type": "object", "properties": members, "required": required.split()}


I18N = record("value", value=text(longest=1500), i18n=text(longest=300))
ICON = record("url", url=TEXT, width=INTEGER, height=INTEGER)
MODULE_KEY = text(pattern=r"^[a-zA-Z0-9-]+$")

_CONDITION_NAME = text(longest=100)
_NESTED = list_of({"$ref": "#/$defs/condition"})
CONDITION: Schema = {
    "type": "object",
    "properties": {
        "condition": _CONDITION_NAME,
        "invert": BOOLEAN,
        "params": ANY_OBJECT,
        "conditions": _NESTED,
        "and": _NESTED,
        "or": _NESTED,
        "type": one_of("and or"),
    },
}
"""A single condition, or several of which all or any must hold."""
CONDITIONS = list_of({"$ref": "#/$defs/condition"})
