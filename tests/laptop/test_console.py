"""Output of `connect up`, for people."""

import io
import json
import re
from datetime import UTC, datetime

import pytest
from rich.console import Console

from connect_local.console import AsLambdaWrites, ForPeople
from connect_local.jira.journal import RecordedRequest

ENTRY = {
    "level": "INFO",
    "location": "_enqueue:43",
    "message": "Webhook queued",
    "timestamp": "2026-11-26 21:47:30,582+0000",
    "service": "webhooks",
    "cold_start": True,
    "function_name": "WebhooksFunction",
    "function_memory_size": "512",
    "function_arn": "arn:aws:lambda:us-east-1:123456789012:function:WebhooksFunction",
    "function_request_id": "f4938c34-c5e9-49df-95fd-18df9c7a600d",
    "event": "jira:issue_created",
    "attempt": 2,
    "xray_trace_id": "1-6b08a8f2-491a0d746a8948ffa567f521",
}
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrIn0.c2lnbmF0dXJl"


def printed(*texts: str, function: str = "WebhooksFunction", width: int = 0) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width or None, force_terminal=width > 0, no_color=True)
    printer = ForPeople(console)
    for text in texts:
        printer.function(function, text)
    return re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue()).splitlines()


def test_an_entry_of_a_log_is_time_function_message_and_the_fields_that_matter() -> None:
    (line,) = printed(json.dumps(ENTRY))
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d Webhooks     Webhook queued  event=jira:issue_created  attempt=2", line
    )


def test_lines_to_write_are_printed_as_they_are_to_be_written() -> None:
    lines = (
        '@reactions.on("comment_created")\ndef comment_created(event: Event, site: Site) -> None:\n    ...'
    )
    told = printed(json.dumps({**ENTRY, "write": lines}))
    assert told[0].endswith("attempt=2")
    assert [line[22:] for line in told[1:]] == lines.splitlines()


def test_an_exception_is_a_block_below_its_message() -> None:
    exception = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: no'
    lines = printed(json.dumps({**ENTRY, "exception": exception, "stack_trace": {"type": "ValueError"}}))
    assert [line[22:] for line in lines[1:]] == exception.splitlines()
    assert [line[:22].strip() for line in lines[1:]] == [""] * 3


def test_what_aws_client_prints_of_an_exception_is_readable() -> None:
    text = "[ERROR] ValueError: no\nTraceback (most recent call last):\n\u00a0\u00a0File a.py"
    assert [line[22:] for line in printed(text)] == [
        "ValueError: no",
        "Traceback (most recent call last):",
        "  File a.py",
    ]


def test_metrics_are_not_for_people() -> None:
    assert printed(json.dumps({"_aws": {"CloudWatchMetrics": []}, "OwnChange": [1]})) == []


def test_a_long_message_wraps_at_words_beside_its_function() -> None:
    lines = printed("word " * 30, width=80)
    assert len(lines) == 3
    assert all(line[22:].startswith("word") and len(line) <= 80 for line in lines)


def test_no_token_and_nothing_that_a_terminal_would_obey_is_printed() -> None:
    lines = printed(f"a {TOKEN}\x1b[2J", json.dumps({**ENTRY, "seen": TOKEN, "name": "\u009b2J"}))
    assert TOKEN.split(".")[1] not in "".join(lines)
    assert "\x1b[2J" not in "".join(lines)
    assert "\u009b" not in "".join(lines)


def test_markup_in_what_is_printed_is_text() -> None:
    (line,) = printed("[bold]not ours[/]")
    assert line.endswith("[bold]not ours[/]")


def test_colours_are_for_terminals_and_not_where_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def raw(*, terminal: bool) -> str:
        stream = io.StringIO()
        ForPeople(
            Console(file=stream, force_terminal=terminal, color_system="standard" if terminal else None)
        )
        printer = ForPeople(Console(file=stream, force_terminal=terminal, width=200))
        printer.tell("WebhooksFunction", "was stopped")
        return stream.getvalue()

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[33m" in raw(terminal=True)
    assert "\x1b" not in raw(terminal=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[33m" not in raw(terminal=True)


def test_a_refused_call_to_jira_says_why() -> None:
    stream = io.StringIO()
    request = RecordedRequest(
        method="GET",
        path="/rest/api/3/myself",
        status=401,
        client_key=None,
        reason="iss-is-client-key",
        at=datetime.now(UTC),
    )
    ForPeople(Console(file=stream, width=200)).jira(request)
    assert stream.getvalue().rstrip().endswith("GET /rest/api/3/myself 401 iss-is-client-key")


def test_lambdas_own_lines_are_as_they_were_printed(capsys: pytest.CaptureFixture[str]) -> None:
    printer = AsLambdaWrites()
    printer.function("WebhooksFunction", json.dumps(ENTRY))
    printer.tell("WebhooksFunction", "was stopped")
    out, err = capsys.readouterr()
    assert json.loads(out) == ENTRY
    assert "was stopped" in err


def test_json_of_any_depth_is_printed_as_it_is() -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    assert "".join(printed(deep)).endswith(deep[-100:])
