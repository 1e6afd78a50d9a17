"""Bodies of calls: exactly what is declared, and one line that names the place for everything else."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jira.app.call_bodies import BodyInvalid, read_body, reader_of
from connect_jira.data.entries import JsonValue

type Words = list[str]


@dataclass(frozen=True)
class Step:
    name: str
    done: bool = False


@dataclass(frozen=True)
class Form:
    key: str
    days: int
    ratio: float = 1.0
    due: str | None = None
    kind: Literal["soft", "hard", 3] = "soft"
    steps: list[Step] = field(default_factory=list)
    words: Words = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    anything: JsonValue = None
    nothing: None = None

    def __post_init__(self) -> None:
        if self.days < 0:
            raise ValueError("days must not be negative")


LEAST = {"key": "EX-1", "days": 1}
READ = reader_of(Form)


def read(value: object) -> Any:
    return read_body(json.dumps(value).encode(), READ)


def test_everything_declared_is_read_into_its_type() -> None:
    body = {
        **LEAST,
        "ratio": 2,
        "due": "2026-12-24",
        "kind": 3,
        "steps": [{"name": "ü", "done": True}],
        "words": ["a"],
        "notes": {"a": 1},
        "anything": {"a": [1, None]},
        "nothing": None,
    }
    form = read(body)
    assert form == Form(
        "EX-1", 1, 2.0, "2026-12-24", 3, [Step("ü", done=True)], ["a"], {"a": 1}, {"a": [1, None]}
    )
    assert type(form.ratio) is float
    assert read(LEAST) == Form("EX-1", 1)


REFUSED: dict[str, tuple[object, str]] = {
    "a list": ([LEAST], "the body: an object is expected, not a list"),
    "a text": ("x", "the body: an object is expected, not a text"),
    "null": (None, "the body: an object is expected, not null"),
    "a member is missing": ({"key": "EX-1"}, "days: is missing"),
    "a member too many": ({**LEAST, "dais": 1}, "dais: there is no such member"),
    "a prototype": ({**LEAST, "__proto__": {}}, "__proto__: there is no such member"),
    "a constructor": ({**LEAST, "__class__": "x"}, "__class__: there is no such member"),
    "a method": ({**LEAST, "__post_init__": None}, "__post_init__: there is no such member"),
    "a number for a text": ({**LEAST, "key": 1}, "key: a text is expected, not a number"),
    "a text for a number": ({**LEAST, "days": "1"}, "days: an integer is expected, not a text"),
    "true for a number": ({**LEAST, "days": True}, "days: an integer is expected, not true or false"),
    "a fraction for an integer": ({**LEAST, "days": 1.0}, "days: an integer is expected, not a number"),
    "true for a fraction": ({**LEAST, "ratio": True}, "ratio: a number is expected, not true or false"),
    "1 for true": (
        {**LEAST, "steps": [{"name": "a", "done": 1}]},
        "steps[0].done: true or false is expected, not a number",
    ),
    "null for a text": ({**LEAST, "key": None}, "key: a text is expected, not null"),
    "a number for a text or null": ({**LEAST, "due": 1}, "due: a text is expected, not a number"),
    "no option": ({**LEAST, "kind": "Soft"}, 'kind: one of "soft", "hard", 3 is expected'),
    "an option of another type": ({**LEAST, "kind": 3.0}, 'kind: one of "soft", "hard", 3 is expected'),
    "an object for a list": ({**LEAST, "steps": {}}, "steps: a list is expected, not an object"),
    "one of a list": ({**LEAST, "words": ["a", 1]}, "words[1]: a text is expected, not a number"),
    "deep inside": (
        {**LEAST, "steps": [{"name": "a"}, {"name": "b", "x": 1}]},
        "steps[1].x: there is no such member",
    ),
    "of an object": ({**LEAST, "notes": {"a": "1"}}, "notes.a: an integer is expected, not a text"),
    "a list for an object": ({**LEAST, "notes": []}, "notes: an object is expected, not a list"),
    "not null": ({**LEAST, "nothing": 0}, "nothing: null is expected, not a number"),
    "by the dataclass itself": ({**LEAST, "days": -1}, "the body: days must not be negative"),
    "a name without end": ({**LEAST, "x" * 10_000: 1}, json.dumps("x" * 50) + ": there is no such member"),
}


@pytest.mark.parametrize(("body", "said"), REFUSED.values(), ids=REFUSED)
def test_everything_else_is_refused_with_the_place_and_what_is_expected(body: object, said: str) -> None:
    with pytest.raises(BodyInvalid) as refused:
        read(body)
    assert str(refused.value) == said


MALFORMED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no JSON"),
    "half": (b'{"key":', "no JSON"),
    "two": (b"{}{}", "no JSON"),
    "another character set": ('{"key":"ü","days":1}'.encode("latin-1"), "not UTF-8"),
    "UTF-16": (json.dumps(LEAST).encode("utf-16"), "not UTF-8"),
    "UTF-16 without a mark": (json.dumps(LEAST).encode("utf-16-le"), "no JSON"),
    "a mark": (b"\xef\xbb\xbf{}", "no JSON"),
    "overlong": (b'{"key":"\xc0\xaf","days":1}', "not UTF-8"),
    "half a pair": (b'{"key":"\\ud83d","days":1}', "half a character"),
    "half a pair as a name": (b'{"\\ud83d":1,"key":"a","days":1}', "half a character"),
    "half a pair deep inside": (b'{"key":"a","days":1,"anything":[["\\udc00"]]}', "half a character"),
    "half a pair in bytes": (b'{"key":"\xed\xa0\xbd","days":1}', "not UTF-8"),
    "a member twice": (b'{"key":"a","key":"b","days":1}', "twice"),
    "a member twice deep inside": (b'{"key":"a","days":1,"anything":{"a":1,"a":2}}', "twice"),
    "no number": (b'{"key":"a","days":NaN}', "none that JSON has"),
    "endless": (b'{"key":"a","days":1,"anything":Infinity}', "none that JSON has"),
    "endless by its size": (b'{"key":"a","days":1,"anything":1e999}', "no JSON"),
    "an integer that is too long": (b'{"key":"a","days":' + b"9" * 5000 + b"}", "no JSON"),
    "a fraction that is too large": (
        b'{"key":"a","days":1,"ratio":' + b"9" * 400 + b"}",
        "ratio: the number",
    ),
    "deep lists": (b'{"key":"a","days":1,"anything":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "too deeply"),
    "deep objects": (b'{"a":' * 80_000 + b"1" + b"}" * 80_000, "too deeply"),
    "a comment": (b'{"key":"a","days":1} // x', "no JSON"),
    "single quotes": (b"{'key':'a'}", "no JSON"),
    "a comma too many": (b'{"key":"a","days":1,}', "no JSON"),
}


@pytest.mark.parametrize(("body", "said"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_json_is_refused_and_nothing_of_it_is_told(body: bytes, said: str) -> None:
    with pytest.raises(BodyInvalid, match=said):
        read_body(body, READ)


def said_of(body: bytes) -> str:
    try:
        return type(read_body(body, READ)).__name__
    except BodyInvalid as refused:
        return str(refused)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_read_or_refused_and_nothing_else_happens(value: Any) -> None:
    encoded = json.dumps(value).encode()
    assert read_body(encoded, reader_of(JsonValue)) == value
    for body in (
        encoded,
        json.dumps({**LEAST, "anything": value}).encode(),
        json.dumps({**LEAST, "due": value}).encode(),
    ):
        assert len(said_of(body).splitlines()) == 1


@pytest.mark.parametrize(
    "declared",
    [set[int], tuple[int, str], int | str, int | str | None, dict[int, str], object, list, bytes, "x"],
    ids=repr,
)
def test_what_json_cannot_hold_cannot_be_declared(declared: Any) -> None:
    with pytest.raises(TypeError, match="cannot be read from JSON"):
        reader_of(declared)
