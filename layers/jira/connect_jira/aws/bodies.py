"""Bodies of requests and responses: JSON, with binary values in base64.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

import base64
import json
from collections.abc import Mapping
from typing import Any


def encode(parameters: Mapping[str, object]) -> bytes:
    """Encode an operation's parameters, any of which may hold bytes."""
    return json.dumps(parameters, default=_base64).encode()


def decode(body: bytes) -> dict[str, Any]:
    """Decode the object in a body. DynamoDB's binary attributes become bytes; other members stay as they are.

    Raises:
        ValueError: it is no JSON object
    """
    try:
        value = json.loads(body, object_hook=_binary_attribute)
    except RecursionError as too_deep:
        raise ValueError("nested too deep") from too_deep
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - the same error as for malformed JSON
    return value


def blob(text: str) -> bytes:
    """Decode a binary member.

    Raises:
        ValueError: it is not base64
    """
    return base64.b64decode(text, validate=True)


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _binary_attribute(value: dict[str, Any]) -> dict[str, Any]:
    """`{"B": "…"}` is always a binary attribute: in a map with a member `B`, that member is an object."""
    if value.keys() == {"B"} and isinstance(value["B"], str):
        return {"B": blob(value["B"])}
    return value
