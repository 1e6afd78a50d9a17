"""Parsing of JSON objects."""

import json
from typing import Any

from connect_jira.errors import PayloadRefused


def object_in(text: str | bytes) -> dict[str, Any]:
    """Return the JSON object in a text; an empty one if it is anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def json_object(body: bytes) -> dict[str, Any]:
    """Parse the JSON object in a body.

    Raises:
        PayloadRefused: it is no JSON object
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as malformed:
        raise PayloadRefused("body-not-json", "the body is not JSON") from malformed
    if not isinstance(value, dict):
        raise PayloadRefused("body-not-object", "the body is JSON, but no object")
    return value
