"""Long tasks: a response names the task, which is polled until it ends.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-tasks/
"""

from collections.abc import Callable
from typing import Any

from connect_jira.errors import TaskNotCompleted
from connect_jira.jira.response import JiraResponse

_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 5.0
_GOING_ON = {"ENQUEUED", "RUNNING"}
_COMPLETE = "COMPLETE"


def completed_task(
    get: Callable[[str], JiraResponse], location: str, *, seconds: float, sleep: Callable[[float], None]
) -> dict[str, Any]:
    """Wait for the task at a path, and return it.

    Args:
        get: requests a path of the site, such as `JiraClient.get`
        location: of the response
        seconds: maximum wait
        sleep: waits for seconds

    Raises:
        TaskNotCompleted: it failed, was cancelled, or takes longer
        JiraError: as `JiraClient.request`
    """
    wait = _FIRST_WAIT_SECONDS
    while True:
        task = get(location).object
        status = str(task.get("status"))
        if status == _COMPLETE:
            return task
        if status not in _GOING_ON or seconds < wait:
            raise TaskNotCompleted(location, status, str(task.get("message") or ""))
        sleep(wait)
        seconds -= wait
        wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
