"""JSON as it is defined, which is less than Python takes for it."""

import json

from connect_local.jira.entities import Json


def parse_json(text: bytes) -> Json:
    """The value of a JSON document that can be written down again.

    Raises:
        ValueError: it is no JSON, or holds what UTF-8 cannot say
    """
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except RecursionError as too_deep:
        raise ValueError("nested too deeply") from too_deep
    return value
