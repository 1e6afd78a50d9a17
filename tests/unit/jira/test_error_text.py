"""Error texts of Jira, by any of their names."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_jira.jira.error_text import LONGEST_CHARACTERS, ErrorText
from connect_jira.jira.errors import jira_error

BODIES: list[tuple[object, tuple[str, ...]]] = [
    ({"errorMessages": ["No.", "Never."], "errors": {}}, ("No.", "Never.")),
    ({"errorMessages": "One string"}, ("One string",)),
    ({"errorMessages": [], "message": "No."}, ("No.",)),
    (
        {"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"},
        ("Site temporarily unavailable",),
    ),
    ({"errorMessage": "No.", "i18nErrorMessage": "No."}, ("No.",)),
    ({"i18nErrorMessage": {"i18nKey": "sd.no", "parameters": []}}, ("sd.no",)),
    (
        {"error": "Failed to parse Connect Session Auth Token"},
        ("Failed to parse Connect Session Auth Token",),
    ),
    ({"errors": ["No.", "Never."]}, ("No.", "Never.")),
    (
        {"errors": [{"title": "No", "detail": "not today"}, {"message": "Never."}]},
        ("No: not today", "Never."),
    ),
    ({"errorMessages": 1, "message": True, "errors": 2.5}, ()),
    ({"errorMessages": [1, None, ["x"]]}, ("1", "['x']")),
    ({"code": 401}, ()),
    (["No."], ()),
    (True, ()),
    ("<html>", ()),
    (b"\x89PNG", ()),
    (None, ()),
]


@pytest.mark.parametrize(("body", "messages"), BODIES)
def test_it_is_read_by_each_of_its_names(body: object, messages: tuple[str, ...]) -> None:
    assert ErrorText.in_body(body).messages == messages


def test_what_is_wrong_with_fields_is_said_by_field() -> None:
    said = ErrorText.in_body({"errorMessages": [], "errors": {"summary": "is required"}})
    assert said.field_errors == {"summary": "is required"}
    assert said.in_short == '{"summary": "is required"}'


def test_an_error_says_no_more_than_fits_wherever_it_is_told() -> None:
    error = jira_error(400, call="POST /rest/x", body={"errorMessages": ["long " * 100_000]})
    assert len(str(error)) < LONGEST_CHARACTERS + 100
    assert len(error.messages[0]) == 500_000


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["errors", "errorMessages", "title"]), inner)
    ),
)


@settings(deadline=None)
@given(JSON)
def test_whatever_the_body_is_an_error_comes_of_it(body: object) -> None:
    error = jira_error(502, call="GET /rest/x", body=body)
    assert json.dumps(str(error))
    assert all(isinstance(message, str) for message in error.messages)
