"""Checks that a function makes of itself when it is invoked with `{"check": …}`, for `connect smoke`.

API Gateway, SQS, EventBridge and Scheduler send no such event: theirs have other members, and what a stranger
can choose is one level below. The answer holds no secret, and is for whoever may invoke the function.
"""

from collections.abc import Callable, Mapping
from typing import Any

from connect_jira.aws.failures import AwsRefused
from connect_jwt.errors import ConnectError

type Check = Callable[[], str]
"""Returns in a few words what it has seen; raises `ConnectError` if that is not as it must be."""


def is_check(event: Mapping[str, Any]) -> bool:
    """Return whether a function's event asks for a check."""
    return "check" in event


def checked(event: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    """Make a check: `{"ok": …, "seen": …}`.

    Args:
        event: `{"check": …}`, with the check's name
        checks: the function's, by their names
    """
    check = checks.get(str(event["check"]))
    if check is None:
        return {"ok": False, "seen": f"the function has no such check: it has {', '.join(sorted(checks))}"}
    try:
        return {"ok": True, "seen": check()}
    except AwsRefused as refused:
        return {"ok": False, "seen": refused.explanation}
    except ConnectError as failed:
        return {"ok": False, "seen": str(failed)}
