"""Input and output of `connect doctor`: options, pasted text, exit codes, and no secret shown."""

import json
import time
from pathlib import Path

import pytest

from connect_tools.project import PROJECT
from tests.laptop.doctor import (
    APP_KEY,
    CLIENT_KEY,
    FORUM_TOKEN,
    FORUM_URL,
    MYSELF,
    SECRET,
    SITE,
    known,
    run_doctor,
    token_for,
)

FORUM = [
    *("--method", "GET", "--url", FORUM_URL, "--at", "1638460100"),
    *("--app-key", "com.redacted-name.jira-integration"),
    *("--client-key", "b3e0f650-a86c-3f7e-b1db-436452f85df7"),
]


def test_the_forums_question_is_answered() -> None:
    answer = run_doctor(FORUM_TOKEN, *FORUM, "--json")
    assert answer.code == 1
    assert set(answer.json) == {"direction", "verdict", "token", "canonical", "qsh", "findings", "unsettled"}
    first = answer.json["findings"][0]
    assert set(first) == {"code", "certainty", "seen", "why", "fix"}
    assert (first["code"], first["certainty"]) == ("iss-is-client-key", "certain")
    assert "sub-present" in answer.codes
    assert answer.json["qsh"]["expected"] == answer.json["qsh"]["actual"]
    assert answer.json["canonical"] == "GET&/rest/api/3/project/recent&"
    assert answer.json["token"]["header"] == {"typ": "JWT", "alg": "HS256"}


def test_a_person_reads_the_same() -> None:
    lines = run_doctor("--token", FORUM_TOKEN, *FORUM).stdout.splitlines()
    assert lines[0] == "Refused: iss-is-client-key"
    assert "1. iss-is-client-key (certain)" in lines
    assert any(line.endswith("(2021-12-02 16:48:08 UTC, 59 min 48 s later)") for line in lines)
    assert any(line.startswith("  qsh") and line.endswith("(right)") for line in lines)
    assert "These options would help: --secret" in lines
    assert lines[-1] == "connect doctor --explain iss-is-client-key"
    assert not [line for line in lines if "\x1b" in line or line != line.rstrip()]


def test_what_is_right_is_accepted() -> None:
    answer = run_doctor(token_for("GET", MYSELF), "--method", "get", "--url", MYSELF, *known())
    assert answer.code == 0
    assert answer.stdout.startswith("Accepted: nothing is wrong with this token\n")


TOKEN = token_for("GET", MYSELF, exp=int(time.time()) + 3600)  # other tests may take their time before
REQUEST = ["--method", "GET", "--url", MYSELF]


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        ([TOKEN, *REQUEST], ""),
        (["-", *REQUEST], TOKEN),
        (["-", *REQUEST], f"  '{TOKEN[:100]}\n{TOKEN[100:]}'\n"),
        (["--token", TOKEN, *REQUEST], ""),
        (["JWT", TOKEN, *REQUEST], ""),
        ([f"JWT {TOKEN}", *REQUEST], ""),
        (["Authorization:", "JWT", TOKEN, *REQUEST], ""),
        (["--header", f"Authorization: JWT {TOKEN}", *REQUEST], ""),
        ([f"{MYSELF}?jwt={TOKEN}", "--method", "GET"], ""),
        (["--url", f"{MYSELF}?jwt={TOKEN}", "--method", "GET"], ""),
        ([f"curl {MYSELF} -H 'Authorization: JWT {TOKEN}'"], ""),
        (["--curl", f"curl {MYSELF} -H 'Authorization: JWT {TOKEN}'"], ""),
        (["-"], f"curl {MYSELF} -H 'Authorization: JWT {TOKEN}'"),
        (["--curl", "-"], f"curl {MYSELF} -H 'Authorization: JWT {TOKEN}'"),
        (["--curl", "-"], f"curl {MYSELF} -H 'Authorization: JWT {TOKEN}'".encode("utf-16")),
        (["--curl", "-", "--token", TOKEN], f'curl {MYSELF} -H "Authorization: JWT $TOKEN"'),
        (["--curl", "-", "--token", TOKEN], f"curl {MYSELF}?jwt={{{{jwt}}}}"),
        (["--curl", "-", "--token", TOKEN], 'curl "$BASE/rest/api/3/myself" -H "Authorization: JWT ${T}"'),
        (["--curl", "-", "--token", TOKEN], f"curl {MYSELF}"),
        (["--curl", "-", "--header", f"authorization: JWT {TOKEN}"], f"curl {MYSELF} -H 'Authorization: x'"),
    ],
)
def test_a_request_is_taken_as_people_have_it(arguments: list[str], stdin: str | bytes) -> None:
    answer = run_doctor(*arguments, *known(), "--json", stdin=stdin)
    assert (answer.code, answer.codes, answer.stderr) == (0, [], "")
    assert answer.json["canonical"] == "GET&/rest/api/3/myself&"


def test_a_secret_is_read_from_stdin() -> None:
    arguments = [TOKEN, *REQUEST, *known(**{"--secret": "-"})]
    assert run_doctor(*arguments, stdin=f"{SECRET}\n").code == 0
    assert run_doctor(*arguments, "--json", stdin="another-secret-of-thirty-two-bytes\n").codes == [
        "secret-mismatch"
    ]
    previous = known(**{"--secret": "another-secret-of-thirty-two-bytes"})
    assert run_doctor(TOKEN, *REQUEST, *previous, "--previous-secret", SECRET, "--json").codes == [
        "secret-previous"
    ]


def test_a_failing_command_is_pasted_and_mended() -> None:
    wrong = token_for("GET", MYSELF, iss=CLIENT_KEY, now=int(time.time()) - 600)  # some minutes have passed
    command = f"curl -i {MYSELF} -H 'Authorization: JWT {wrong}'"
    asked = run_doctor(
        "--curl", "-", "--app-key", APP_KEY, "--client-key", CLIENT_KEY, stdin=command, tty=True
    )
    assert "Paste it here" in asked.stderr
    assert "Refused: iss-is-client-key" in asked.stdout
    told = run_doctor("--curl", command, *known(), "--json")
    assert told.codes == ["iss-is-client-key", "expired"]
    assert told.json["findings"][1]["certainty"] == "possible"
    mended = f"curl -i {MYSELF} -H 'Authorization: JWT {token_for('GET', MYSELF)}'"
    assert run_doctor("--curl", mended, *known()).code == 0


def test_what_has_expired_and_nothing_else_has_expired() -> None:
    expired = token_for("GET", MYSELF, now=int(time.time()) - 600)
    answer = run_doctor(expired, *REQUEST, *known(), "--json")
    assert answer.codes == ["expired"]
    assert answer.json["findings"][0]["certainty"] == "certain"
    assert "--at" in answer.json["unsettled"][-1]
    assert run_doctor(expired, *REQUEST, *known(), "--at", str(time.time() - 590)).code == 0
    assert run_doctor(expired, *REQUEST, *known(), "--at", "now", "--json").json["unsettled"] == []


def test_a_descriptor_says_who_the_app_is(tmp_path: Path) -> None:
    own = str(PROJECT / "descriptor" / "atlassian-connect.json")
    options = ["--secret", SECRET, "--base-url", SITE, "--client-key", CLIENT_KEY]
    assert run_doctor(TOKEN, *REQUEST, *options, "--descriptor", own).code == 0
    of_production = run_doctor(TOKEN, *REQUEST, *options, "--descriptor", own, "--stage", "prod", "--json")
    assert of_production.codes == ["iss-unknown"]
    other = tmp_path / "descriptor.json"
    other.write_text(json.dumps({"key": APP_KEY, "baseUrl": "https://app.example.com/x", "scopes": ["NONE"]}))
    assert run_doctor(TOKEN, *REQUEST, *options, "--descriptor", str(other), "--json").codes == [
        "scope-missing"
    ]
    to_app = run_doctor(
        *(token_for("GET", "/pages/a", iss=CLIENT_KEY), "--method", "GET", "--direction", "to-app", "--json"),
        *("--url", "https://app.example.com/x/pages/a", "--client-key", CLIENT_KEY, "--secret", SECRET),
        *("--descriptor", str(other)),
    )
    assert (to_app.code, to_app.json["canonical"]) == (0, "GET&/pages/a&")


@pytest.mark.parametrize(
    ("key", "framework"), [("${addon.key}", "Spring Boot"), ("com.example.{{environment}}", "Express")]
)
def test_a_key_that_another_framework_fills_in_is_asked_for(tmp_path: Path, key: str, framework: str) -> None:
    file = tmp_path / "descriptor.json"
    file.write_text(json.dumps({"key": key, "baseUrl": "{{localBaseUrl}}", "scopes": ["READ"]}))
    asked = [TOKEN, *REQUEST, "--descriptor", str(file), "--secret", SECRET, "--base-url", SITE]
    without = run_doctor(*asked)
    assert (without.code, framework in without.stderr, "--app-key" in without.stderr) == (2, True, True)
    assert run_doctor(*asked, "--app-key", APP_KEY, "--client-key", CLIENT_KEY).code == 0


BINARY = bytes(range(256))


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["hello"], "", "no token"),
        (["request.har"], "", "no token"),
        (["-"], "", "nothing in it"),
        (["-"], " \n", "nothing in it"),
        (["-"], BINARY, "not text"),
        (["-"], b"a\0b", "not text"),
        (["-"], "x" * 1_000_000, "too long"),
        (["-"], "{", "not JSON"),
        (["-"], "{}", "no HTTP API event"),
        (["-"], '{"log": 1}', "no log.entries"),
        *((option, content, said) for option, content, said in [
            (["--curl", "-"], "", "nothing in it"),
            (["--curl", "-"], BINARY, "not text"),
            (["--curl", "-"], "x" * 1_000_000, "no curl command"),
            (["--curl", "-"], "{}", "no curl command"),
            (["--curl", "-"], "curl 'x", "never closed"),
            (["--curl", "-"], "curl http://[", "not a URL"),
            (["--curl", "-"], 'curl https://h/ -H "Authorization: JWT $TOKEN"', "add --token"),
            (["--curl", "-", "--token", TOKEN], f"curl https://h/?jwt={TOKEN}", "leave out --token"),
            (["--har", "-"], "", "nothing in it"),
            (["--har", "-"], BINARY, "not text"),
            (["--har", "-"], "x" * 1_000_000, "not JSON"),
            (["--event", "-"], "[" * 1_000_000, "not JSON"),
            (["--event", "-"], "[]", "no HTTP API event"),
        ]),
        (["--curl", "no-such-file"], "", "no-such-file cannot be read: No such file"),
        (["--curl", "."], "", "cannot be read: Is a directory"),
        (["--curl", "x" * 5000], "", "the file cannot be read"),
        (["--har", TOKEN], "", "cannot be read"),
        ([TOKEN, "--descriptor", "nowhere.json"], "", "cannot be read"),
        ([TOKEN, "--descriptor", "-"], "", "a file or a URL"),
        ([TOKEN, "--descriptor", "pyproject.toml"], "", "not JSON"),
        ([TOKEN, "--descriptor", "events/jira_calls-direct.json"], "", "no key"),
        ([TOKEN, "--descriptor", "http://127.0.0.1:1/"], "", "cannot be read"),
        ([TOKEN, "--descriptor", "http://["], "", "cannot be read"),
        ([TOKEN, "--url", "not a url"], "", "absolute"),
        ([TOKEN, "--url", "http://["], "", "not a URL"),
        ([TOKEN, "--base-url", "example"], "", "absolute"),
        ([TOKEN, "--at", "yesterday"], "", "Unix seconds"),
        ([TOKEN, "--at", "nan"], "", "Unix seconds"),
        ([TOKEN, "--header", "nonsense"], "", "Name: value"),
        ([TOKEN, "--status", "7"], "", "status"),
        ([TOKEN, "--method", "STEAL"], "", "method"),
        ([TOKEN, "--direction", "up"], "", "direction"),
        ([TOKEN, "--secret", ""], "", "empty"),
        ([TOKEN, "--secret", "-"], "", "empty"),
        ([TOKEN, "--previous-secret", SECRET], "", "--secret"),
        ([TOKEN, "--token", TOKEN], "", "leave out --token"),
        ([TOKEN, "--curl", "-"], "", "not both"),
        (["-", "--secret", "-"], TOKEN, "only one of"),
        (["--curl", "-", "--secret", "-"], f"curl {MYSELF}", "only one of"),
        ([TOKEN, "--response-body", "-", "--secret", "-"], "x", "only one of"),
        (["--json"], "", "nothing to look at"),
        (["--method", "GET"], "", "nothing to look at"),
        (["--local"], "", "--client-key"),
        (["--stack", "x"], "", "--client-key"),
        (["--explain", "iss-is-clientkey"], "", "iss-is-client-key"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_line_and_exit_2(
    arguments: list[str], stdin: str | bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    started = time.monotonic()
    answer = run_doctor(*arguments, stdin=stdin)
    assert time.monotonic() - started < 5
    assert (answer.code, answer.stdout) == (2, "")
    assert len(answer.stderr.splitlines()) == 1, answer.stderr
    assert said in answer.stderr


def test_without_anything_there_is_help() -> None:
    answer = run_doctor()
    assert answer.code == 2
    assert "connect doctor --curl -" in answer.everything


HIDDEN = "not-to-be-seen-0123456789"


@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize("tty", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [
        [f"https://h/x?a=1&jwt={HIDDEN}"],
        ["--url", f"/x?jwt={HIDDEN}&b=1", "--method", "GET"],
        ["--header", f"Authorization: Basic {HIDDEN}"],
        ["--header", f"Authorization: Bearer {HIDDEN}"],
        ["--header", f"Authorization: {HIDDEN}"],
        [f"a.b.{HIDDEN}"],
        [f"eyJ{HIDDEN}"],
        [TOKEN, "--url", f"{MYSELF}?x={HIDDEN}", "--method", "GET", "--secret", HIDDEN],
        [TOKEN, "--secret", SECRET, "--previous-secret", HIDDEN],
        [token_for("GET", MYSELF, iss=HIDDEN), "--secret", HIDDEN, "--app-key", HIDDEN],
        [token_for("GET", MYSELF, iss=TOKEN, context={TOKEN: [TOKEN]}), "--app-key", APP_KEY],
        [TOKEN, "--status", "401", "--response-body", "{body}"],
        ["--curl", f"curl https://h/?jwt={HIDDEN} -H 'Authorization: JWT {TOKEN}' -u me:{HIDDEN}"],
    ],
)
def test_no_secret_and_no_token_is_ever_printed(
    arguments: list[str],
    as_json: list[str],
    tty: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
) -> None:
    body = tmp_path / "body"
    body.write_text(f"Expecting claim 'qsh' of {TOKEN} {HIDDEN}")
    answer = run_doctor(*(str(body) if word == "{body}" else word for word in arguments), *as_json, tty=tty)
    assert answer.code == 1
    assert HIDDEN not in answer.everything
