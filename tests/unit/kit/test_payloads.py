"""The payloads have the shape of genuine ones.

The files in shapes hold names and kinds only, of payloads that others have published: those of issues are
from https://github.com/sirajju/skill-sync (webhook/JIRA.js, December 2024), that of a comment is an excerpt
of April 2026.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connect_local.testing import payloads
from connect_local.testing.events import JiraEvent
from connect_local.testing.jira import Issue, Jira
from connect_tools.descriptor_rules.names import WEBHOOK_EVENTS

SHAPES = Path(__file__).with_name("shapes")
KINDS = {"string": str, "number": int | float, "boolean": bool}


def _differences(genuine: Any, made: Any, path: str) -> Iterator[str]:
    """Yield what of a genuine payload is not in a made one; what is null in either may be anything."""
    if isinstance(genuine, dict) and isinstance(made, dict):
        for name, member in genuine.items():
            if name in made:
                yield from _differences(member, made[name], f"{path}.{name}")
            else:
                yield f"{path}.{name} is missing"
    elif isinstance(genuine, list) and isinstance(made, list):
        for member in made if genuine else ():
            yield from _differences(genuine[0], member, f"{path}[]")
    elif made is not None and genuine is not None:
        kind = KINDS.get(genuine) if isinstance(genuine, str) else type(genuine)
        if kind is None or not isinstance(made, kind):
            yield f"{path} is {made!r}, and {genuine} belongs there"


@pytest.fixture
def issue(jira: Jira) -> Issue:
    return jira.issue("EX-1", summary="Tea", assignee={"accountId": jira.member.account_id})


@pytest.mark.parametrize(
    ("shape", "make"),
    [
        ("issue_created", payloads.issue_created),
        ("issue_updated", lambda issue: payloads.issue_updated(issue, duedate="2026-12-24")),
        ("comment_created", lambda issue: payloads.comment_created(issue, "Tea?")),
    ],
)
def test_it_has_the_shape_of_a_genuine_one(
    issue: Issue, shape: str, make: Callable[[Issue], JiraEvent]
) -> None:
    genuine = json.loads((SHAPES / f"{shape}.json").read_text(encoding="utf-8"))
    event = make(issue)
    made = {"timestamp": 0, "webhookEvent": event.name, **event.payload}
    assert list(_differences(genuine, made, "")) == []
    assert made.keys() == genuine.keys()


def test_what_an_event_tells_of_has_happened(jira: Jira, issue: Issue) -> None:
    payloads.issue_updated(issue, duedate="2026-12-24")
    assert issue.fields["duedate"] == "2026-12-24"
    payloads.comment_created(issue, "Tea?", by=jira.member)
    assert issue.comments == ["Tea?"]
    payloads.comment_updated(issue, "Coffee?")
    assert issue.comments == ["Coffee?"]
    payloads.comment_deleted(issue)
    assert issue.comments == []
    payloads.issue_deleted(issue)
    assert jira.site.issue("EX-1") is None


def test_a_change_is_in_the_changelog(issue: Issue) -> None:
    (item,) = payloads.issue_updated(issue, duedate="2026-12-24").payload["changelog"]["items"]
    assert (item["field"], item["from"], item["to"]) == ("duedate", None, "2026-12-24")


def test_a_status_may_be_given_by_its_name(issue: Issue) -> None:
    event = payloads.issue_updated(issue, status="Done")
    (item,) = event.payload["changelog"]["items"]
    assert (item["fromString"], item["toString"]) == ("To Do", "Done")
    assert event.payload["issue"]["fields"]["status"]["statusCategory"]["key"] == "done"
    with pytest.raises(ValueError, match="Done"):
        payloads.issue_updated(issue, status="Tea")


def test_a_changed_user_is_named_by_account_id_in_the_changelog(jira: Jira, issue: Issue) -> None:
    """As in the genuine payload of a new issue."""
    assignee = {"accountId": jira.admin.account_id}
    (item,) = payloads.issue_updated(issue, assignee=assignee).payload["changelog"]["items"]
    told = (item["tmpFromAccountId"], item["tmpToAccountId"])
    assert told == (item["from"], item["to"]) == (jira.member.account_id, jira.admin.account_id)


def test_every_event_can_be_delivered(subscribe: Callable[..., None], request: pytest.FixtureRequest) -> None:
    subscribe(*sorted(WEBHOOK_EVENTS))
    app = request.getfixturevalue("connect_app")
    for name in sorted(WEBHOOK_EVENTS):
        event = payloads.event(name, app.jira, app.jira.issue("EX-1"), own="of the test's")
        assert (event.name, event.payload["own"]) == (name, "of the test's")
        app.deliver(event)


def test_an_event_that_jira_does_not_know(jira: Jira) -> None:
    with pytest.raises(ValueError, match="jira:issue_created is one"):
        payloads.event("issue_created", jira)


def test_an_event_of_an_issue_without_one(jira: Jira) -> None:
    with pytest.raises(TypeError, match="issue="):
        payloads.event("worklog_created", jira)
