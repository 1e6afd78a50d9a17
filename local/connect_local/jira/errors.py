"""Errors of commands to the laptop's Jira.

    NotCarriedOut       the command makes no sense as things are
    └── NothingSent     no app on the site wants to hear of the event

The message says it in one sentence.
"""

from collections.abc import Iterable


class NotCarriedOut(Exception):
    """The command makes no sense as things are.

    Attributes:
        details: the reasons, a sentence each
    """

    def __init__(self, message: str, *, details: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)


class NothingSent(NotCarriedOut):
    """No app on the site wants to hear of the event."""
