"""docs/tutorial.md as its reader does it: in a copy of the repository, checked, tested, used in a browser."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import urllib3
from playwright.sync_api import Browser, FrameLocator, Page, expect

from connect_local.laptop.ports import listen
from connect_tools.project import PROJECT
from tests.tutorial import TUTORIAL, edits, typed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("tutorial"),
]

TEXT = TUTORIAL.read_text(encoding="utf-8")
COMMANDS = typed(TEXT)
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
SECONDS = 30


@dataclass(frozen=True)
class Copy:
    """A copy of the repository with the app of the tutorial."""

    folder: Path

    def start(self, *command: str, **more: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(command, cwd=self.folder, env=ENVIRONMENT, text=True, **more)

    def run(self, *command: str) -> str:
        with self.start(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
            printed, _ = running.communicate(timeout=570)
        assert running.returncode == 0, printed[-5000:]
        return printed


@dataclass(frozen=True)
class OtherSystem:
    """The other system: what it was posted, and what it answers."""

    received: list[tuple[str | None, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("tutorial")
    subprocess.run(["make", ".venv/sam", ".venv/checkov"], cwd=PROJECT, check=True, capture_output=True)
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    tracked = subprocess.run(listed, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    for name in filter(os.path.isfile, tracked.splitlines()):
        to = folder / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, to, follow_symlinks=False)
    if (PROJECT / ".mypy_cache").is_dir():
        shutil.copytree(PROJECT / ".mypy_cache", folder / ".mypy_cache")
    copy_environment(PROJECT / ".venv", folder / ".venv")
    made = Copy(folder)
    (init,) = (command for command in COMMANDS if " init " in command)
    made.run("sh", "-c", init)
    return made


def copy_environment(there: Path, here: Path) -> None:
    """Make the environment of the copy: commands and sources are its own, the packages are shared."""
    for folder in (Path("bin"), *(path.relative_to(there) for path in there.glob("lib/*/site-packages"))):
        (here / folder).mkdir(parents=True)
        for entry in (there / folder).iterdir():
            if entry.suffix == ".pth" or (folder.name == "bin" and is_script(entry)):
                shutil.copy(entry, here / folder)
                text = entry.read_text(encoding="utf-8")
                (here / folder / entry.name).write_text(text.replace(str(there.parent), str(here.parent)))
            else:
                (here / folder / entry.name).symlink_to(entry)
    for entry in there.iterdir():
        if entry.is_file() and entry.name != "template-checked":
            shutil.copy2(entry, here)
        elif not (here / entry.name).exists() and entry.is_dir():
            (here / entry.name).symlink_to(entry)


def is_script(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(2) == b"#!"


@dataclass(frozen=True)
class Stack:
    """The stack that the reader has started with `make up`."""

    copy: Copy
    app: str
    jira: str

    def ports(self) -> list[str]:
        return ["--port", self.app.rpartition(":")[2], "--jira-port", self.jira.rpartition(":")[2]]


@pytest.fixture(scope="module")
def stack(copy: Copy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    app, jira = (f"http://localhost:{free_port()}" for _ in range(2))
    stack = Stack(copy, app, jira)
    log = tmp_path_factory.mktemp("log") / "up.log"
    with log.open("w") as to, copy.start(
        ".venv/bin/connect", "up", *stack.ports(), stdout=to, stderr=subprocess.STDOUT
    ) as running:  # fmt: skip
        try:
            eventually(lambda: answers(f"{jira}/") and answers(f"{app}/atlassian-connect.json"))
            yield stack
        finally:
            running.terminate()
            running.wait(timeout=60)


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """Wait longer, since effects pass through the queue."""
    expect.set_options(timeout=SECONDS * 1000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def jira(browser: Browser, stack: Stack) -> Iterator[Page]:
    """Jira, with the app that was installed before anything was written, and has grown since."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(stack.jira)
    page.get_by_role("button", name="Install", exact=True).click()
    expect(page.locator(".notice").first).to_contain_text("is installed")
    for edit in edits(TEXT):
        edit.apply(stack.copy.folder)
    eventually(lambda: has_grown(page))
    page.set_default_timeout(SECONDS * 1000)
    yield page
    context.close()


@pytest.fixture(scope="module")
def other_system() -> Iterator[tuple[str, OtherSystem]]:
    told = OtherSystem()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.received.append((self.headers["Authorization"], json.loads(body)))
            self.send_response(told.answers.pop(0))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/statuses", told
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def issue(jira: Page, stack: Stack) -> str:
    jira.goto(stack.jira)
    jira.get_by_role("navigation", name="Site").get_by_role("link", name="Create an issue").click()
    jira.get_by_label("Summary").fill("The roof leaks")
    jira.get_by_role("main").get_by_role("button", name="Create").click()
    expect(jira.get_by_role("heading", name="The roof leaks")).to_be_visible()
    return jira.url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def opened(jira: Page, stack: Stack, issue: str) -> Page:
    jira.goto(f"{stack.jira}/browse/{issue}")
    return jira


def free_port() -> int:
    with listen(0, "") as listener:
        port: int = listener.getsockname()[1]
    return port


def answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, retries=False, timeout=5).status == HTTPStatus.OK
    except urllib3.exceptions.HTTPError:
        return False


def eventually[T](look: Callable[[], T]) -> T:
    end = time.monotonic() + SECONDS
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.1)
    assert found
    return found


def has_grown(page: Page) -> bool:
    page.reload()
    return page.get_by_role("link", name="Due Dates", exact=True).count() > 0


def comment(page: Page, text: str) -> None:
    page.get_by_label("Add a comment").fill(text)
    page.get_by_role("button", name="Comment", exact=True).click()


def panel(page: Page) -> FrameLocator:
    return page.frame_locator('iframe[title="Due date"]')


def be(page: Page, person: str) -> None:
    page.get_by_role("button", name="You are").click()
    page.locator("#people-menu").get_by_role("button", name=person).click()


def test_a_comment_sets_the_due_date_and_is_answered(opened: Page) -> None:
    comment(opened, "/due 2026-12-24")
    expect(opened.locator("#comments")).to_contain_text("Due on 2026-12-24.")
    expect(opened.locator("#fields")).to_contain_text("Due date2026-12-24")
    comment(opened, "/due tomorrow")
    expect(opened.locator("#comments")).to_contain_text("tomorrow is no date.")


def test_the_panel_shows_the_due_date_and_changes_it(opened: Page) -> None:
    due = panel(opened).get_by_label("Due date")
    expect(due).to_have_value("2026-12-24")
    due.fill("2026-12-31")
    panel(opened).get_by_role("button", name="Save").click()
    expect(panel(opened).get_by_role("status")).to_have_text("Saved.")
    opened.reload()
    expect(opened.locator("#fields")).to_contain_text("Due date2026-12-31")


def settings(page: Page, stack: Stack) -> FrameLocator:
    page.goto(stack.jira)
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Due Dates", exact=True).click()
    return page.frame_locator('iframe[title="Due Dates"]')


def test_an_administrator_keeps_endpoint_and_key(
    jira: Page, stack: Stack, other_system: tuple[str, OtherSystem]
) -> None:
    page = settings(jira, stack)
    page.get_by_label("Endpoint").fill("http://elsewhere.example/")
    page.get_by_label("API key").fill("the-key")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("The endpoint must begin with https://")
    page.get_by_label("Endpoint").fill(other_system[0])
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page = settings(jira, stack)
    expect(page.get_by_label("Endpoint")).to_have_value(other_system[0])
    expect(page.get_by_label("API key")).to_have_value("")
    expect(page.get_by_label("API key")).to_have_attribute("placeholder", "kept, and not shown")


def test_a_status_is_posted_once_and_one_that_may_not_have_arrived_is_shown(
    opened: Page, stack: Stack, issue: str, other_system: tuple[str, OtherSystem]
) -> None:
    _, told = other_system
    told.answers.extend([200, 500])
    opened.get_by_role("button", name="Move to In Progress").click()
    eventually(lambda: len(told.received) == 1)
    opened.get_by_role("button", name="Move to To Do").click()
    eventually(lambda: len(told.received) == 2)
    assert told.received == [
        ("Bearer the-key", {"issue": issue, "status": "In Progress"}),
        ("Bearer the-key", {"issue": issue, "status": "To Do"}),
    ]
    listed = eventually(
        lambda: stack.copy.run(".venv/bin/connect", "dlq", "list", "--local", *stack.ports()[:2])
    )
    assert "post_status" in listed
    expect(settings(opened, stack).locator("#unknown")).to_have_text(f"{issue}: To Do")
    assert len(told.received) == 2


def test_an_overdue_issue_is_reminded_by_night(opened: Page, stack: Stack) -> None:
    comment(opened, "/due 2020-01-01")
    expect(opened.locator("#comments")).to_contain_text("Due on 2020-01-01.")
    (job,) = (command for command in COMMANDS if " job " in command)
    stack.copy.run("sh", "-c", f"{job} {' '.join(stack.ports()[:2])}")
    expect(opened.locator("#comments")).to_contain_text("This was due on 2020-01-01.")


@pytest.mark.usefixtures("jira")
def test_make_check_has_nothing_to_say(stack: Stack) -> None:
    stack.copy.run("make", "check")


@pytest.mark.usefixtures("jira")
def test_its_own_tests_pass(stack: Stack) -> None:
    assert " passed" in stack.copy.run(".venv/bin/python", "-m", "pytest", "-q", "tests/app")
