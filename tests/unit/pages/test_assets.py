"""What pages are made of, by names that change with the content."""

import base64
import gzip
import re
from pathlib import Path

import pytest

from connect_jira.gateway import GatewayRequest
from functions.pages.assets import Assets


def asked(path: str, method: str = "GET", **headers: str) -> GatewayRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return GatewayRequest(
        method=method, path=path, query="", headers=named, body=b"", base_url="https://app.example.com"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\n', encoding="utf-8")
    (tmp_path / "b.js").write_text("export const b = 'ü';\n", encoding="utf-8")
    return tmp_path


def test_a_name_changes_with_the_content_and_with_that_of_what_is_imported(folder: Path) -> None:
    before = Assets(folder)
    (folder / "b.js").write_text("export const b = 2;\n", encoding="utf-8")
    after = Assets(folder)
    assert before.name("b.js") != after.name("b.js")
    assert before.name("a.js") != after.name("a.js")
    assert Assets(folder).name("a.js") == after.name("a.js")


def test_what_is_imported_is_named_as_it_is_served(folder: Path) -> None:
    assets = Assets(folder)
    answer = assets.answer(asked(f"/static/{assets.name('a.js')}"))
    assert answer
    (imported,) = re.findall(r'"\./(.+)"', answer["body"])
    assert imported == assets.name("b.js")


def test_a_file_is_compressed_for_those_who_take_that(folder: Path) -> None:
    assets = Assets(folder)
    path = f"/static/{assets.name('b.js')}"
    plain, compressed = assets.answer(asked(path)), assets.answer(asked(path, accept_encoding="br, gzip"))
    assert plain
    assert compressed
    assert gzip.decompress(base64.b64decode(compressed["body"])).decode() == plain["body"]
    assert (plain["isBase64Encoded"], compressed["isBase64Encoded"]) == (False, True)
    assert plain["headers"]["Vary"] == compressed["headers"]["Vary"] == "Accept-Encoding"


def test_a_name_of_another_content_is_not_there(folder: Path) -> None:
    old = Assets(folder).name("b.js")
    (folder / "b.js").write_text("new\n", encoding="utf-8")
    assert Assets(folder).answer(asked(f"/static/{old}")) is None


def test_only_what_is_asked_for_below_static_is_answered(folder: Path) -> None:
    name = Assets(folder).name("b.js")
    for path, method in ((name, "GET"), (f"/{name}", "GET"), (f"/static/{name}", "POST")):
        assert Assets(folder).answer(asked(path, method)) is None
