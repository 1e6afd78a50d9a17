"""The answer as it looks, and the page that explains its codes."""

import json
import re
from pathlib import Path
from typing import Any

import jwt
import pytest

from connect_cli.doctor.explain import PAGE, sections
from connect_jwt.canonical import query_string_hash
from connect_jwt.diagnosis.catalogue import CATALOGUE
from tests.laptop.command import Outcome
from tests.laptop.doctor import (
    APP_KEY,
    FORUM_TOKEN,
    FORUM_URL,
    MYSELF,
    known,
    run_doctor,
    token_for,
)

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def test_in_a_pipe_a_line_is_never_broken_and_has_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    printed = run_doctor(FORUM_TOKEN, "--method", "GET", "--url", f"{FORUM_URL}?{'a' * 200}=1").stdout
    assert f" GET&/rest/api/3/project/recent&{'a' * 200}=1\n" in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_in_a_terminal_lines_fit_and_hang_below_their_text(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    printed = run_doctor(FORUM_TOKEN, "--method", "GET", "--url", FORUM_URL, tty=True).stdout
    assert "\x1b[" in printed
    lines = ESCAPES.sub("", printed).splitlines()
    assert max(map(len, lines)) <= width
    assert "4953376a4a620a337fab595409def4f695270777a9536fded98a4790b1ad3832" in re.sub(
        r"\s", "", "".join(lines)
    )


def diagnosed(claims: dict[str, Any], *arguments: str) -> Outcome:
    return run_doctor(jwt.encode(claims, "k" * 32), "--at", "1795443600", *arguments)


def test_a_token_cannot_steer_the_terminal() -> None:
    hostile = {"iss": "\x1b]0;pwned\x07\x9b2J\u202e\n\ud800", "context": {"\x1b[2J": "\x1b[31m[red]"}}
    for tty in (False, True):
        token = jwt.encode(hostile, "k" * 32)
        printed = ESCAPES.sub("", run_doctor(token, "--app-key", APP_KEY, tty=tty).stdout)
        assert not set(printed) & set("\x1b\x07\x9b\u202e\ud800")
        assert "[red]" in printed


def test_what_json_has_no_word_for_is_text() -> None:
    deep: list[Any] = []
    for _ in range(400):
        deep = [deep]
    claims = {"iss": "x", "exp": float("inf"), "iat": float("nan"), "nbf": 10**300, "context": deep}
    shown = json.loads(diagnosed(claims, "--json").stdout, parse_constant=pytest.fail)["token"]["claims"]
    assert (shown["exp"], shown["iat"], shown["nbf"]) == ("inf", "nan", 10**300)
    assert diagnosed(claims).code == 1


@pytest.mark.parametrize(
    ("exp", "text"),
    [
        (1795443600, "1795443600  (2026-11-23 14:20:00 UTC, the same second)"),
        (1795443600.5, "1795443600.5  (2026-11-23 14:20:00 UTC, the same second)"),
        (1795443780, "1795443780  (2026-11-23 14:23:00 UTC, 3 min later)"),
        (1795533599, "1795533599  (2026-11-24 15:19:59 UTC, 1 d 59 min later)"),
        (1795443599, "1795443599  (2026-11-23 14:19:59 UTC, 1 s earlier)"),
        (10**12 * 1795, f"{10**12 * 1795}"),
        ("1795443600", "1795443600"),
        (True, "true"),
    ],
)
def test_times_are_readable(exp: object, text: str) -> None:
    lines = diagnosed({"exp": exp}).stdout.splitlines()
    assert f"  exp        {text}" in lines


def test_a_wrong_hash_is_shown_beside_the_right_one() -> None:
    url = f"{MYSELF}?a=1"
    lines = run_doctor(
        token_for("GET", MYSELF), "--method", "GET", "--url", url, *known()
    ).stdout.splitlines()
    begin = lines.index("Request hash") + 1
    assert [line.split() for line in lines[begin : begin + 4]] == [
        ["expected", query_string_hash("GET", "/rest/api/3/myself", "a=1")],
        ["is", "of", "GET&/rest/api/3/myself&a=1"],
        ["actual", query_string_hash("GET", "/rest/api/3/myself", "")],
        ["is", "of", "GET&/rest/api/3/myself&"],
    ]


def test_every_code_is_explained_by_the_page() -> None:
    explained = sections()
    assert not CATALOGUE.keys() - explained.keys()
    for code in CATALOGUE:
        section = explained[code]
        assert section.startswith("## ")
        assert len(section.splitlines()) > 2
        assert not re.search(r"^# ", re.sub(r"```.*?```", "", section, flags=re.DOTALL), re.MULTILINE)


def test_explain_prints_the_section_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run_doctor_raw("--explain", "ISS-is-client-key")
    assert answer == sections()["iss-is-client-key"] + "\n"
    assert answer.removesuffix("\n") in PAGE.read_text(encoding="utf-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "```" not in run_doctor("--explain", "sub-present", tty=True).stdout


def run_doctor_raw(*arguments: str) -> str:
    answer = run_doctor(*arguments)
    assert (answer.code, answer.stderr) == (0, "")
    return answer.stdout


def test_sections_end_where_the_next_begins(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# T\n## `a`\nA\n```sh\n# no heading\n## `b`\n```\n# Chapter\nC\n## `c` and `d`\nD\n")
    assert sections(page) == {
        "a": "## `a`\nA\n```sh\n# no heading\n## `b`\n```",
        "c": "## `c` and `d`\nD",
        "d": "## `c` and `d`\nD",
    }


@pytest.mark.parametrize(
    ("code", "hint"), [("qsh-missmatch", "near it: qsh-mismatch"), ("123456", "every code is in")]
)
def test_an_unknown_code_has_neighbours(code: str, hint: str) -> None:
    answer = run_doctor("--explain", code)
    assert (answer.code, answer.stdout) == (2, "")
    assert hint in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_narrow_character_set_is_no_obstacle() -> None:
    token = jwt.encode({"iss": "Zürich ✓ 東京"}, "k" * 32)
    assert "\\u2713" in run_doctor(token, encoding="latin-1").stdout
