"""Error texts in Jira's response bodies, which have several names for them.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes and, for Service Management,
https://developer.atlassian.com/cloud/jira/service-desk/rest/intro/
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

LONGEST_CHARACTERS = 500
"""Error texts are logged, put on the bus and kept with a message; each of those has a limit."""

_NAMES = ("errorMessages", "errorMessage", "i18nErrorMessage", "message", "error")
_IN_A_MESSAGE = ("title", "detail", "message", "i18nKey")


@dataclass(frozen=True, slots=True)
class ErrorText:
    """Error texts of a response.

    Attributes:
        messages: its sentences
        field_errors: by field, if given
    """

    messages: tuple[str, ...]
    field_errors: dict[str, Any]

    @classmethod
    def in_body(cls, body: object) -> Self:
        """Read the texts in a body; empty if it is not one of Jira's."""
        if not isinstance(body, dict):
            return cls((), {})
        errors = body.get("errors")
        of_fields = errors if isinstance(errors, dict) else {}
        said = [body.get(name) for name in _NAMES] + [None if of_fields else errors]
        return cls(tuple(dict.fromkeys(text for value in said for text in _texts(value))), of_fields)

    @property
    def in_short(self) -> str:
        """All texts in one, up to `LONGEST_CHARACTERS`."""
        of_fields = json.dumps(self.field_errors) if self.field_errors else ""
        return " ".join((*self.messages, of_fields))[:LONGEST_CHARACTERS].rstrip()


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            if value:
                yield value
        case list():
            for member in value:
                yield from _texts(member if isinstance(member, str | dict) else str(member or ""))
        case dict():
            said = ": ".join(str(value[name]) for name in _IN_A_MESSAGE if value.get(name))
            if said:
                yield said
        case None | bool() | int() | float():
            pass
