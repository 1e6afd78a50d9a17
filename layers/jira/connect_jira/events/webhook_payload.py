"""Lenient parsing of webhook bodies.

Jira does not retry a refused webhook, so an unreadable body must not lose the event: after the proof, every
body is accepted, at least as text.
"""

import json
import math
from typing import Any

_DEEPEST = 500
"""Maximum nesting depth; readers of the queue have to handle it, too."""


def read_payload(body: bytes) -> tuple[dict[str, Any], str | None]:
    """Return the JSON object in a body, and None; or an empty object, and the body as text.

    An empty body is an empty object: the descriptor can ask for it by `excludeBody`. A number that Python
    refuses, such as an integer of 5,000 digits, stays text.
    """
    if not body:
        return {}, None
    try:
        payload = json.loads(body, parse_int=_integer, parse_float=_float, parse_constant=_no_json)
    except (ValueError, RecursionError):
        payload = None
    if isinstance(payload, dict) and _is_shallow(payload):
        return payload, None
    return {}, body.decode(errors="replace")


def _integer(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _is_shallow(value: dict[str, Any]) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [member for each in level for member in _members(each)]
        if not level:
            return True
    return False


def _members(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
