"""The reaction to a new issue: it gets a note. These tests are the app's own; docs/testing.md tells how."""

from connect_local.testing.app import Deliver
from connect_local.testing.clock import Clock
from connect_local.testing.jira import Jira
from connect_local.testing.payloads import issue_created


def test_a_new_issue_gets_a_note(jira: Jira, deliver: Deliver) -> None:
    issue = jira.issue("EX-1", summary="Tea")

    deliver(issue_created(issue))

    assert issue.properties["connect-lambda"]["event"] == "jira:issue_created"


def test_the_note_is_written_when_jira_works_again(jira: Jira, deliver: Deliver, clock: Clock) -> None:
    issue = jira.issue("EX-1")
    jira.fail(status=503, retryAfter=120)

    deliver(issue_created(issue))
    assert issue.properties == {}

    clock.move(hours=1)
    assert issue.properties["connect-lambda"]["event"] == "jira:issue_created"


def test_an_event_that_is_delivered_twice_is_handled_once(jira: Jira, deliver: Deliver) -> None:
    created = issue_created(jira.issue("EX-1"))

    deliver(created, identifier="69312270414585119")
    deliver(created, identifier="69312270414585119")

    assert [request.method for request in jira.requests] == ["PUT"]
