"""JSON that may be anything, where only an object says something."""

import json
from typing import Any

from connect_jira.errors import PayloadRefused


def object_in(text: str | bytes) -> dict[str, Any]:
    """The JSON object that a text is; an empty one when it is something else, or nothing."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is.

    Raises:
        PayloadRefused: it is something else
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as malformed:
        raise PayloadRefused("body-not-json", "the body is not JSON") from malformed
    if not isinstance(value, dict):
        raise PayloadRefused("body-not-object", "the body is JSON, but no object")
    return value
