"""The examples of docs/pages.md, put where the page says, and used."""

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.app.call_bodies import MAX_BODY_BYTES
from connect_jira.app.pages import Pages
from connect_jira.page_urls import page_variables
from connect_local.page_faults import page_faults
from tests.unit.jira.conftest import PROJECT
from tests.unit.pages.site import ISSUE, OTHER, Browser

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

TEXT = (PROJECT / "docs" / "pages.md").read_text(encoding="utf-8")
CONTEXT = {"issue": ISSUE}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def descriptor() -> dict[str, Any]:
    (modules,) = map(json.loads, blocks("json"))
    return {"modules": modules}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "functions" / "pages" / "static", tmp_path / "static")
    shutil.copytree(PROJECT / "functions" / "pages" / "templates", tmp_path / "templates")
    (html,), (script,) = blocks("html"), blocks("js")
    (tmp_path / "templates" / "due.html").write_text(html, encoding="utf-8")
    (tmp_path / "static" / "due.js").write_text(script, encoding="utf-8")
    return tmp_path


@pytest.fixture
def pages() -> Pages:
    module: dict[str, Any] = {"__name__": "example"}
    for block in blocks("python"):
        exec(compile(block, "docs/pages.md", "exec"), module)  # noqa: S102 - the example itself
    registered: Pages = module["pages"]
    return registered


@pytest.fixture
def browser(backend: "Backend", pages: Pages, folder: Path) -> Browser:
    browser = Browser(backend, pages, folder=folder)
    browser.jira.seen |= {"issue/10001": {**ISSUE, "fields": {"duedate": "2026-12-24"}}}
    browser.jira.may = {("BROWSE_PROJECTS", 10001), ("EDIT_ISSUES", 10001)}
    return browser


def test_everything_on_the_page_fits_together(descriptor: dict[str, Any], pages: Pages, folder: Path) -> None:
    for script in ("connection.js", "hello-world.js"):
        (folder / "static" / script).unlink()
    assert list(page_faults(descriptor, pages, folder)) == []
    assert page_variables(descriptor) == {"/pages/due": {"issue": "issue.key"}}


def test_the_page_is_loaded_and_reads_and_writes(browser: Browser) -> None:
    assert browser.load("/pages/due", "issue=EX-1", context={"jira": CONTEXT})["statusCode"] == 200
    assert browser.call("GET due", jira=CONTEXT) == (200, {"due": "2026-12-24"})
    assert browser.call("PUT due", jira=CONTEXT, json_body={"due": None}) == (200, None)
    assert browser.jira.asked[-1] == ("PUT", "issue/10001", {"fields": {"duedate": None}})


def test_what_the_page_says_of_refusals_is_so(browser: Browser) -> None:
    said = {"reason": "body-invalid", "message": "due: a text is expected, not a number"}
    assert json.dumps(said) in TEXT
    assert browser.call("PUT due", jira=CONTEXT, json_body={"due": 1}) == (400, said)
    assert browser.call("PUT due", jira=CONTEXT, json_body={"due": ""}) == (
        400,
        {"reason": "due-empty", "message": "Choose a date, or clear it."},
    )
    assert f"at most {MAX_BODY_BYTES // 1024} KB" in TEXT


def test_the_issue_that_a_call_names_is_the_one_that_jira_is_asked_for(browser: Browser) -> None:
    denied = (403, {"reason": "permission-missing"})
    assert browser.call("DELETE due/EX-2", jira=CONTEXT) == denied
    assert browser.call("DELETE due/EX-1", jira={"issue": OTHER}) == (200, None)
    move = {"issue": "EX-2", "target": "DONE"}
    assert browser.call("POST move", jira=CONTEXT, json_body=move) == denied
    assert browser.sent == []
    assert browser.call("POST move", json_body={**move, "issue": "EX-1"}) == (200, {"queued": True})
    (work,) = browser.sent
    assert (work.name, work.arguments) == ("move_issue", {"issue": "EX-1", "target": "DONE"})
    assert browser.call("PUT endpoint", json_body="https://example.com") == denied
