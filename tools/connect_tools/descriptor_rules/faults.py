"""Everything in a descriptor that Jira refuses, each with its path."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from connect_tools.descriptor_rules.fault import Fault
from connect_tools.descriptor_rules.meaning import faults_in_meaning, faults_of_placeholders, meant
from connect_tools.descriptor_rules.schema import DESCRIPTOR

_NAMES = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "boolean": "true or false",
}
_LONGEST_SHOWN = 60
_DIGITS = re.compile(r"\d+")
_VALIDATOR = Draft202012Validator(DESCRIPTOR)


def faults_of(source: object) -> list[Fault]:
    """All of them, in the order of their paths; empty if Jira would install the descriptor.

    Args:
        source: the JSON document
    """
    said: dict[str, Fault] = {}
    meaning = faults_in_meaning(source) if isinstance(source, dict) else ()
    for fault in chain(faults_of_placeholders(source), _of_schema(source), meaning):
        said.setdefault(fault.path, fault)  # the first is the cause of what else is wrong there
    return sorted(said.values(), key=lambda fault: _DIGITS.sub(_padded, fault.path))


def _padded(number: re.Match[str]) -> str:
    return number[0].zfill(6)


def _of_schema(source: object) -> Iterator[Fault]:
    for error in _VALIDATOR.iter_errors(source):
        path = _path(error)
        match error.validator:
            case "required":
                for name in error.validator_value:
                    if name not in error.instance:
                        yield Fault(f"{path}.{name}".removeprefix("."), "it is missing.")
            case "additionalProperties":
                known = frozenset(error.schema["properties"])
                for name in error.instance:
                    if name not in known:
                        yield Fault(f"{path}.{name}", f"Jira has no such kind of module.{meant(name, known)}")
            case _:
                yield Fault(path, _reason(error))


def _reason(error: ValidationError) -> str:
    limit: Any = error.validator_value
    match error.validator:
        case "type":
            wanted = " or ".join(_NAMES[name] for name in ([limit] if isinstance(limit, str) else limit))
            return f"it must be {wanted}, not {_shown(error.instance)}."
        case "enum":
            words = list(dict.fromkeys(word.lower() for word in limit))
            guess = meant(str(error.instance).lower(), frozenset(words))
            return f"it must be {_listed(words)}, not {_shown(error.instance)}.{guess}"
        case "pattern":
            return f"{_shown(error.instance)} {_PATTERNS.get(limit, f'is not of the form {limit}')}."
        case "maxLength":
            return f"it is {len(error.instance)} characters long, and {limit} is the most."
        case "minLength":
            return "it is empty."
        case _:
            return f"{_shown(error.instance)} is of none of the forms that Jira takes."


_PATTERNS: Mapping[str, str] = {
    r"^[a-zA-Z0-9-._]+\Z": "is more than letters, digits, dots, hyphens and underscores",
    r"^[a-zA-Z0-9-]+$": "is more than letters, digits and hyphens",
    r"^https?://.": "is no http or https URL",
}


def _path(error: ValidationError) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    return "".join(parts).removeprefix(".")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _listed(words: list[str]) -> str:
    *others, last = (f'"{word}"' for word in words)
    return f"{', '.join(others)} or {last}" if others else last
