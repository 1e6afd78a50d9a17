"""The part of a token that is wrong is marked, and so is the difference between two canonical requests."""

import json
from typing import Any

import pytest

from connect_doctor.differences import differences
from connect_doctor.examples import CODES, example
from connect_doctor.page import answer
from connect_jwt.diagnosis.hash_causes import HASH_CAUSES

MEMBERS = {"request": "pasted", "previous-secret": "previous_secrets"}


def report(code: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        MEMBERS.get(name, name.replace("-", "_")): text for name, text in example(code).items()
    }
    if "previous_secrets" in fields:
        fields["previous_secrets"] = [fields["previous_secrets"]]
    found: dict[str, Any] = json.loads(answer(json.dumps(fields)))["reports"][0]
    return found


def marked(code: str) -> dict[str, str]:
    token = report(code)["token"]
    parts = {
        f"{part}.{row['name']}": row["mark"]
        for part in ("header", "claims")
        for row in token[part]
        if row["mark"]
    }
    return parts | ({"signature": token["mark"]} if token["mark"] else {})


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("iss-is-client-key", "claims.iss"),
        ("sub-present", "claims.sub"),
        ("expired", "claims.exp"),
        ("not-yet-valid", "claims.nbf"),
        ("time-not-integer", "claims.iat"),
        ("exp-missing", "claims.exp"),
        ("aud-missing", "claims.aud"),
        ("qsh-missing", "claims.qsh"),
        ("alg-none", "header.alg"),
        ("kid-missing", "header.kid"),
        ("secret-not-verbatim", "signature"),
        ("signature-missing", "signature"),
    ],
)
def test_the_wrong_part_is_marked_with_its_code_even_if_it_is_missing(code: str, part: str) -> None:
    assert marked(code)[part] == code


def test_a_token_that_is_right_has_no_mark() -> None:
    assert marked("rate-limited") == {}


@pytest.mark.parametrize("code", sorted(CODES & set(HASH_CAUSES) - {"qsh-missing"}))
def test_whatever_is_wrong_with_the_hash_is_marked_there(code: str) -> None:
    assert marked(code)["claims.qsh"] == code


def test_runs_put_together_are_the_texts_and_what_differs_is_told() -> None:
    right, other = "GET&/a/b&c=1&d=x%20y", "GET&/a/b&c=1&d=x+y"
    runs, others = differences(right, other)
    assert "".join(text for text, _ in runs) == right
    assert [text for text, same in runs if not same] == ["%20"]
    assert "".join(text for text, _ in others) == other
    assert [text for text, same in others if not same] == ["+"]


def test_very_long_texts_are_not_compared_piece_by_piece() -> None:
    long = "&".join(f"a{number}=1" for number in range(5000))
    assert differences(long, f"{long}&b=2") == ([(long, False)], [(f"{long}&b=2", False)])
