"""The token of the thread that this project began with, as its author posted it, and with less known.

https://community.developer.atlassian.com/t/54123
"""

from dataclasses import replace
from typing import Any

import pytest

from connect_jwt.diagnosis import Certainty, Direction, Evidence, Verdict, diagnose

TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJiM2UwZjY1MC1hODZjLTNmN2UtYjFkYi00MzY0NTJmODVkZjciLCJpYXQiOjE2Mzg0NjAwODgsImV4cCI6MTYzODQ2MzY4"
    "OCwicXNoIjoiNDk1MzM3NmE0YTYyMGEzMzdmYWI1OTU0MDlkZWY0ZjY5NTI3MDc3N2E5NTM2ZmRlZDk4YTQ3OTBiMWFkMzgzMiIsInN1"
    "YiI6IjYwZjAwYWQ4Zjc0OWM0MDA2ODBkYWY0NyJ9"
    ".kIehfv_fCdgu-ztmtf0t0tjW2jaS1xqu71a7wxb_pBQ"
)
QSH = "4953376a4a620a337fab595409def4f695270777a9536fded98a4790b1ad3832"
POSTED = Evidence(
    token=TOKEN,
    method="GET",
    url="https://site.atlassian.net/rest/api/3/project/recent",
    app_key="com.redacted-name.jira-integration",
    client_key="b3e0f650-a86c-3f7e-b1db-436452f85df7",
    now=1638460100,
)

SECRET_WOULD_TELL = "Whether the signature is right: the site's sharedSecret would tell."
REQUEST_WOULD_TELL = "Whether the token is bound to this request: its method and URL would tell."
KEY_WOULD_TELL = "Whether iss is right: the app's key would tell."
TIME_WOULD_TELL = "Whether the token was in its time: the time of the request would tell."


def test_the_issuer_is_the_first_cause_and_certain() -> None:
    diagnosis = diagnose(POSTED)
    assert [(found.code, found.certainty) for found in diagnosis.findings] == [
        ("iss-is-client-key", Certainty.CERTAIN),
        ("sub-present", Certainty.LIKELY),
    ]
    assert diagnosis.findings[0].seen == "iss is b3e0f650-a86c-3f7e-b1db-436452f85df7"
    assert diagnosis.verdict is Verdict.REFUSED
    assert diagnosis.direction is Direction.TO_JIRA


def test_the_hash_is_right_and_said_to_be_right() -> None:
    diagnosis = diagnose(POSTED)
    assert diagnosis.canonical == "GET&/rest/api/3/project/recent&"
    assert diagnosis.expected_qsh == diagnosis.actual_qsh == QSH


def test_only_the_secret_is_wanting() -> None:
    assert diagnose(POSTED).unsettled == (SECRET_WOULD_TELL,)


LESS = {
    "no client key": ({"client_key": None}, Certainty.CERTAIN, []),
    "no app key": ({"app_key": None}, Certainty.CERTAIN, [KEY_WOULD_TELL]),
    "no key": ({"app_key": None, "client_key": None}, Certainty.LIKELY, [KEY_WOULD_TELL]),
    "no URL": ({"url": None}, Certainty.CERTAIN, [REQUEST_WOULD_TELL]),
    "no method": ({"method": None}, Certainty.CERTAIN, [REQUEST_WOULD_TELL]),
    "no time": ({"now": None}, Certainty.CERTAIN, [TIME_WOULD_TELL]),
}


@pytest.mark.parametrize(("less", "certainty", "unsettled"), LESS.values(), ids=LESS)
def test_less_evidence_gives_the_same_first_cause_and_says_what_is_wanting(
    less: dict[str, Any], certainty: Certainty, unsettled: list[str]
) -> None:
    diagnosis = diagnose(replace(POSTED, **less))
    assert [found.code for found in diagnosis.findings] == ["iss-is-client-key", "sub-present"]
    assert diagnosis.findings[0].certainty is certainty
    assert diagnosis.unsettled == (SECRET_WOULD_TELL, *unsettled)


def test_the_token_alone_is_enough_to_suspect_its_issuer() -> None:
    diagnosis = diagnose(Evidence(token=TOKEN))
    assert [found.code for found in diagnosis.findings] == ["iss-is-client-key", "sub-present"]
    assert diagnosis.findings[0].certainty is Certainty.LIKELY
    assert diagnosis.unsettled == (SECRET_WOULD_TELL, REQUEST_WOULD_TELL, KEY_WOULD_TELL, TIME_WOULD_TELL)
    assert (diagnosis.canonical, diagnosis.expected_qsh) == (None, None)
    assert diagnosis.actual_qsh == QSH
