"""Controls of the laptop's Jira."""

from datetime import UTC, datetime

import pytest

from connect_local.jira import LaptopJira, RecordedRequest
from connect_local.jira.journal import Journal, without_token
from tests.laptop.fake_app import KEY, FakeApp, SignedCalls
from tests.laptop.verbatim_http import VerbatimHttp


def test_every_rest_call_is_on_record_the_oldest_first(
    jira_http: VerbatimHttp, rest: SignedCalls, installed_app: FakeApp
) -> None:
    rest("GET", "/myself?a=%20b")
    jira_http.send("PUT", "/rest/api/3/issue/DEMO-1")
    rest("GET", "/no/such/thing")
    first, second, third = jira_http.send("GET", "/_local/requests").json()
    assert datetime.fromisoformat(first.pop("at")) <= datetime.fromisoformat(second.pop("at"))
    client_key = installed_app.installed["clientKey"]
    assert first == {
        "site": "",
        "method": "GET",
        "path": "/rest/api/3/myself?a=%20b",
        "status": 200,
        "clientKey": client_key,
        "reason": None,
    }
    assert second.pop("diagnosis")["fix"].endswith(".")
    assert second == {
        "site": "",
        "method": "PUT",
        "path": "/rest/api/3/issue/DEMO-1",
        "status": 401,
        "clientKey": None,
        "reason": "token-missing",
    }
    assert (third["status"], third["reason"]) == (404, None)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "/path"),
        ("a=1&jwt=abc&b=2", "/path?a=1&jwt=…&b=2"),
        ("%6Awt=abc", "/path?jwt=…"),
        ("jwtx=abc", "/path?jwtx=abc"),
    ],
)
def test_a_token_in_a_query_is_not_shown(query: str, shown: str) -> None:
    assert without_token("/path", query) == shown


def test_only_the_last_requests_are_kept_and_each_is_told() -> None:
    told: list[RecordedRequest] = []
    journal = Journal(told.append)
    for minute in range(10_001):
        at = datetime.fromtimestamp(60 * minute, UTC)
        journal.record(
            RecordedRequest(method="GET", path="/", status=200, client_key=None, reason=None, at=at)
        )
    assert journal.requests() == told[1:]


def test_the_state_holds_apps_and_issues_but_no_secret(
    jira: LaptopJira, jira_http: VerbatimHttp, rest: SignedCalls, installed_app: FakeApp
) -> None:
    jira.site.ensure_issue("DEMO-1", {"summary": "First"})
    rest("PUT", "/issue/DEMO-1/properties/p", {"a": 1})
    answer = jira_http.send("GET", "/_local/state")
    state = answer.json()
    installed_at = state["apps"][0].pop("installedAt")
    assert datetime.fromisoformat(installed_at).tzinfo is not None
    assert state == {
        "site": {"baseUrl": jira.base_url},
        "apps": [
            {
                "key": KEY,
                "clientKey": installed_app.installed["clientKey"],
                "baseUrl": installed_app.base_url,
                "enabled": True,
            }
        ],
        "issues": [{"key": "DEMO-1", "summary": "First", "properties": {"p": {"a": 1}}}],
    }
    assert installed_app.installed["sharedSecret"] not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_local/nothing", 404),
        ("GET", "/_local/install", 405),
        ("GET", "/nothing", 404),
        ("GET", "/restful", 404),
    ],
)
def test_elsewhere_there_is_nothing(jira_http: VerbatimHttp, method: str, path: str, status: int) -> None:
    answer = jira_http.send(method, path)
    assert answer.status == status
    assert answer.json()
    assert jira_http.send("GET", "/_local/requests").json() == []


def test_a_body_that_is_no_json_is_refused(jira_http: VerbatimHttp) -> None:
    answer = jira_http.send("POST", "/_local/faults", body="{")
    assert (answer.status, answer.json()) == (400, {"error": "The body must be a JSON object."})
