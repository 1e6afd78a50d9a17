"""JSON that may be anything, where only an object says something."""

import json
from typing import Any


def object_in(text: str | bytes) -> dict[str, Any]:
    """The JSON object that a text is; an empty one when it is something else, or nothing."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
