"""The deployed app, and a Jira that is none of ours."""

from collections.abc import Iterator

import pytest

from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import KID
from tests.e2e.foreign.log import Log
from tests.e2e.foreign.peer import ForeignJira
from tests.rehearsal.held_queue import held_queue
from tests.rehearsal.log_groups import LogLines
from tests.rehearsal.rehearsed_stack import RehearsedStack

OF_GATEWAY = ("apigw-requestid", "content-type")
"""Headers that API Gateway adds; the type only where the function has named none."""


@pytest.fixture(scope="module")
def app(stack: RehearsedStack, another_jira: ForeignJira) -> Iterator[App]:
    another_jira.publish(KID)
    with held_queue(stack) as queue:
        app = App(stack, another_jira, Log(LogLines(stack)), queue, of_gateway=OF_GATEWAY)
        yield app
        app.queue_has_what_was_accepted()
    app.log_explains_each_refusal_once()
    app.log_has_no_secret()
