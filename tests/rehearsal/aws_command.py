"""`aws`, as far as docs/runbook.md types it. Operations, options and waiters are those of AWS's own models.

The AWS CLI itself cannot be installed here: its second version is on no package index.
"""

import json
import sys
from datetime import datetime
from typing import Any

import boto3
import jmespath  # type: ignore[import-untyped]  # botocore's own; it has no types
from botocore import xform_name
from botocore.model import ListShape

_GLOBAL = ("query", "output")


class UsageError(Exception):
    """A service, an operation or an option that AWS does not have."""


def run(arguments: list[str]) -> str:
    """Carry out a command, and return what it prints.

    Raises:
        UsageError: AWS has no such command
    """
    service, command, *rest = arguments
    client = boto3.client(service)  # type: ignore[call-overload]  # the stubs know the services of the app only
    waiter = rest.pop(0).replace("-", "_") if command == "wait" else None
    if waiter and waiter not in client.waiter_names:
        raise UsageError(f"{service} waits for no {waiter}")
    operation = client.get_waiter(waiter).config.operation if waiter else operation_of(service, command)
    given = options(rest)
    printed = {name: given.pop(name)[0] for name in _GLOBAL if name in given}
    asked = parameters(service, operation, given)
    if waiter:
        client.get_waiter(waiter).wait(**asked, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        return ""
    answer = getattr(client, xform_name(operation))(**asked)
    answer.pop("ResponseMetadata")
    found = jmespath.search(printed["query"], answer) if "query" in printed else answer
    return _as_text(found) if printed.get("output") == "text" else json.dumps(found, indent=4, default=str)


def operation_of(service: str, command: str) -> str:
    """The operation that a command is for.

    Raises:
        UsageError: there is none
    """
    model = _model(service)
    for name in model.operation_names:
        if xform_name(name, "-") == command:
            return str(name)
    raise UsageError(f"aws {service} has no {command}")


def options(words: list[str]) -> dict[str, list[str]]:
    """The values of each option, by its name without dashes."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            found[word[2:]] = []
        else:
            found[list(found)[-1]].append(word)
    return found


def parameters(service: str, operation: str, given: dict[str, list[str]]) -> dict[str, Any]:
    """The request that options stand for.

    Raises:
        UsageError: the operation has no such option
    """
    members = _model(service).operation_model(operation).input_shape.members
    by_option = {xform_name(name, "-"): name for name in members}
    if unknown := given.keys() - by_option.keys():
        raise UsageError(f"aws {service} {xform_name(operation, '-')} has no {', '.join(sorted(unknown))}")
    return {by_option[name]: _value(members[by_option[name]], words) for name, words in given.items()}


def _model(service: str) -> Any:
    client = boto3.client(service, region_name="us-east-1")  # type: ignore[call-overload]  # as above
    return client.meta.service_model


def _value(shape: Any, words: list[str]) -> Any:
    if isinstance(shape, ListShape) and not words[0].startswith("["):
        return [_value(shape.member, [word]) for word in words]
    (word,) = words
    match shape.type_name:
        case "integer" | "long":
            return int(word)
        case "timestamp":
            return datetime.fromisoformat(word)
        case "structure" if not word.startswith("{"):
            parts = dict(part.split("=", maxsplit=1) for part in word.split(","))
            return {name: _value(shape.members[name], [part]) for name, part in parts.items()}
        case "structure" | "map" | "list":
            return json.loads(word)
        case _:
            return word


def _as_text(found: Any) -> str:
    if isinstance(found, list):
        return "\t".join(map(_as_text, found))
    return str(found)


if __name__ == "__main__":
    print(run(sys.argv[1:]))  # noqa: T201 - the command's output
