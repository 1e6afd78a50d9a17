"""Input that cannot be used."""

import json
from typing import Any


class BadInput(Exception):
    """The input cannot be used; the sentence never repeats it."""


def parsed_json(text: str, what: str) -> Any:  # noqa: ANN401 - any JSON value
    """A JSON text's value.

    Args:
        text: the JSON
        what: its name in the sentence of the error

    Raises:
        BadInput: it is none
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as malformed:
        raise BadInput(f"{what} is not JSON") from malformed
