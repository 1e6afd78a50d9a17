"""The drills of docs/runbook.md, on the deployed stack, by the commands that the page has."""

import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from tests.e2e.watching import EVENT, eventually
from tests.rehearsal.emulator import MiniStack
from tests.rehearsal.rehearsed_stack import RehearsedStack
from tests.rehearsal.typed import Terminal, commands_of

SECONDS = 60


@pytest.fixture
def terminal(
    stack: RehearsedStack, ministack: MiniStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    with Terminal(ministack.environment, tmp_path_factory.mktemp("terminal"), stack.name) as terminal:
        yield terminal


@pytest.fixture(autouse=True)
def _installed(stack: RehearsedStack) -> None:
    """The site installs the app again, so that what is stored is what Jira has."""
    installed = stack.jira.lifecycle.install(stack.descriptor_url)
    assert installed.installed, installed


def rows(stack: RehearsedStack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.cloud.client("dynamodb").scan(
        TableName=stack.cloud.attribute("Installations", "Ref")
    )["Items"]
    return found


def told(stack: RehearsedStack, issue: str) -> int | None:
    """The app's answer to an event of the site."""
    body = {"timestamp": 1_700_000_000_000, "issue": {"key": issue, "fields": {}}}
    sent = stack.jira.webhooks.send(EVENT, body, issue)
    (answer,) = sent.settled[0].result(timeout=SECONDS)
    return answer.status


def test_a_table_that_has_lost_rows_gets_them_back(stack: RehearsedStack, terminal: Terminal) -> None:
    who_was_it, restore, put_back, remove, is_over = commands_of("A table has lost rows")
    before = rows(stack)
    terminal.type(who_was_it)
    terminal.type(restore)  # before the rows are lost: the emulator has no past
    table = stack.cloud.attribute("Installations", "Ref")
    for row in before:
        stack.cloud.client("dynamodb").delete_item(TableName=table, Key={"clientKey": row["clientKey"]})
    assert rows(stack) == []

    assert f"{len(before)} rows put back" in terminal.type(put_back)

    assert rows(stack) == before
    terminal.type(remove)
    with pytest.raises(ClientError, match="not found"):
        stack.cloud.client("dynamodb").describe_table(TableName=f"{table}-restored")
    assert "1 sites were called; 0 do not" in terminal.type(is_over)
    assert told(stack, "DEMO-61") == HTTPStatus.NO_CONTENT


def test_a_key_that_waits_for_its_deletion_is_brought_back(stack: RehearsedStack, terminal: Terminal) -> None:
    see, bring_back, _who, is_over = commands_of("The key waits for its deletion")
    key = stack.cloud.attribute("SecretsKey", "Ref")
    stack.cloud.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    assert not stack.jira.lifecycle.install(stack.descriptor_url).installed
    assert "PendingDeletion" in terminal.type(see)
    terminal.type(bring_back)
    assert "Enabled" in terminal.type(see)

    assert stack.jira.lifecycle.install(stack.descriptor_url).installed
    assert told(stack, "DEMO-62") == HTTPStatus.NO_CONTENT
    terminal.type(is_over)


def test_an_install_that_another_stacks_app_makes_here_is_refused(stack: RehearsedStack) -> None:
    before = rows(stack)
    descriptor = urllib3.request("GET", stack.descriptor_url, retries=False).json()
    assert descriptor["key"].endswith("-dev")
    with served(descriptor | {"key": descriptor["key"].removesuffix("-dev")}) as url:
        result = stack.jira.lifecycle.install(url)

    assert not result.installed
    assert rows(stack) == before


def test_a_long_queue_is_seen_and_gets_more_workers(stack: RehearsedStack, terminal: Terminal) -> None:
    see, more_workers, _dead_letters = commands_of("A queue of 100,000 after an outage")

    assert json.loads(terminal.type(see))["ApproximateNumberOfMessages"].isdigit()
    terminal.type(more_workers)

    mappings = stack.cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert [mapping["ScalingConfig"]["MaximumConcurrency"] for mapping in mappings] == [50]
    assert eventually(lambda: told(stack, "DEMO-63") == HTTPStatus.NO_CONTENT, seconds=SECONDS)


class served:  # noqa: N801 - reads as a word
    """A descriptor at an address of its own."""

    def __init__(self, descriptor: dict[str, Any]) -> None:
        body = json.dumps(descriptor).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/atlassian-connect.json"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
