"""Another Jira's answers on a socket: how often it is asked, what is told, what waits, what is set aside."""

import json
import queue
from collections.abc import Iterator
from typing import Any

import pytest

from connect_local.laptop.stack import LaptopStack, StackOptions
from connect_tools.template import EventRule
from tests.e2e.scripted_jira import BREAKS, CLIENT_KEY, ScriptedJira, answer, scripted_jira
from tests.e2e.watching import eventually

TASK = "/rest/api/3/task/10641"
DEEP = b"[" * 10_000 + b"]" * 10_000
UNAVAILABLE = b"<html><title>Atlassian Cloud Notifications - Page Unavailable</title></html>"
SUSPENDED = b'{"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}'


class Asked:
    """A stack whose site is that Jira, and what came of the calls that were asked for."""

    def __init__(self, stack: LaptopStack, jira: ScriptedJira, lines: list[str]) -> None:
        self.stack, self.jira, self.lines = stack, jira, lines
        self.heard: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        bus = stack.cloud.attribute("Bus", "Ref")
        rule = EventRule(logical_id="Heard", function="", bus=bus, pattern={"source": ["connect-lambda"]})
        stack.cloud.make_rule(rule, lambda event: self.heard.put(json.loads(event)["detail"]))

    def call(self, method: str, path: str, *answers: bytes) -> None:
        """Ask for a call, and let Jira answer it so."""
        self.jira.answers[f"{method} {path}"] = list(answers)
        detail = {"clientKey": CLIENT_KEY, "method": method, "path": path, "returnBody": True}
        self.stack.cloud.client("events").put_events(
            Entries=[
                {
                    "EventBusName": self.stack.cloud.attribute("Bus", "Ref"),
                    "Source": "com.example.test",
                    "DetailType": "Jira call requested",
                    "Detail": json.dumps(detail),
                }
            ]
        )

    def outcome(self) -> dict[str, Any]:
        return self.heard.get(timeout=30)

    def said(self, message: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [line for line in found if line.get("message") == message]


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    lines: list[str] = []
    with scripted_jira() as jira:
        options = StackOptions(
            port=0,
            jira_port=None,
            extra_site_url=jira.base_url,
            install_keys_urls=[jira.keys_url],
            on_log=lambda _, line: lines.append(line),
        )
        with LaptopStack(options) as stack:
            jira.install(stack.base_url)
            yield Asked(stack, jira, lines)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_task_that_was_begun_is_told_of_with_its_path(asked: Asked, method: str) -> None:
    path = f"/rest/api/3/{method.lower()}/task"
    asked.call(method, path, answer(303, Location=f"{asked.jira.base_url}{TASK}?token=of-the-query"))
    told = asked.outcome()
    assert (told["status"], told["location"], told["body"]) == (303, TASK, None)
    assert asked.jira.asked(f"{method} {path}") == 1


@pytest.mark.parametrize("location", ["https://evil.example/rest/api/3/task/1", "/login.jsp"])
def test_a_303_to_elsewhere_leaves_open_what_was_done(asked: Asked, location: str) -> None:
    path = f"/rest/api/3/elsewhere/{len(location)}"
    asked.call("POST", path, answer(303, Location=location))
    assert asked.outcome()["reason"] == "effect-unknown"
    assert asked.jira.asked(f"POST {path}") == 1


def test_where_an_attachment_is_is_told_nobody(asked: Asked) -> None:
    path = "/rest/api/3/attachment/content/1"
    asked.call("GET", path, answer(303, Location="https://media.example/file?token=of-the-attachment"))
    told = asked.outcome()
    assert "location" not in told
    assert "of-the-attachment" not in json.dumps(told) + "".join(asked.lines)


def test_an_attachment_is_told_as_it_is(asked: Asked) -> None:
    asked.call(
        "GET", "/rest/api/3/attachment/content/2", answer(200, b"\x89PNG\r\n", Content_Type="image/png")
    )
    assert asked.outcome()["bodyBase64"] == "iVBORw0K"


@pytest.mark.parametrize(
    ("name", "said", "reason"),
    [
        ("deep-500", answer(500, DEEP), "effect-unknown"),
        ("number-502", answer(502, b'{"errorMessages": 1}', Retry_After="0"), "effect-unknown"),
        ("reset-503", answer(503, b"{}", X_RateLimit_Reset="2020-01-01T00:00Z"), "effect-unknown"),
        ("deep-400", answer(400, DEEP), "jira-400"),
        ("conflict-409", answer(409, b"true"), "jira-409"),
        ("xsrf-403", answer(403, b"XSRF check failed", Content_Type="text/plain"), "xsrf-check"),
        ("long-400", answer(400, json.dumps({"errorMessages": ["x" * 400_000]}).encode()), "jira-400"),
        ("login-302", answer(302, Location="/login"), "effect-unknown"),
        ("breaks", BREAKS, "effect-unknown"),
        ("half", answer(201, b'{"id": 1}', Content_Length="900"), "effect-unknown"),
        ("no-http", b"SSH-2.0-OpenSSH\r\n", "effect-unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_post_is_made_once_and_said_to_have_failed(
    asked: Asked, name: str, said: bytes, reason: str
) -> None:
    asked.call("POST", f"/rest/api/3/{name}", said)
    told = asked.outcome()
    assert (told["path"], told["reason"]) == (f"/rest/api/3/{name}", reason)
    assert asked.jira.asked(f"POST /rest/api/3/{name}") == 1


@pytest.mark.parametrize(
    "body", [DEEP, b"true", b"\xff\xfe", b'{"a": NaN}', b"{"], ids=lambda body: repr(body[:9])
)
def test_a_post_that_was_done_is_done_whatever_the_body(asked: Asked, body: bytes) -> None:
    path = f"/rest/api/3/done/{len(body)}{body[0]}"
    asked.call("POST", path, answer(201, body))
    told = asked.outcome()
    assert told["status"] == 201
    assert asked.jira.asked(f"POST {path}") == 1


def test_every_other_404_is_final(asked: Asked) -> None:
    page = b"<html><title>Oops, you&#39;ve found a dead link. - JIRA</title></html>"
    asked.call("GET", "/rest/api/3/typo", answer(404, page, Content_Type="text/html"))
    assert asked.outcome()["reason"] == "jira-404"
    assert asked.jira.asked("GET /rest/api/3/serverInfo") == 0


def test_a_site_that_is_suspended_waits_with_all_its_messages(asked: Asked) -> None:
    asked.jira.answers["GET /rest/api/3/serverInfo"] = [answer(404, SUSPENDED)]
    asked.call("POST", "/rest/api/3/while-suspended", answer(404, UNAVAILABLE, Content_Type="text/html"))
    assert eventually(lambda: asked.jira.asked("GET /rest/api/3/serverInfo")) == 1

    def waiting() -> list[str]:
        return [line["reason"] for line in asked.said("Message scheduled for retry")]

    assert eventually(lambda: "site-unavailable" in waiting())
    asked.call("GET", "/rest/api/3/after-it", answer(200, b"{}"))
    assert eventually(lambda: "site-paused" in waiting())
    assert asked.jira.asked("GET /rest/api/3/after-it") == 0
    assert asked.jira.asked("POST /rest/api/3/while-suspended") == 1
    assert asked.heard.empty()


def test_beside_the_laptops_jira_both_are_sites() -> None:
    with scripted_jira() as jira:
        options = StackOptions(
            port=0, jira_port=0, extra_site_url=f"{jira.base_url}/", install_keys_urls=[jira.keys_url]
        )
        with LaptopStack(options) as stack:
            assert stack.jira
            assert stack.jira.lifecycle.install(stack.descriptor_url).client_key
            jira.install(stack.base_url)
