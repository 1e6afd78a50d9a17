"""A token with something around it, or somewhere else, is named, and is looked at all the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connect_jwt.diagnosis import Certainty, Evidence, Verdict, diagnose
from tests.unit.diagnosis.signed import (
    APP_KEY,
    APP_URL,
    CALL_URL,
    SITE_URL,
    app_token,
    call,
    site_token,
    webhook,
)
from tests.unit.jwt.handmade import NOW, SITE

DECORATED = {
    "what a public client sent for years": "JWT token={token}",
    "with quotes": 'JWT token="{token}"',
    "double quotes": 'JWT "{token}"',
    "single quotes": "JWT '{token}'",
    "quotes around all of it": '"JWT {token}"',
    "angle brackets": "JWT <{token}>",
    "braces": "JWT {{{token}}}",
    "a comma": "JWT {token},",
    "a semicolon": "JWT {token};",
    "a dot at the end": "JWT {token}.",
    "two schemes": "Bearer JWT {token}",
    "one scheme twice": "JWT JWT {token}",
    "the header's name": "Authorization: JWT {token}",
    "a colon": "JWT: {token}",
    "a colon for the blank": "JWT:{token}",
    "an equals sign": "JWT={token}",
    "a tab": "JWT\t{token}",
    "an encoded blank": "JWT%20{token}",
    "no blank": "JWT{token}",
    "Python's bytes": "JWT b'{token}'",
    "Rails": 'Token token="{token}"',
    "a byte order mark": "JWT \ufeff{token}",
    "the scheme at the end": "{token} JWT",
    "itself": "JWT {token}, JWT {token}",
    "something that is nobody's business": "JWT hunter22!{token}",
}
each_decoration = pytest.mark.parametrize("decoration", DECORATED.values(), ids=DECORATED)


def sent(authorization: str, **known: Any) -> Evidence:
    return replace(call(**known), headers={"Authorization": authorization})


@each_decoration
def test_what_stands_around_a_right_token_is_all_there_is_to_say(decoration: str) -> None:
    diagnosis = diagnose(sent(decoration.format(token=app_token())))
    assert [(found.code, found.certainty) for found in diagnosis.findings] == [
        ("token-decorated", Certainty.CERTAIN)
    ]
    assert diagnosis.verdict is Verdict.REFUSED
    assert diagnosis.claims is not None
    assert diagnosis.claims["iss"] == APP_KEY
    assert diagnosis.actual_qsh == diagnosis.expected_qsh


@each_decoration
def test_the_token_itself_is_looked_at(decoration: str) -> None:
    token = app_token(iss=SITE)
    codes = [found.code for found in diagnose(sent(decoration.format(token=token))).findings]
    assert codes == ["token-decorated", "iss-is-client-key"]


def test_a_line_break_in_the_middle() -> None:
    token = app_token()
    diagnosis = diagnose(sent(f"JWT {token[:80]}\n  {token[80:]}"))
    assert [found.code for found in diagnosis.findings] == ["token-decorated"]


@pytest.mark.parametrize("decoration", [text for text in DECORATED.values() if "hunter" not in text])
def test_what_it_is_is_named(decoration: str) -> None:
    seen = diagnose(sent(decoration.format(token=app_token()))).findings[0].seen
    assert "characters" not in seen
    assert "the token" in seen


def test_a_secret_beside_the_token_is_not_said() -> None:
    seen = diagnose(sent(f"JWT hunter22!{app_token()}")).findings[0].seen
    assert "hunter" not in seen


@pytest.mark.parametrize("around", ["JWT {token}", "JWT  {token}", " JWT {token} ", "jwt {token}"])
def test_what_may_stand_around_it_is_no_fault(around: str) -> None:
    assert diagnose(sent(around.format(token=app_token()))).verdict is Verdict.ACCEPTED


def elsewhere(**known: Any) -> Evidence:
    return replace(call(**known), headers=known.get("headers", {}))


PLACES: dict[str, tuple[str, Callable[[str], Evidence]]] = {
    "behind a second ?": (
        "second ?, so that what follows it is read as a part of the value of maxResults",
        lambda token: elsewhere(
            url=f"{SITE_URL}/rest/api/3/search/jql?jql=project%20%3D%20Planets&maxResults=50?jwt={token}"
        ),
    ),
    "with HTML's ampersand": (
        "parameter amp;jwt",
        lambda token: elsewhere(url=f"{CALL_URL}&amp;jwt={token}"),
    ),
    "in a parameter in capitals": ("parameter JWT", lambda token: elsewhere(url=f"{SITE_URL}/x?JWT={token}")),
    "in another parameter": ("parameter token", lambda token: elsewhere(url=f"{SITE_URL}/x?token={token}")),
    "behind the #": ("never sent", lambda token: elsewhere(url=f"{CALL_URL}#jwt={token}")),
    "in the path": ("in the path", lambda token: elsewhere(url=f"{SITE_URL}/x/{token}")),
    "in a header that is none": (
        "header Authentication",
        lambda token: elsewhere(headers={"Authentication": f"JWT {token}"}),
    ),
    "in a header of one's own": ("header X-JWT", lambda token: elsewhere(headers={"X-JWT": token})),
    "in the body": (
        "field jwt",
        lambda token: elsewhere(method="POST", body=f'{{"jwt": "{token}"}}'),
    ),
    "in a form": ("field jwt", lambda token: elsewhere(method="POST", body=f"a=1&jwt={token}")),
}


@pytest.mark.parametrize(("seen", "request_with"), PLACES.values(), ids=PLACES)
def test_where_the_token_is_is_named_and_it_is_looked_at(
    seen: str, request_with: Callable[[str], Evidence]
) -> None:
    diagnosis = diagnose(request_with(app_token(iss=SITE)))
    first = diagnosis.findings[0]
    assert (first.code, first.certainty) == ("token-misplaced", Certainty.CERTAIN)
    assert seen in first.seen
    assert "iss-is-client-key" in [found.code for found in diagnosis.findings]


def test_behind_a_second_question_mark_nothing_else_is_wrong() -> None:
    _, request_with = PLACES["behind a second ?"]
    assert [found.code for found in diagnose(request_with(app_token())).findings] == ["token-misplaced"]


OTHERS = {
    "a cookie": {"Cookie": "cloud.session.token={token}"},
    "Forge's tokens": {"X-Forge-OAuth-System": "{token}"},
}


@pytest.mark.parametrize("headers", OTHERS.values(), ids=OTHERS)
def test_what_is_no_proof_to_the_receiver_is_left_alone(headers: dict[str, str]) -> None:
    given = {name: value.format(token=app_token()) for name, value in headers.items()}
    assert [found.code for found in diagnose(elsewhere(headers=given)).findings] == ["token-missing"]


def test_a_token_with_encoded_dots() -> None:
    assert [found.code for found in diagnose(sent(f"JWT {app_token().replace('.', '%2E')}")).findings] == [
        "token-decorated"
    ]


def test_basic_credentials_are_named() -> None:
    (found,) = diagnose(sent("Basic bWU6cHc=")).findings
    assert (found.code, "Basic" in found.seen) == ("token-missing", True)


@pytest.mark.parametrize("scheme", ["JWT ", "Bearer ", ""])
def test_an_api_token_is_none_of_the_app_s(scheme: str) -> None:
    authorization = f"{scheme}ATATT3xFfGF0T{'x' * 30}={'F' * 8}"
    assert diagnose(sent(authorization)).findings[0].code == "api-token"


MALFORMED = {
    "the signature cut off": (lambda token: token.rpartition(".")[0], "the signature, is cut off"),
    "one part": (lambda token: token.partition(".")[0] + ".", "cut off"),
    "five parts": (lambda token: f"{token}.a.b", "5 parts"),
    "a character": (lambda token: token.replace(".", "é.", 1), "the header has characters"),
    "no JSON": (lambda token: f"aaaa.{token.partition('.')[2]}", "not base64url of JSON"),
}


@pytest.mark.parametrize(("change", "seen"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_says_why(change: Callable[[str], str], seen: str) -> None:
    (found, *_) = diagnose(sent(f"JWT {change(app_token())}")).findings
    assert found.code == "token-malformed"
    assert seen in found.seen


def test_jira_is_not_told_how_to_write_its_header() -> None:
    decorated = replace(webhook(site_token()), headers={"Authorization": f"JWT token={site_token()}"})
    assert "Authorization: JWT" not in diagnose(decorated).findings[0].fix
    at_app = replace(webhook(), headers={}, url=f"{APP_URL}/webhooks/issue#jwt={site_token(iat=NOW)}")
    assert diagnose(at_app).findings[0].code == "token-misplaced"
