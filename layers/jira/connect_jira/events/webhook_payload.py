"""What Jira says in the body of a webhook, as far as it can be read.

Jira takes a refusal for final, so a body that no reader takes must not cost the event: once the request is
proved, whatever its body is arrives, at least as the text that it is.
"""

import json
import math
from typing import Any

_DEEPEST = 500
"""How deeply what is read may be nested; whoever reads the message on the queue has to follow, too."""


def read_payload(body: bytes) -> tuple[dict[str, Any], str | None]:
    """The JSON object that a body is, and None; or an empty one, and the body as text.

    No body at all is an empty object: the descriptor can ask for that by `excludeBody`. A number that Python
    does not take, such as an integer of 5,000 digits, is the text that it was.
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
