"""Failures of the app that fail a test by themselves, in words that say why."""

import logging
from collections.abc import Iterable

from connect_jira.jira.errors import JiraError
from connect_local.jira.journal import RecordedRequest

_FAILURES = {
    "Message scheduled for retry": "is postponed",
    "Moving message to the dead-letter queue": "is set aside in the dead-letter queue",
    "Message discarded": "is discarded",
    "Message left to the visibility timeout": "is left in the queue",
}
_REFUSED = 400


class NotSubscribed(AssertionError):
    """The descriptor has no webhook for an event."""


class NoSuchJob(AssertionError):
    """No function is registered as a job of this name."""


class NotTaken(AssertionError):
    """The app did not take a request of Jira's."""


class WorkFailed(AssertionError):
    """A function of the app's has failed, though nothing was told to fail.

    Attributes:
        reason: a slug, such as `bad-request`; empty if there is none
    """

    def __init__(self, said: str, reason: str = "") -> None:
        super().__init__(said)
        self.reason = reason


class WorkerLog(logging.Handler):
    """Takes what the worker logs of messages that fail."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._taken: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record, if it is about that."""
        if record.msg in _FAILURES:
            self._taken.append(record)

    def addFilter(self, filter: object) -> None:  # noqa: A002, N802 - logging's names
        """Take no filter: Powertools gives root's handlers one for each of its own loggers."""

    def take(self) -> list[logging.LogRecord]:
        """Return the records since the last time."""
        taken, self._taken = self._taken, []
        return taken


def failure_of(record: logging.LogRecord, calls: Iterable[RecordedRequest]) -> WorkFailed:
    """Return the failure that a log record tells of; its cause is the error itself.

    Args:
        record: of the worker
        calls: REST calls made meanwhile
    """
    reason = str(getattr(record, "reason", ""))
    error = record.exc_info[1] if record.exc_info else None
    said = [f"A message {_FAILURES[record.msg]}: {_described(error) if error else reason}"]
    said += [_refusal(call) for call in calls if call.status is not None and call.status >= _REFUSED]
    failed = WorkFailed("\n".join(said), reason)
    failed.__cause__ = error
    return failed


def _described(error: BaseException) -> str:
    described = f"{type(error).__name__}: {error}"
    return (
        f"{described}. Jira said: {error.said}" if isinstance(error, JiraError) and error.said else described
    )


def _refusal(call: RecordedRequest) -> str:
    why = f" ({call.reason})" if call.reason else ""
    line = f"  Jira answered {call.status} to {call.method} {call.path}{why}"
    if call.finding:
        line += f": {call.finding.seen}. {call.finding.why} {call.finding.fix}"
    return line
