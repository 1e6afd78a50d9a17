"""The commands: look, explain, put back; print."""

import json
from collections.abc import Sequence
from typing import Any

import click

from connect_cli.errors import CommandError
from connect_doctor.redaction import visible
from connect_jira.events.messages import STORED
from connect_tools.dlq.message import FailedMessage
from connect_tools.dlq.queue import FailedCalls
from connect_tools.dlq.remedies import remedy
from connect_tools.operator_log import recorded
from connect_tools.target_stack import Stack
from connect_tools.times import age, iso

_ID_LENGTH = 8


def list_failed(stack: Stack, *, as_json: bool) -> None:
    """Say of each message what it is and why it is there.

    Raises:
        CommandError: AWS does not say
    """
    with FailedCalls(stack).held() as messages:
        if as_json:
            click.echo(json.dumps({"messages": [summary_of(message) for message in messages]}))
            return
        if not messages:
            click.echo("Nothing has failed.")
        for message in messages:
            columns = (
                age(message.failed_at),
                message.kind,
                message.client_key,
                message.subject,
                message.reason,
            )
            click.echo(
                f"{message.id[:_ID_LENGTH]}  " + "  ".join(visible(column) or "-" for column in columns)
            )


def show_failed(stack: Stack, prefix: str, *, as_json: bool) -> None:
    """Say everything of one message, and what to do about it.

    Raises:
        CommandError: there is no such message, or more than one
    """
    failed = FailedCalls(stack)
    with failed.held() as messages:
        message = _one(messages, prefix)
        everything = summary_of(message) | {
            "explanation": message.explanation,
            "tries": message.tries,
            "remedy": remedy(message.reason),
            "body": content_of(failed, message),
        }
        if as_json:
            click.echo(json.dumps(everything))
            return
        for name, value in everything.items():
            if name != "body" and value not in {None, ""}:
                click.echo(f"{name:<12}{visible(str(value))}")
        body = everything["body"]
        click.echo("\n" + (visible(body) if isinstance(body, str) else json.dumps(body, indent=2)))


def redrive_failed(stack: Stack, prefixes: Sequence[str], *, again: bool, as_json: bool) -> bool:
    """Put messages back; whether all that were meant are.

    Args:
        stack: with the queue
        prefixes: of their ids; none for all messages
        again: True if what may have been done is done again
        as_json: for the output

    Raises:
        CommandError: one of them is not there, or more than one is meant; then none is put back
    """
    redriven, stayed = [], []
    failed = FailedCalls(stack)
    with failed.held() as messages:
        meant = [_one(messages, prefix) for prefix in dict.fromkeys(prefixes)] or messages
        about = " ".join(message.id for message in meant) if prefixes else f"all {len(meant)}"
        with recorded(stack, "dlq redrive", about=about) as entry:
            for message in meant:
                try:
                    target = failed.redrive(message, again=again)
                except CommandError as refusal:
                    stayed.append({"id": message.id, "why": str(refusal)})
                    _say(f"{message.id[:_ID_LENGTH]}  stays: {refusal}", unless=as_json)
                else:
                    redriven.append({"id": message.id, "to": target})
                    _say(f"{message.id[:_ID_LENGTH]}  put back on {target}", unless=as_json)
            entry.outcome = f"{len(redriven)} put back, {len(stayed)} stay"
    if as_json:
        click.echo(json.dumps({"redriven": redriven, "stayed": stayed}))
    elif not (redriven or stayed):
        click.echo("Nothing has failed.")
    return not stayed


def _one(messages: Sequence[FailedMessage], prefix: str) -> FailedMessage:
    found = [message for message in messages if message.id.startswith(prefix)]
    if not found:
        raise CommandError(f"no failed message has an id that begins with {prefix}")
    if len(found) > 1:
        raise CommandError(
            f"{len(found)} failed messages have an id that begins with {prefix}: give more of it"
        )
    return found[0]


def summary_of(message: FailedMessage) -> dict[str, Any]:
    """Return what `list` prints of a message, as JSON."""
    return {
        "id": message.id,
        "failedAt": iso(message.failed_at),
        "kind": message.kind,
        "clientKey": message.client_key,
        "subject": message.subject,
        "reason": message.reason,
    }


def content_of(failed: FailedCalls, message: FailedMessage) -> Any:  # noqa: ANN401 - any JSON value
    """Return the content of a message, from wherever it is; text if it is no JSON."""
    text = message.text
    if message.kind == STORED:
        try:
            text = failed.stored(message)
        except CommandError as gone:
            return f"{text}\n(what it refers to cannot be read: {gone})"
    return json_or_text(text)


def json_or_text(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value in a text; the text if there is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _say(line: str, *, unless: bool) -> None:
    if not unless:
        click.echo(visible(line))
