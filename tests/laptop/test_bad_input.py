"""Unusable input of a command is reported in one sentence, with the exit status for bad input."""

import json
from pathlib import Path

import jwt
import pytest

from connect_tools.project import PROJECT
from tests.laptop.command import run_connect
from tests.laptop.doctor import MYSELF, SECRET, token_for

NO_UTF_8 = b"\xff\xfe\xfa"
NOT_TEXT = "\udcff"  # how Python hands over an argument of such octets
SIGN = ["sign", "GET", MYSELF, "--app-key", "k"]
MANIFEST = ["forge", "manifest", "--base-url", "https://app.example.com", "--output"]


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["qsh", "GET", MYSELF, "--base-url", "http://[::1"], b"", "not a URL"),
        (["qsh", "GET", MYSELF, "--base-url", "https://\u2100/"], b"", "not a URL"),
        (["qsh", "GET", MYSELF, "--base-url", "wiki"], b"", "absolute"),
        (["qsh", "GET", "http://["], b"", "not a URL"),
        (["qsh", "STEAL", MYSELF], b"", "STEAL"),
        (["qsh", "GET", NOT_TEXT], b"", "UTF-8"),
        ([*SIGN, "--secret", "-"], NO_UTF_8, "not text"),
        ([*SIGN, "--secret", "-"], bytes(range(256)), "not text"),
        ([*SIGN, "--secret", "-"], b"", "empty"),
        ([*SIGN, "--secret", "-"], b"\n", "empty"),
        ([*SIGN, "--secret", ""], b"", "empty"),
        ([*SIGN, "--secret", NOT_TEXT], b"", "UTF-8"),
        ([*SIGN, "--secret", SECRET, "--base-url", "http://["], b"", "not a URL"),
        (["doctor", "a.b.c", "--secret", "-"], NO_UTF_8, "not text"),
        (["doctor", NOT_TEXT], b"", "UTF-8"),
        (["doctor", "--har", NOT_TEXT], b"", "UTF-8"),
        (["call", "GET", "/rest", "--client-key", NOT_TEXT], b"", "UTF-8"),
        (["call", "GET", "rest", "--client-key", "c"], b"", "slash"),
        (["call", "GET", "/rest", "--client-key", "c", "--query", "x"], b"", "name=value"),
        (["dlq", "show", NOT_TEXT], b"", "UTF-8"),
        ([*MANIFEST, NOT_TEXT], b"", "UTF-8"),
    ],
)
def test_it_is_said_in_one_line(arguments: list[str], stdin: bytes, said: str) -> None:
    outcome = run_connect(*arguments, stdin=stdin)
    assert (outcome.code, outcome.stdout) == (2, "")
    assert len(outcome.stderr.splitlines()) == 1, outcome.stderr
    assert said in outcome.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nsecond line\n"])
def test_a_secret_from_a_file_is_what_is_in_its_first_line(encoding: str, end: str) -> None:
    """PowerShell writes UTF-16, and other tools a byte order mark."""
    signed = run_connect(*SIGN, "--secret", "-", stdin=f"{SECRET}{end}".encode(encoding))
    assert jwt.decode(signed.stdout.strip(), SECRET, algorithms=["HS256"])["iss"] == "k"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_descriptor_may_be_in_any_of_the_encodings_of_windows(tmp_path: Path, encoding: str) -> None:
    own = (PROJECT / "descriptor" / "atlassian-connect.json").read_text(encoding="utf-8")
    file = tmp_path / "descriptor.json"
    file.write_bytes((b"\xfe\xff" if encoding == "utf-16-be" else b"") + own.encode(encoding))
    token = token_for("GET", MYSELF)
    asked = run_connect(
        "doctor", token, "--method", "GET", "--url", MYSELF, "--descriptor", str(file), "--json"
    )
    assert "iss-unknown" not in [found["code"] for found in json.loads(asked.stdout)["findings"]]


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = run_connect(*MANIFEST, str(tmp_path / "file" / "manifest.yml"))
    assert (outcome.code, len(outcome.stderr.splitlines())) == (1, 1)


NESTED = {
    "a list": "[" * 20_000,
    "an object": "{a: " * 5_000,
    "a block": "".join(" " * depth + "a:\n" for depth in range(1500)),
    "references": "a: &a [*a]\n",
    "a number": "9" * 5000,
}


@pytest.mark.parametrize("content", NESTED.values(), ids=NESTED)
def test_a_file_of_any_depth_is_no_traceback(tmp_path: Path, content: str) -> None:
    """As the manifest, and as a descriptor."""
    file = tmp_path / "deep.yml"
    file.write_text(content, encoding="utf-8")
    assert run_connect(*MANIFEST, str(file)).code in {0, 1, 2}
    for arguments in (
        [*MANIFEST, "-", "--descriptor", str(file)],
        ["doctor", "a.b.c", "--descriptor", str(file)],
    ):
        outcome = run_connect(*arguments)
        assert outcome.code in {1, 2}
        assert len(outcome.stderr.splitlines()) == 1
