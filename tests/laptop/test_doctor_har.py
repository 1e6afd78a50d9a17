"""HAR files, and API Gateway events: requests that somebody else has recorded."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connect_doctor.event import read_gateway_event
from connect_doctor.har import read_har
from connect_doctor.unusable import BadInput
from connect_jira.web.refusals import inbound_evidence
from connect_jira.web.request import read_event
from connect_jwt.diagnosis import Direction
from connect_tools.project import PROJECT
from tests.laptop.doctor import APP_KEY, CLIENT_KEY, MYSELF, SECRET, known, run_doctor, token_for

STARTED = "2026-11-23T14:20:00.000Z"
STARTED_AT = 1795443600


def entry(url: str = MYSELF, authorization: str | None = None, **others: Any) -> dict[str, Any]:
    headers = [{"name": "Accept", "value": "*/*"}]
    if authorization:
        headers.append({"name": "authorization", "value": authorization})
    request = {"method": "GET", "url": url, "headers": headers, **others.pop("request", {})}
    response = {"status": 401, "content": {"text": "Unauthorized"}, **others.pop("response", {})}
    return {"startedDateTime": STARTED, "request": request, "response": response, **others}


def har(*entries: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": entries}})


def written(folder: Path, text: str) -> str:
    path = folder / "given.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


TOKEN = token_for("GET", MYSELF, now=STARTED_AT)


def test_a_request_is_evidence_with_its_time_and_its_answer() -> None:
    posted = {"method": "POST", "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "a=1"}}
    (request,) = read_har(har(entry(authorization=f"JWT {TOKEN}", request=posted)))
    assert (request.method, request.url, request.body) == ("POST", MYSELF, "a=1")
    assert request.header("Authorization") == f"JWT {TOKEN}"
    assert request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert (request.status, request.response_body) == (401, "Unauthorized")
    assert request.now == STARTED_AT


@pytest.mark.parametrize(
    ("given", "is_one"),
    [
        (entry(authorization=f"JWT {TOKEN}"), True),
        (entry(authorization=f"Bearer {TOKEN}"), True),
        (entry(authorization=TOKEN), True),
        (entry(url=f"https://app.example.com/pages/a?x=1&jwt={TOKEN}"), True),
        (entry(), False),
        (entry(authorization="Basic bWU6cHc="), False),
        (entry(authorization="Bearer opaque"), False),
        (entry(authorization="Bearer eyJhbGciOiJub25lIn0.e30."), False),
        (entry(authorization="Bearer eyJ"), False),
        ({}, False),
        ("nonsense", False),
        ({"request": {"headers": ["nonsense"], "url": 7}, "response": []}, False),
    ],
)
def test_only_requests_with_a_connect_token_count(given: Any, is_one: bool) -> None:  # noqa: FBT001 - a table
    always = entry(authorization=f"JWT {TOKEN}")
    assert len(read_har(har(always, given))) == 1 + is_one


@pytest.mark.parametrize(
    ("response", "status", "body"),
    [
        ({"status": 0, "content": {}}, None, None),
        ({"content": {"text": base64.b64encode(b"No").decode(), "encoding": "base64"}}, 401, "No"),
        ({"content": {"text": "x", "encoding": "base64"}}, 401, None),
    ],
)
def test_an_answer_may_be_missing_or_encoded(
    response: dict[str, Any], status: int | None, body: str | None
) -> None:
    (request,) = read_har(har(entry(authorization=f"JWT {TOKEN}", response=response)))
    assert (request.status, request.response_body) == (status, body)


def test_one_request_is_one_object_and_several_are_an_array(tmp_path: Path) -> None:
    right = entry(authorization=f"JWT {TOKEN}", response={"status": 200})
    wrong = entry(url=f"{MYSELF}?expand=groups", authorization=f"JWT {TOKEN}")
    one = run_doctor("--har", written(tmp_path, har(right, entry())), "--json", *known())
    assert (one.code, one.json["verdict"]) == (0, "accepted")
    two = run_doctor("--har", written(tmp_path, har(right, wrong)), "--json", *known())
    assert two.code == 1
    assert [document["verdict"] for document in two.json] == ["accepted", "refused"]
    assert "qsh-query-missing" in {finding["code"] for finding in two.json[1]["findings"]}
    printed = run_doctor("--har", written(tmp_path, har(right, wrong)), *known()).stdout
    assert (
        printed.index("1 of 2")
        < printed.index("Accepted")
        < printed.index("2 of 2")
        < printed.index("Refused")
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (har(), "none of the 0 requests"),
        (har(entry()), "with sensitive data"),
        ("{}", "no log.entries"),
        ("[]", "no log.entries"),
        ('{"log": {"entries": {}}}', "no log.entries"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_har_with_a_token_is_said(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read_har(text)


EVENTS = PROJECT / "events"
TO_THE_APP = ["--client-key", CLIENT_KEY, "--app-key", APP_KEY, "--secret", SECRET]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("lifecycle-enabled", "accepted"),
        ("lifecycle-disabled", "accepted"),
        ("webhooks-issue_created", "accepted"),
        ("webhooks-issue_created-base64", "accepted"),
        ("lifecycle-installed", "unknown"),  # only Atlassian's key can tell
        ("lifecycle-uninstalled", "unknown"),
        ("descriptor-get", "refused"),  # it has no token, and needs none
    ],
)
def test_the_samples_are_what_they_are(name: str, verdict: str) -> None:
    answer = run_doctor("--event", str(EVENTS / f"{name}.json"), *TO_THE_APP, "--json")
    assert (answer.json["direction"], answer.json["verdict"]) == ("to-app", verdict)
    assert answer.code == (verdict != "accepted")
    if verdict != "refused":
        assert answer.json["findings"] == []
        assert answer.json["qsh"]["actual"] == answer.json["qsh"]["expected"]


def test_an_event_of_now_is_diagnosed_now() -> None:
    answer = run_doctor(
        "--event", str(EVENTS / "lifecycle-enabled.json"), *TO_THE_APP, "--at", "1895443600", "--json"
    )
    assert answer.codes == ["expired"]


def test_an_event_behind_a_stage_or_a_domain_of_its_own() -> None:
    event = json.loads((EVENTS / "webhooks-issue_created.json").read_text(encoding="utf-8"))
    event["requestContext"]["stage"] = "live"
    event["rawPath"] = "/live/webhooks/issue_created"
    event["rawQueryString"] = "a=%20b"
    request = read_gateway_event(json.dumps(event), base_url=None)
    host = event["requestContext"]["domainName"]
    assert request.url == f"https://{host}/live/webhooks/issue_created?a=%20b"
    assert request.base_url == f"https://{host}/live"
    request = read_gateway_event(json.dumps(event), base_url="https://app.example.com/")
    assert request.url == "https://app.example.com/webhooks/issue_created?a=%20b"
    assert (request.direction, request.now) == (Direction.TO_APP, STARTED_AT)


@pytest.mark.parametrize("base_url", ["", "https://app.example.com", "https://app.example.com/mapped"])
@pytest.mark.parametrize(
    "name", [path.name for path in EVENTS.glob("*.json") if '"rawPath"' in path.read_text("utf-8")]
)
def test_an_event_is_read_as_the_app_itself_reads_it(name: str, base_url: str) -> None:
    text = (EVENTS / name).read_text(encoding="utf-8")
    of_the_app = read_event(json.loads(text), base_url=base_url)
    request = read_gateway_event(text, base_url=base_url)
    assert replace(request, body=None, now=None) == inbound_evidence(of_the_app)
    assert request.body == of_the_app.body.decode(errors="replace")


@pytest.mark.parametrize(
    "text",
    [
        *("null", "[]", "{}", '"text"', '{"requestContext": 1}', '{"Records": []}'),
        (EVENTS / "jira_calls-direct.json").read_text(encoding="utf-8"),
        (EVENTS / "webhooks-issue_created-base64.json")
        .read_text(encoding="utf-8")
        .replace("eyJ0aW1l", "eyJ0aW1lx"),
    ],
)
def test_what_is_no_event_is_said(text: str) -> None:
    with pytest.raises(BadInput, match="no HTTP API event"):
        read_gateway_event(text, base_url=None)
