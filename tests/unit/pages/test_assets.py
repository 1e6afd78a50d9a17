"""Static files of pages, under names that change with the content."""

import base64
import gzip
import re
from pathlib import Path

import pytest

from connect_jira.web.assets import Assets
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response


def asked(path: str, method: str = "GET", **headers: str) -> GatewayRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return GatewayRequest(
        method=method, path=path, query="", headers=named, body=b"", base_url="https://app.example.com"
    )


def content(answer: Response | None) -> bytes:
    assert answer
    assert answer["isBase64Encoded"]
    return base64.b64decode(answer["body"])


def served(assets: Assets, file: str, **headers: str) -> Response:
    answer = assets.answer(asked(f"/static/{assets.name(file)}", **headers))
    assert answer
    return answer


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
    (imported,) = re.findall(r'"\./(.+)"', content(served(assets, "a.js")).decode())
    assert imported == assets.name("b.js")


def test_scripts_may_import_one_another(folder: Path) -> None:
    (folder / "b.js").write_text('import "./c.js";\n', encoding="utf-8")
    (folder / "c.js").write_text('import "./a.js"; import "./c.js";\n', encoding="utf-8")
    before = Assets(folder)
    assert before.name("a.js").encode() in content(served(before, "c.js"))
    (folder / "b.js").write_text('import "./c.js"; // changed\n', encoding="utf-8")
    after = Assets(folder)
    for file in ("a.js", "b.js", "c.js"):
        assert before.name(file) != after.name(file)


def test_what_names_a_file_that_is_not_there_is_served_as_it_is(folder: Path) -> None:
    text = b'import "./nothing.js"; import "./sub/b.js"; import "./";\n'
    (folder / "a.js").write_bytes(text)
    assert content(served(Assets(folder), "a.js")) == text


@pytest.mark.parametrize(
    ("file", "content_type"),
    [
        ("logo.png", "image/png"),
        ("LOGO.PNG", "image/png"),
        ("photo.jpg", "image/jpeg"),
        ("icon.ico", "image/x-icon"),
        ("letters.woff2", "font/woff2"),
        ("letters.ttf", "font/ttf"),
        ("two.dots.svg", "image/svg+xml"),
        ("texts.json", "application/json"),
    ],
)
def test_a_file_is_served_with_its_type_byte_for_byte(folder: Path, file: str, content_type: str) -> None:
    every_byte = bytes(range(256)) + b'"./nothing'
    (folder / file).write_bytes(every_byte)
    answer = served(Assets(folder), file)
    assert answer["headers"]["Content-Type"] == content_type
    assert content(answer) == every_byte


def test_an_image_is_as_it_is_whatever_bytes_it_has_and_is_not_compressed_again(folder: Path) -> None:
    bytes_of_it = b"\x89PNG('./b.js')"
    (folder / "logo.png").write_bytes(bytes_of_it)
    answer = served(Assets(folder), "logo.png", accept_encoding="gzip")
    assert content(answer) == bytes_of_it
    assert "Content-Encoding" not in answer["headers"]


def test_what_is_no_file_to_be_served_ends_nothing(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"\x00\xff")
    (folder / ".hidden.js").write_bytes(b"")
    (folder / "notes").write_bytes(b"")
    (folder / "drawing.psd").write_bytes(b"")
    (folder / "two words.js").write_bytes(b"")
    (folder / "gone.js").symlink_to(folder / "nowhere.js")
    (folder / "folder.js").mkdir()
    (folder / "folder.js" / "c.js").write_bytes(b"")
    assert Assets(folder).files() == {"a.js", "b.js"}


def test_a_file_is_compressed_for_those_who_take_that(folder: Path) -> None:
    assets = Assets(folder)
    plain, compressed = served(assets, "b.js"), served(assets, "b.js", accept_encoding="br, gzip")
    assert gzip.decompress(content(compressed)) == content(plain) == (folder / "b.js").read_bytes()
    assert compressed["headers"]["Content-Encoding"] == "gzip"
    assert plain["headers"]["Vary"] == compressed["headers"]["Vary"] == "Accept-Encoding"


def test_a_file_keeps_its_own_name_for_an_icon_in_the_descriptor_and_is_then_cached_for_an_hour(
    folder: Path,
) -> None:
    assets = Assets(folder)
    lasting, for_good = assets.answer(asked("/static/b.js")), served(assets, "b.js")
    assert content(lasting) == content(for_good)
    assert lasting
    assert lasting["headers"]["Cache-Control"] == "public, max-age=3600"
    assert for_good["headers"]["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_name_of_another_content_is_not_there(folder: Path) -> None:
    old = Assets(folder).name("b.js")
    (folder / "b.js").write_text("new\n", encoding="utf-8")
    assert Assets(folder).answer(asked(f"/static/{old}")) is None


def test_only_what_is_asked_for_below_static_is_answered(folder: Path) -> None:
    name = Assets(folder).name("b.js")
    for path, method in ((name, "GET"), (f"/{name}", "GET"), (f"/static/{name}", "POST")):
        assert Assets(folder).answer(asked(path, method)) is None
