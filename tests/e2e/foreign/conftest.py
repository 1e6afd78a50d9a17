"""The app on this laptop, a Jira that is none of ours, and what must be true of the log in the end."""

from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import CANARY, KID
from tests.e2e.foreign.log import Log, warnings
from tests.e2e.foreign.peer import foreign_jira
from tests.e2e.foreign.worker import Worker

BEGIN_OF_TOKEN = "eyJ"  # {" in base64
TELLING = 16  # characters, and what is shorter may be there by chance


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    log, worker = Log(), Worker()
    with foreign_jira() as jira:
        jira.publish(KID)
        options = StackOptions(port=0, jira_port=None, install_keys_urls=jira.key_host_urls, on_log=log.take)
        with (
            LaptopStack(options) as stack,
            patch.object(stack.functions["JiraCallsFunction"], "invoke", worker.invoke),
        ):
            app = App(stack, jira, log, worker)
            yield app
            assert worker.counted(total=app.queued.total()) == app.queued
            assert {hook["clientKey"] for hook in worker.hooks} <= app.known_sites()
    each_refusal_is_explained_once(app)
    nothing_secret_is_in_the_log(app)


def each_refusal_is_explained_once(app: App) -> None:
    """One warning and one metric for each, and no other."""
    records = app.log.records()
    assert Counter(warning["reason"] for warning in warnings(records)) == app.reasons
    assert Counter(record["reason"] for record in records if "RequestRefused" in record) == app.reasons


def nothing_secret_is_in_the_log(app: App) -> None:
    """No token, no part of one, no secret, no body, no query string: of all the requests that were sent."""
    log = "\n".join(app.log.lines)
    pieces = {piece for _, token in app.sent for piece in token.split(".") if len(piece) >= TELLING}
    queries = {target.partition("?")[2] for target, _ in app.sent} - {""}
    assert [word for word in {CANARY, BEGIN_OF_TOKEN, *pieces, *queries} if word in log] == []
