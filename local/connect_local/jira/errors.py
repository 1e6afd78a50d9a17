"""Errors of commands to the laptop's Jira.

    NotCarriedOut       the command makes no sense as things are
    └── NothingSent     no app on the site wants to hear of the event

The message says it in one sentence.
"""


class NotCarriedOut(Exception):
    """The command makes no sense as things are."""


class NothingSent(NotCarriedOut):
    """No app on the site wants to hear of the event."""
