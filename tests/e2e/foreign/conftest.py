"""The app on this laptop, a Jira that is none of ours, and what must be true of the log in the end."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import KID
from tests.e2e.foreign.log import Log
from tests.e2e.foreign.peer import foreign_jira
from tests.e2e.foreign.worker import Worker


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    lines: list[str] = []
    worker = Worker()
    with foreign_jira() as jira:
        jira.publish(KID)
        options = StackOptions(
            port=0,
            jira_port=None,
            install_keys_urls=jira.key_host_urls,
            on_log=lambda _function, line: lines.append(line),
        )
        with (
            LaptopStack(options) as stack,
            patch.object(stack.functions["JiraCallsFunction"], "invoke", worker.invoke),
        ):
            app = App(stack, jira, Log(lines), worker)
            yield app
            app.queue_has_what_was_accepted()
    app.log_explains_each_refusal_once()
    app.log_has_no_secret()
