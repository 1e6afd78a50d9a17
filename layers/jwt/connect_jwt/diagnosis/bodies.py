"""Body fields as people hash them by mistake; a body is never part of the hash."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from connect_jwt.diagnosis.spelling import Pair, encoded, right, spelled

Variant: TypeAlias = tuple[tuple[str, ...], str]
"""The codes of the mistakes, empty if correct, and a part of a canonical request."""

_CODE = ("qsh-body-hashed",)
_MAX_FIELDS = 200


def queries_with_body(pairs: list[Pair], body: str) -> Iterator[Variant]:
    """Yield canonical queries with the body added, or in place of the query.

    Args:
        pairs: the parameters of the query
        body: as text
    """
    query = right(pairs)
    for fields in _readings(body):
        for both in (fields, [*pairs, *fields], [*fields, *pairs]):
            for spelling in spelled(both):
                yield _CODE, spelling
    for whole in _texts(body):
        for text in (whole, encoded(whole)):
            yield _CODE, text
            if query:
                yield _CODE, f"{query}&{text}"


def _texts(body: str) -> Iterator[str]:
    yield body
    yield body.strip()
    yield hashlib.sha256(body.encode(errors="replace")).hexdigest()
    document = _document(body)
    if document is not None:
        for separators in ((",", ":"), (", ", ": ")):
            yield json.dumps(document, separators=separators)
            yield json.dumps(document, separators=separators, sort_keys=True, ensure_ascii=False)


def _readings(body: str) -> Iterator[list[Pair]]:
    document = _document(body)
    if document is None:
        fields = parse_qsl(body, keep_blank_values=True)
        if 0 < len(fields) <= _MAX_FIELDS:
            yield fields
    elif 0 < len(document) <= _MAX_FIELDS:
        for as_text in (_as_json, _as_compact_json, _as_python, _as_javascript):
            yield [
                (name, value if isinstance(value, str) else as_text(value))
                for name, value in document.items()
            ]
        yield [(name, value) for name, value in document.items() if isinstance(value, str)]
        yield [pair for name, value in document.items() for pair in _flattened(name, value)]


def _document(body: str) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _flattened(name: str, value: Any) -> Iterator[Pair]:  # noqa: ANN401 - any JSON value
    """Yield `a[b]=1`, the way PHP and many libraries write nested values."""
    if isinstance(value, dict):
        for inner, member in value.items():
            yield from _flattened(f"{name}[{inner}]", member)
    elif isinstance(value, list):
        for member in value:
            yield from _flattened(name, member)
    else:
        yield name, value if isinstance(value, str) else _as_json(value)


def _as_json(value: Any) -> str:  # noqa: ANN401 - as above
    return json.dumps(value)


def _as_compact_json(value: Any) -> str:  # noqa: ANN401 - as above
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _as_python(value: Any) -> str:  # noqa: ANN401 - as above
    return str(value)


def _as_javascript(value: Any) -> str:  # noqa: ANN401 - as above
    match value:
        case dict():
            return "[object Object]"
        case list():
            return ",".join("" if member is None else _as_javascript(member) for member in value)
        case str():
            return value
        case _:
            return json.dumps(value)
