"""`connect invoke`: one handler in this process, with the environment that the running stack gives it.

So `breakpoint()` and an editor's debugger work. A function has a quarter of an hour here, pauses included.
"""

import contextlib
import importlib
import json
import os
import sys
import time
import traceback
import uuid
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console

from connect_cli.errors import CommandError
from connect_cli.inputs import Inputs, as_usage_error
from connect_doctor.unusable import parsed_json
from connect_local.console import ForPeople
from connect_local.laptop.runtime import Context
from connect_tools.loopback import ask
from connect_tools.project import PROJECT
from connect_tools.template import Template

_SECONDS = 900
_IDEMPOTENCY_TABLE = "WORK_DONE_TABLE"


def run(function: str, event: str | None, *, last: bool, port: int) -> None:
    """Run the handler, and print its response as JSON; its log goes to stderr.

    Args:
        function: a logical id, such as `JiraCallsFunction`, with or without its end, or a folder's name
        event: a JSON file, or `-` for standard input
        last: True for the event that the function got last in the stack
        port: of the running stack's app

    Raises:
        CommandError: the stack does not run, there is no such function, or it raised an error
        UsageError: the event cannot be read
    """
    if last == (event is not None):
        raise click.UsageError("say which event: a file, - for standard input, or --last")
    name = function_named(function)
    given = _event(event) if event else None
    described = ask("GET", port, f"/_local/functions/{name}", option="--port")
    if not isinstance(described, dict) or "variables" not in described:
        raise CommandError(f"the stack on port {port} has no {name}: is it that of another project?")
    if last:
        given = described["lastEvent"]
        if given is None:
            raise CommandError(f"{name} has had no event since connect up started")
    _take_environment(described["variables"])
    context = Context(
        aws_request_id=str(uuid.uuid4()),
        invoked_function_arn=described["arn"],
        function_name=name,
        function_version="$LATEST",
        memory_limit_in_mb=described["variables"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        deadline_ms=int((time.time() + _SECONDS) * 1000),
    )
    with _log_on_stderr(), _nothing_done_before():
        response = _called(described["handler"], given, context)
    click.echo(json.dumps(response, indent=2, ensure_ascii=False))


def function_named(wanted: str) -> str:
    """Return the logical id of a function.

    Raises:
        CommandError: there is no such function
    """
    template = Template({})
    by_name: dict[str, str] = {}
    for logical_id in template.resources("AWS::Serverless::Function"):
        folder = Path(template.function(logical_id)["CodeUri"]).name
        for name in (logical_id, logical_id.removesuffix("Function"), folder):
            by_name[name.lower()] = logical_id
    if found := by_name.get(wanted.lower().rstrip("/").rpartition("/")[2]):
        return found
    alike = get_close_matches(wanted.lower(), by_name, n=1)
    meant = f"did you mean {by_name[alike[0]]}?" if alike else ""
    every = ", ".join(sorted(set(by_name.values())))
    raise CommandError(f"there is no function {wanted!r}: {meant or f'the functions are {every}'}")


@as_usage_error()
def _event(source: str) -> Any:  # noqa: ANN401 - any JSON value
    return parsed_json(Inputs().text(source, source), source if source != "-" else "standard input")


def _take_environment(variables: dict[str, str]) -> None:
    """Be in the function's environment: its variables, no AWS account of the user's, and its import path."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        {name: value for name, value in variables.items() if name not in {"PATH", "PYTHONPATH"}}
    )
    sys.path[:0] = [path for path in variables["PYTHONPATH"].split(os.pathsep) if path not in sys.path]
    os.chdir(PROJECT)


@contextlib.contextmanager
def _nothing_done_before() -> Iterator[None]:
    """Give the worker an idempotency table of its own, or it would skip what it has processed before."""
    table = os.environ.get(_IDEMPOTENCY_TABLE)
    if table is None:
        yield
        return
    import boto3  # noqa: PLC0415 - slow to import, and for one function only

    dynamodb = boto3.client("dynamodb")
    described = dynamodb.describe_table(TableName=table)["Table"]
    own = f"{table}-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=own,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=described["AttributeDefinitions"],
        KeySchema=described["KeySchema"],
    )
    os.environ[_IDEMPOTENCY_TABLE] = own
    try:
        yield
    finally:
        dynamodb.delete_table(TableName=own)


def _called(handler: str, event: Any, context: Context) -> Any:  # noqa: ANN401 - any JSON value
    module, _, name = handler.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)(event, context)
    except Exception as error:
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code.co_filename in {__file__, importlib.__file__}:
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)
        raise CommandError(f"{context.function_name} raised {type(error).__name__}") from error


@contextlib.contextmanager
def _log_on_stderr() -> Iterator[None]:
    stdout = sys.stdout
    sys.stdout = _Log(sys.stderr)
    try:
        yield
    finally:
        sys.stdout = stdout


class _Log:
    """Stdout of a handler: entries of its log are for people, and a debugger has the terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._was_entry = False
        self._printer = ForPeople(Console(highlight=False, soft_wrap=True, stderr=True))

    def write(self, text: str) -> int:
        """Write an entry for people, and anything else as it is."""
        if text == "\n" and self._was_entry:  # print writes it by itself
            self._was_entry = False
            return 1
        self._was_entry = text.startswith("{") and text.endswith("}")
        if self._was_entry or (text.startswith("{") and text.endswith("}\n")):
            self._printer.function(os.environ["AWS_LAMBDA_FUNCTION_NAME"], text.rstrip("\n"))
        else:
            self._stream.write(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the stream has it
        return getattr(self._stream, name)
