"""The workflow that every issue has: from each status to each other.

The names and ids are those of Jira's simplified workflow, as its REST API shows them:
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-transitions-get
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """A status, with the category that its colour is of."""

    id: str
    name: str
    category_id: int
    category_key: str
    colour: str


@dataclass(frozen=True, slots=True)
class Transition:
    """The way into a status, from any other."""

    id: str
    to: Status


TO_DO = Status("10000", "To Do", 2, "new", "blue-gray")
IN_PROGRESS = Status("3", "In Progress", 4, "indeterminate", "yellow")
DONE = Status("10001", "Done", 3, "done", "green")

TRANSITIONS = (Transition("11", TO_DO), Transition("21", IN_PROGRESS), Transition("31", DONE))


def transitions_from(status_id: object) -> list[Transition]:
    """Those that an issue with this status can take."""
    return [transition for transition in TRANSITIONS if transition.to.id != status_id]
