"""Faults of the files that describe the app, each in one line with its place."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from botocore.exceptions import ClientError

from connect_cli.errors import CommandError
from connect_tools.project import PROJECT

DESCRIPTOR = PROJECT / "descriptor" / "atlassian-connect.json"

_OF_TEMPLATE = (
    OSError,
    yaml.YAMLError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ClientError,
)
_LONGEST_LINE = 100


def unreadable_descriptor(file: Path = DESCRIPTOR) -> str | None:
    """Return the fault that keeps the descriptor from being read; None if it can be."""
    where = _relative(file)
    try:
        text = file.read_text(encoding="utf-8")
        value = json.loads(text)
    except json.JSONDecodeError as malformed:
        line = _line(text, malformed.lineno)
        return f"{where}:{malformed.lineno}:{malformed.colno}: {malformed.msg}{line}"
    except OSError as missing:
        return f"{where} cannot be read: {missing.strerror}"
    except UnicodeDecodeError:
        return f"{where} is not text in UTF-8"
    except RecursionError:
        return f"{where} is nested too deeply"
    return None if isinstance(value, dict) else f"{where} is not a JSON object"


@contextmanager
def template_faults() -> Iterator[None]:
    """Say in one line what of template.yaml cannot be used.

    Raises:
        CommandError: something of it
    """
    try:
        yield
    except _OF_TEMPLATE as error:
        raise CommandError(_template_fault(error)) from error


def _template_fault(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"template.yaml: {error.args[0]} is missing, or nothing of this name is there"
    return f"template.yaml: {str(error) or type(error).__name__}"


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return f"   {line[:_LONGEST_LINE]}" if line else ""


def _relative(file: Path) -> str:
    return str(file.relative_to(PROJECT)) if file.is_relative_to(PROJECT) else file.name
