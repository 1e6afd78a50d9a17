"""`connect call`: a signed call to Jira, as the app of a stack."""

import json
import sys
import uuid
from http import HTTPStatus
from typing import Any

import click

from connect_cli.options import AS_JSON
from connect_jira.events.call_request import CallRequest
from connect_jwt.identity import ClientKey
from connect_tools.stack_options import of_a_stack, stack_of


@click.command()
@click.argument("method", type=click.Choice(["GET", "POST", "PUT", "DELETE", "PATCH"], case_sensitive=False))
@click.argument("path")
@click.option(
    "--client-key", required=True, metavar="C", help="The site, by the clientKey of its installation."
)
@click.option("--query", multiple=True, metavar="K=V", help="A parameter; repeatable.")
@click.option("--data", metavar="JSON|-", help="The body, or - to read it from stdin.")
@click.option("--wait", is_flag=True, help="Make it now, and print what Jira answers.")
@click.option(
    "--idempotency-key", metavar="K", help="Calls with one key are made once; a new one by default."
)
@click.option(
    "--return-body", is_flag=True, help="Have what becomes of it told with the body of Jira's answer."
)
@click.option(
    "--repeatable", "idempotent", is_flag=True, help="Making a POST or PATCH twice comes to the same as once."
)
@of_a_stack
@AS_JSON
def call(  # noqa: PLR0913 - as click passes them
    *,
    method: str,
    path: str,
    client_key: str,
    query: tuple[str, ...],
    data: str | None,
    wait: bool,
    idempotency_key: str | None,
    return_body: bool,
    idempotent: bool,
    stack: str | None,
    local: bool,
    port: int,
    as_json: bool,
) -> None:
    """Call Jira, signed, as the app of a stack.

    Without --wait the call is put on the stack's bus and made from its queue; its idempotency key is printed.
    With it, exit status 1 when Jira's status is 400 or more.
    """
    from connect_tools.call.calls import make_call, request_call  # noqa: PLC0415 - boto3 is slow to import
    from connect_tools.operator_log import recorded  # noqa: PLC0415 - likewise

    if not path.startswith("/"):
        raise click.UsageError("PATH begins with a slash, such as /rest/api/3/myself")
    if wait and idempotency_key:
        raise click.UsageError("a call that is waited for is made once: --idempotency-key is not for it")
    wanted = CallRequest(
        client_key=ClientKey(client_key),
        method=method,
        path=path,
        query=_parameters(query),
        body=_json_value(data),
        idempotency_key=None if wait else idempotency_key or str(uuid.uuid4()),
        return_body=return_body,
        idempotent=idempotent or None,
    )
    where = stack_of(stack, port, local=local)
    about = f"{method} {path.partition('?')[0]}"
    if not wait:
        with recorded(where, "call", site=client_key, about=about) as entry:
            request_call(where, wanted)
            entry.outcome = "asked for"
        click.echo(
            json.dumps({"idempotencyKey": wanted.idempotency_key}) if as_json else wanted.idempotency_key
        )
        return
    with recorded(where, "call", site=client_key, about=about) as entry:
        answer = make_call(where, wanted)
        entry.outcome = f"Jira answered {answer['status']}"
    click.echo(json.dumps(answer) if as_json else _in_lines(answer))
    sys.exit(0 if answer["status"] < HTTPStatus.BAD_REQUEST else 1)


def _in_lines(answer: dict[str, Any]) -> str:
    body = answer.get("body", answer.get("bodyBase64"))
    said = (
        "The body is too large to be passed on." if "bodyTooLarge" in answer else json.dumps(body, indent=2)
    )
    return "\n".join(filter(None, (str(answer["status"]), answer.get("location"), said)))


def _parameters(given: tuple[str, ...]) -> dict[str, str | list[str]]:
    values: dict[str, list[str]] = {}
    for parameter in given:
        name, equals, value = parameter.partition("=")
        if not name or not equals:
            raise click.UsageError("--query takes name=value")
        values.setdefault(name, []).append(value)
    return {name: several if len(several) > 1 else several[0] for name, several in values.items()}


def _json_value(text: str | None) -> Any:  # noqa: ANN401 - any JSON value
    if text is None:
        return None
    try:
        return json.loads(sys.stdin.read() if text == "-" else text)
    except ValueError as malformed:
        raise click.UsageError(f"--data is not JSON: {malformed}") from malformed
