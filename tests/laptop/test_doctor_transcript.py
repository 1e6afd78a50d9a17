"""Answers as curl prints them, given apart or pasted along with the command."""

from pathlib import Path

import pytest

from connect_doctor.transcript import read_transcript, split_transcript
from connect_doctor.unusable import BadInput
from tests.laptop.doctor import MYSELF, known, run_doctor, token_for

BODY = '{"code":401,"message":"Unauthorized; scope does not match"}'
INCLUDED = f"""HTTP/2 401
x-failure-category: FAILURE_CLIENT_SCOPE_CHECK
content-type: application/json

{BODY}
"""
CONTINUED = f"""HTTP/1.1 100 Continue

HTTP/1.1 401 Unauthorized
X-Failure-Category: FAILURE_CLIENT_SCOPE_CHECK

{BODY}"""
VERBOSE = f"""* Connected to example.atlassian.net (104.192.142.1) port 443
> GET /rest/api/3/myself HTTP/2
> Host: example.atlassian.net
> authorization: JWT a.b.c
>
< HTTP/2 401
< x-failure-category: FAILURE_CLIENT_SCOPE_CHECK
<
{{ [59 bytes data]
{BODY}
* Connection #0 to host example.atlassian.net left intact"""


@pytest.mark.parametrize(
    "text",
    [INCLUDED, INCLUDED.replace("\n", "\r\n"), CONTINUED, VERBOSE],
    ids=["-i", "Windows", "continued", "-v"],
)
def test_the_last_answer_is_read(text: str) -> None:
    answer = read_transcript(text)
    assert answer.status == 401
    assert answer.response_header("X-Failure-Category") == "FAILURE_CLIENT_SCOPE_CHECK"
    assert (answer.response_body or "").strip() == BODY


def test_the_request_is_read_where_it_is_shown() -> None:
    shown = read_transcript(VERBOSE)
    assert (shown.method, shown.url) == ("GET", MYSELF)
    assert shown.header("Authorization") == "JWT a.b.c"
    assert read_transcript(INCLUDED).method is None


@pytest.mark.parametrize("text", ["", "401", "hello\n\nworld", "< x: y", "HTTP/2"])
def test_what_is_no_answer_is_said(text: str) -> None:
    with pytest.raises(BadInput, match="HTTP/2 401"):
        read_transcript(text)


def test_a_continuation_s_prompt_is_no_output() -> None:
    command = "$ curl -X PUT \\\n> -H 'A: b' https://h/"
    assert split_transcript(command) == (command, "")
    assert split_transcript(f"curl -i https://h/\n{INCLUDED}") == ("curl -i https://h/\n", INCLUDED)


MOVED = "HTTP/2 301\nlocation: https://new.atlassian.net/rest/api/3/myself\n\n"


def test_an_answer_is_evidence_given_apart_or_pasted_with_the_command(tmp_path: Path) -> None:
    token = token_for("GET", MYSELF)
    command = f"curl -i {MYSELF} -H 'Authorization: JWT {token}'"
    pasted = run_doctor("--curl", "-", *known(), "--json", stdin=f"{command}\n{MOVED}")
    assert (pasted.code, pasted.codes) == (1, ["site-moved"])
    assert pasted.json["token"]["verdict"] == "accepted"
    answer = tmp_path / "answer.txt"
    answer.write_text(MOVED)
    apart = run_doctor("--curl", command, "--response", str(answer), *known())
    assert apart.stdout.startswith("Refused: site-moved\nThe token itself is right.\n")
    assert "new.atlassian.net" in apart.stdout
    assert run_doctor("--curl", command, "--response", str(answer), "--status", "200", *known()).code == 0
    verbose = VERBOSE.replace("a.b.c", token)
    seen = run_doctor("-", *known(), "--json", stdin=verbose)
    assert (seen.code, seen.codes) == (1, ["scope-missing"])


def test_what_cannot_be_an_answer_is_bad_input() -> None:
    answer = run_doctor(token_for("GET", MYSELF), "--response", "-", stdin="Unauthorized")
    assert (answer.code, answer.stdout) == (2, "")
    assert "curl -i" in answer.stderr
