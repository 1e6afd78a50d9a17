"""With less evidence nothing is claimed, and a right request stays without a finding."""

from dataclasses import replace
from typing import Any

import pytest

from connect_jwt.diagnosis import Certainty, Direction, Evidence, Verdict, diagnose
from tests.unit.diagnosis.faults import ACCESS_TOKEN
from tests.unit.diagnosis.signed import (
    APP_KEY,
    APP_URL,
    CALL,
    CALL_URL,
    OTHER_SECRET,
    PREVIOUS_SECRET,
    SITE_URL,
    app_token,
    call,
    install,
    secrets,
    site_token,
    webhook,
)
from tests.unit.jwt.handmade import SECRET, SITE

UNKNOWN: dict[str, dict[str, Any]] = {
    "the secret": {"secrets": ()},
    "the method": {"method": None},
    "the URL": {"url": None},
    "the time": {"now": None},
}


@pytest.mark.parametrize("right", [call(), webhook()], ids=["to Jira", "to the app"])
@pytest.mark.parametrize("unknown", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_left_out_leaves_the_verdict_open(right: Evidence, unknown: dict[str, Any]) -> None:
    diagnosis = diagnose(replace(right, **unknown))
    assert diagnosis.findings == ()
    assert len(diagnosis.unsettled) == 1
    assert diagnosis.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("right", "sentence"),
    [
        (call(app_key=None), "Whether iss is right: the app's key would tell."),
        (webhook(client_key=None), "Whether iss is right: the site's clientKey would tell."),
    ],
    ids=["to Jira", "to the app"],
)
def test_without_the_sender_s_key_the_issuer_stays_open(right: Evidence, sentence: str) -> None:
    diagnosis = diagnose(right)
    assert (diagnosis.findings, diagnosis.unsettled) == ((), (sentence,))
    assert diagnosis.verdict is Verdict.UNKNOWN


def test_without_a_base_url_an_install_s_audience_stays_open() -> None:
    assert (
        "Whether aud is right: the app's base URL would tell." in diagnose(install(base_url=None)).unsettled
    )


def test_an_app_s_key_of_five_words_is_no_client_key() -> None:
    diagnosis = diagnose(call(app_token(iss="my-team-board-sync-app"), app_key=None, client_key=None))
    assert diagnosis.findings == ()


@pytest.mark.parametrize("issuer", [f"jira:{SITE}", f"jira:{APP_KEY}", "jira:15489595"])
def test_no_app_s_key_has_a_colon(issuer: str) -> None:
    diagnosis = diagnose(call(app_token(iss=issuer), app_key=None))
    assert [(found.code, found.certainty) for found in diagnosis.findings] == [
        ("iss-unknown", Certainty.CERTAIN)
    ]


WHOSE = "Whose secret made the signature, when none of those that are given did."


@pytest.mark.parametrize(
    ("evidence", "unsettled"),
    [
        (call(app_token(secret=OTHER_SECRET)), (WHOSE,)),
        (call(app_token(secret=f"{SECRET}\n")), ()),
        (call(app_token(secret=PREVIOUS_SECRET), secrets=secrets(SECRET, PREVIOUS_SECRET)), ()),
    ],
    ids=["nobody's", "the site's, with a line break", "the previous one"],
)
def test_whose_secret_it_is_stays_open_only_when_it_was_not_found(
    evidence: Evidence, unsettled: tuple[str, ...]
) -> None:
    assert diagnose(evidence).unsettled == unsettled


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_not_blamed_on_jira_while_anything_is_open(status: int) -> None:
    diagnosis = diagnose(call(secrets=(), status=status))
    assert [found.certainty for found in diagnosis.findings] == [Certainty.POSSIBLE]
    assert diagnosis.verdict is Verdict.REFUSED


def test_a_401_is_not_blamed_on_the_scopes() -> None:
    first, second = diagnose(call(scopes=(), status=401)).findings
    assert (first.code, second.code) == ("app-not-installed", "scope-missing")


DIRECTIONS = {
    "a host of Atlassian's": (Evidence(token=site_token(), url=f"{SITE_URL}/x"), Direction.TO_JIRA),
    "in capitals": (Evidence(token=site_token(), url="https://SITE.Atlassian.NET:443/x"), Direction.TO_JIRA),
    "the government's cloud": (
        Evidence(token=site_token(), url="https://site.atlassian-us-gov-mod.net/x"),
        Direction.TO_JIRA,
    ),
    "a path of Jira's": (Evidence(token=site_token(), url="/rest/api/3/myself"), Direction.TO_JIRA),
    "another host": (
        Evidence(token=site_token(context={"jira": {}}), url="https://notatlassian.net/x"),
        Direction.TO_APP,
    ),
    "a kid": (install(url=None), Direction.TO_APP),
    "a context token": (Evidence(token=app_token(qsh="context-qsh")), Direction.TO_APP),
    "the app's key": (Evidence(token=app_token(), app_key=APP_KEY), Direction.TO_JIRA),
    "a path of the app's": (Evidence(token=app_token(), url=f"{APP_URL}/webhooks/x"), Direction.TO_APP),
    "the client key, at a host of nobody's": (
        Evidence(token=app_token(iss=SITE), client_key=SITE, url=f"{APP_URL}/hooks/issue"),
        Direction.TO_APP,
    ),
    "nothing": (Evidence(token=app_token()), Direction.TO_JIRA),
    "a statement": (
        Evidence(token=app_token(), url=CALL_URL, direction=Direction.TO_APP),
        Direction.TO_APP,
    ),
}


@pytest.mark.parametrize(("evidence", "direction"), DIRECTIONS.values(), ids=DIRECTIONS)
def test_the_direction_is_inferred_or_stated(evidence: Evidence, direction: Direction) -> None:
    assert diagnose(evidence).direction is direction


def test_the_expected_hash_is_shown_for_a_token_without_one() -> None:
    diagnosis = diagnose(call(app_token(qsh=None)))
    assert diagnosis.canonical == CALL
    assert diagnosis.actual_qsh is None
    assert diagnosis.expected_qsh is not None


def test_what_jira_says_of_the_scheme_counts_where_the_header_is_not_known() -> None:
    said = '{"error": "Failed to parse Connect Session Auth Token"}'
    bare = replace(call(status=403, response_body=said), token=app_token(), headers={})
    diagnosis = diagnose(bare)
    assert diagnosis.findings[0].code == "scheme-not-jwt"
    assert diagnosis.findings[0].certainty is Certainty.CERTAIN


def test_an_access_token_that_is_sent_as_one_is_none_of_connects_business() -> None:
    url = f"https://api.atlassian.com/ex/jira/{SITE}/rest/api/3/myself"
    diagnosis = diagnose(call(ACCESS_TOKEN, url=url, scheme="Bearer "))
    assert diagnosis.findings == ()
    assert diagnosis.verdict is Verdict.UNKNOWN
    assert len(diagnosis.unsettled) == 1
