"""The main job: a site installs the app and tells it of an issue, and the app's signed call arrives."""

from http import HTTPStatus
from typing import Any

from tests.e2e.watching import EVENT, NOTE, eventually
from tests.rehearsal.held_queue import waiting
from tests.rehearsal.rehearsed_stack import RehearsedStack

ISSUE = "DEMO-42"
SECONDS = 60


def test_a_site_installs_the_app(stack: RehearsedStack) -> None:
    result = stack.install(stack.jira.tenants.default)
    table = stack.cloud.client("dynamodb").scan(TableName=stack.cloud.attribute("Installations", "Ref"))
    assert [row["clientKey"]["S"] for row in table["Items"]] == [result.client_key]
    (app,) = stack.jira.site.apps()
    secret = app.shared_secret.reveal().encode()
    assert secret not in table["Items"][0]["sealedSecret"]["B"]


def test_what_happens_there_is_told_and_the_apps_signed_call_arrives(stack: RehearsedStack) -> None:
    body = {"timestamp": 1_700_000_000_000, "issue": {"key": ISSUE, "fields": {}}}
    sent = stack.jira.webhooks.send(EVENT, body, "rehearsed")
    answers = sent.settled[0].result(timeout=SECONDS)
    assert [answer.status for answer in answers] == [HTTPStatus.NO_CONTENT]
    note = eventually(lambda: noted(stack), seconds=SECONDS)
    assert note["event"] == EVENT
    refused = [call for call in stack.jira.journal.requests() if call.reason]
    assert refused == []


def test_nothing_is_left_in_the_queues(stack: RehearsedStack) -> None:
    assert eventually(lambda: waiting(stack, "JiraCalls") == 0, seconds=SECONDS)
    assert waiting(stack, "FailedJiraCalls") == 0


def noted(stack: RehearsedStack) -> Any:
    issue = stack.jira.site.issue(ISSUE)
    return issue and issue.properties.get(NOTE)
