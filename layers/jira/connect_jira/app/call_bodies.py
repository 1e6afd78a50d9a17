"""Bodies of calls: JSON, read strictly into the type that a call declares.

A declaration is made of `str`, `int`, `float`, `bool`, `None`, `Literal`, `X | None`, `list[X]`,
`dict[str, X]` and dataclasses of these; `JsonValue` takes anything. Nothing is converted: a number in a text
is no number, and `true` is none either. A member that the dataclass does not have is refused, and so is one
that comes twice. A dataclass may refuse more in its `__post_init__`, by a ValueError whose message is told.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, NoReturn, TypeAliasType, Union, get_args, get_origin, get_type_hints

from connect_jira.data.entries import JsonValue

MAX_BODY_BYTES = 512 * 1024
"""Maximum size of a body."""

type Reader = Callable[[Any, str], Any]
"""Called with a value of JSON and the place where it is; returns what was declared."""

_NAMES: dict[type, str] = {str: "a text", int: "an integer", bool: "true or false", NoneType: "null"}
_FOUND = _NAMES | {int: "a number", float: "a number", list: "a list", dict: "an object"}

_PLAIN_NAME = re.compile(r"[\w-]{1,50}")
_MAX_NAME = 50


class BodyInvalid(Exception):
    """A body is not what the call declares; the message is one sentence that names the place."""


def reader_of(declared: Any) -> Reader:  # noqa: ANN401 - any annotation
    """Return the reader of a declared type.

    Raises:
        TypeError: the type cannot be read from JSON
    """
    if isinstance(declared, TypeAliasType) and declared is not JsonValue:
        return reader_of(declared.__value__)
    read = _plain_reader(declared) or _generic_reader(get_origin(declared), get_args(declared))
    if read is None:
        raise TypeError(f"{declared} cannot be read from JSON: connect_jira.app.call_bodies says what can")
    return read


def _plain_reader(declared: Any) -> Reader | None:  # noqa: ANN401 - any annotation
    if declared in {JsonValue, Any}:
        return _anything
    if declared in _NAMES:
        return _exactly(declared)
    if declared is float:
        return _number
    return _object(declared) if isinstance(declared, type) and is_dataclass(declared) else None


def _generic_reader(origin: Any, arguments: tuple[Any, ...]) -> Reader | None:  # noqa: ANN401 - of any annotation
    if origin is Literal:
        return _one_of(arguments)
    if origin in {Union, UnionType}:
        others = [option for option in arguments if option is not NoneType]
        return _or_null(reader_of(others[0])) if len(others) == 1 else None
    if origin is list:
        return _list(reader_of(arguments[0]))
    if origin is dict and arguments[0] is str:
        return _dict(reader_of(arguments[1]))
    return None


def read_body(body: bytes, read: Reader) -> Any:  # noqa: ANN401 - what was declared
    """Read a body.

    Raises:
        BodyInvalid: it is not what was declared
    """
    try:
        text = body.decode()
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse_constant)
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
        return read(value, "")
    except RecursionError as deep:
        raise BodyInvalid("the body is nested too deeply") from deep
    except UnicodeError as other:
        raise BodyInvalid("the body is not UTF-8, or holds half a character") from other
    except ValueError as other:
        raise BodyInvalid("the body is no JSON") from other


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise BodyInvalid("a member comes twice in one object")
    return members


def _refuse_constant(_constant: str) -> NoReturn:
    raise BodyInvalid("a number in the body is none that JSON has")


def _anything(value: Any, _where: str) -> Any:  # noqa: ANN401 - any JSON value
    return value


def _exactly(kind: type) -> Reader:
    def read(value: Any, where: str) -> Any:  # noqa: ANN401 - any JSON value
        if type(value) is not kind:
            raise _other(where, _NAMES[kind], value)
        return value

    return read


def _number(value: Any, where: str) -> float:  # noqa: ANN401 - any JSON value
    if type(value) not in {int, float}:
        raise _other(where, "a number", value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise BodyInvalid(f"{_named(where)}: the number is too large")
    return number


def _one_of(options: tuple[Any, ...]) -> Reader:
    def read(value: Any, where: str) -> Any:  # noqa: ANN401 - any JSON value
        for option in options:
            if type(value) is type(option) and value == option:
                return option
        raise BodyInvalid(f"{_named(where)}: one of {json.dumps(options)[1:-1]} is expected")

    return read


def _or_null(read_other: Reader) -> Reader:
    return lambda value, where: None if value is None else read_other(value, where)


def _list(read_member: Reader) -> Reader:
    def read(value: Any, where: str) -> list[Any]:  # noqa: ANN401 - any JSON value
        if type(value) is not list:
            raise _other(where, "a list", value)
        return [read_member(member, f"{where}[{index}]") for index, member in enumerate(value)]

    return read


def _dict(read_member: Reader) -> Reader:
    def read(value: Any, where: str) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
        if type(value) is not dict:
            raise _other(where, "an object", value)
        return {name: read_member(member, _below(where, name)) for name, member in value.items()}

    return read


def _object(declared: type) -> Reader:
    hints = get_type_hints(declared)
    members = {field.name: field for field in fields(declared) if field.init}
    readers = {name: reader_of(hints[name]) for name in members}
    required = {
        name
        for name, field in members.items()
        if field.default is MISSING and field.default_factory is MISSING
    }

    def read(value: Any, where: str) -> Any:  # noqa: ANN401 - any JSON value
        if type(value) is not dict:
            raise _other(where, "an object", value)
        for name in value:
            if name not in readers:
                raise BodyInvalid(f"{_named(_below(where, name))}: there is no such member")
        for name in members:
            if name in required and name not in value:
                raise BodyInvalid(f"{_named(_below(where, name))}: is missing")
        read_members = {name: readers[name](member, _below(where, name)) for name, member in value.items()}
        try:
            return declared(**read_members)
        except ValueError as refused:
            raise BodyInvalid(f"{_named(where)}: {refused}") from refused

    return read


def _other(where: str, expected: str, value: object) -> BodyInvalid:
    return BodyInvalid(f"{_named(where)}: {expected} is expected, not {_FOUND[type(value)]}")


def _below(where: str, name: str) -> str:
    shown = name if _PLAIN_NAME.fullmatch(name) else json.dumps(name[:_MAX_NAME])
    return f"{where}.{shown}" if where else shown


def _named(where: str) -> str:
    return where or "the body"
