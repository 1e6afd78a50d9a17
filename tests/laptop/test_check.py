"""Faults of an app that `make check` reports."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from connect_jira.app.pages import Pages
from connect_jira.app.reactions import Reactions
from connect_local import check_reactions
from connect_local.check import PAGES_FOLDER, faults
from connect_local.page_faults import page_faults
from connect_local.source_faults import DESCRIPTOR
from connect_tools.project import PROJECT

CREATED, UPDATED = "jira:issue_created", "jira:issue_updated"


@pytest.fixture
def descriptor(tmp_path: Path) -> Path:
    return Path(shutil.copy(DESCRIPTOR, tmp_path / "atlassian-connect.json"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PAGES_FOLDER, tmp_path / "pages"))


@pytest.fixture
def static(folder: Path) -> Path:
    return folder / "static"


def with_webhooks(descriptor: Path, *webhooks: dict[str, Any]) -> list[str]:
    source = json.loads(descriptor.read_text(encoding="utf-8"))
    source["modules"]["webhooks"] = webhooks
    descriptor.write_text(json.dumps(source), encoding="utf-8")
    return faults(descriptor, reactions=reacting_to(*(webhook["event"] for webhook in webhooks)))


def reacting_to(*events: str, changed: str | None = None) -> Reactions:
    reactions = Reactions()
    for event in dict.fromkeys(events):
        reactions.on(event, changed=changed)(lambda _event, _site: None)
    return reactions


def test_the_app_as_it_is_fits_together() -> None:
    assert faults() == []


@pytest.mark.parametrize("with_body", [{}, {"excludeBody": False}])
def test_events_that_share_a_path_cannot_be_told_apart_without_a_body(
    descriptor: Path, with_body: dict[str, Any]
) -> None:
    (fault,) = with_webhooks(
        descriptor,
        {"event": UPDATED, "url": "/webhooks/issue", "excludeBody": True},
        {"event": CREATED, "url": "/webhooks/issue?issue={issue.key}", **with_body},
    )
    assert fault.startswith(
        f"atlassian-connect.json: /webhooks/issue gets {CREATED} and {UPDATED}, and excludeBody "
    )
    assert fault.endswith("give each event a url of its own.")


@pytest.mark.parametrize(
    "webhooks",
    [
        [{"event": CREATED, "url": "/webhooks/issue"}, {"event": UPDATED, "url": "/webhooks/issue"}],
        [{"event": CREATED, "url": "/webhooks/created", "excludeBody": True}],
        [
            {"event": CREATED, "url": "/webhooks/created", "excludeBody": True, "filter": "project = A"},
            {"event": CREATED, "url": "/webhooks/created?of=b", "filter": "project = B"},
        ],
        [{"event": event, "url": "webhooks/it"} for event in ("app_policy_changed", "connect_addon_enabled")],
        [{"event": "app_access_to_objects_blocked", "url": "/webhooks/blocked"}],
        [{"event": "app_access_to_objects_in_container_blocked", "url": "/webhooks/blocked"}],
        [{"event": "option_timetracking_changed", "url": "/webhooks/option"}],
    ],
)
def test_webhooks_that_can_be_told_apart_are_nothing_to_tell_of(
    descriptor: Path, webhooks: list[dict[str, Any]]
) -> None:
    assert with_webhooks(descriptor, *webhooks) == []


@pytest.mark.parametrize(
    ("event", "meant"),
    [("issue_created", CREATED), ("jira:isue_created", CREATED), ("jira:comment_created", "comment_created")],
)
def test_a_slip_in_the_name_of_an_event_is_told(descriptor: Path, event: str, meant: str) -> None:
    (fault,) = with_webhooks(descriptor, {"event": event, "url": "/webhooks/it"})
    assert fault == (
        f'atlassian-connect.json: modules.webhooks[0].event: Jira has no event "{event}". '
        f'Did you mean "{meant}"?'
    )


@pytest.mark.parametrize(
    "url", ["/hooks/created", "/webhooks/created/", "/webhooks/{issue.key}", "/webhooks/a/b"]
)
def test_a_webhook_that_no_route_takes_is_told(descriptor: Path, url: str) -> None:
    (fault,) = with_webhooks(descriptor, {"event": CREATED, "url": url})
    assert fault.startswith(f"atlassian-connect.json: {url}, which {CREATED} goes to, has no route: ")


def test_a_descriptor_that_cannot_be_installed_is_told(descriptor: Path) -> None:
    descriptor.write_text('{"key": "a"}', encoding="utf-8")
    assert [fault.split(": ")[1] for fault in faults(descriptor)] == [
        "authentication",
        "baseUrl",
        "lifecycle.installed",
    ]
    descriptor.write_text('{"key": "a",}', encoding="utf-8")
    (fault,) = faults(descriptor)
    assert fault == 'atlassian-connect.json:1:12: Illegal trailing comma before end of object   {"key": "a",}'


def test_a_placeholder_that_nothing_fills_in_is_told(descriptor: Path) -> None:
    text = descriptor.read_text(encoding="utf-8")
    descriptor.write_text(text.replace("/pages/hello-world", "/pages/{{page}}"), encoding="utf-8")
    (fault,) = faults(descriptor)
    assert fault.startswith(
        "atlassian-connect.json: modules.generalPages[0].url: it has {{page}}, a placeholder"
    )


def test_what_lies_among_the_files_and_is_not_served_is_told(folder: Path, static: Path) -> None:
    (static / "logo.png").write_bytes(b"\x89PNG")
    (static / ".DS_Store").write_bytes(b"\x00")
    (static / ".hidden.png").write_bytes(b"\x00")
    (static / "drawing.psd").write_bytes(b"")
    (static / "two words.js").write_bytes(b"")
    (static / "icons").mkdir()
    (static / "film.gif").write_bytes(b"x" * (4 * 1024 * 1024 + 1))
    (static / "app.js").write_text(
        'import "./logo.png"; import "./nothing.js"; import "./dom.js";', encoding="utf-8"
    )
    (static / "dom.js").write_text('import "./app.js";', encoding="utf-8")
    assert faults(pages_folder=folder) == [
        "static/app.js names ./nothing.js, which is not served.",
        "static/drawing.psd is not served: its type has to be named in connect_jira/web/assets.py.",
        "static/film.gif is larger than the 4 MB that Lambda can answer with.",
        "static/icons is a folder, and not served: let its files lie beside the others.",
        "static/two words.js is not served: its name has to be of letters, digits, hyphens and dots.",
    ]


# --- pages


def with_page(descriptor: Path, url: str) -> list[str]:
    source = json.loads(descriptor.read_text(encoding="utf-8"))
    source["modules"]["webPanels"] = [
        {"key": "p", "name": {"value": "P"}, "url": url, "location": "atl.jira.view.issue.right.context"}
    ]
    descriptor.write_text(json.dumps(source), encoding="utf-8")
    return faults(descriptor)


def test_a_page_of_the_descriptor_that_nobody_serves_is_told_with_the_line_to_paste(descriptor: Path) -> None:
    (fault,) = with_page(descriptor, "/pages/due?issue={issue.key}")
    said, line = fault.splitlines()
    assert said == "/pages/due is in the descriptor, and nobody serves it. In pages.py:"
    assert line == 'pages.page("due", template="due.html", allowed=everybody)'
    assert with_page(descriptor, "/pages/hello-world?issue={issue.key}") == []


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("adminPages", "administers_jira"),
        ("jiraIssueContexts", "browses_issue"),
        ("jiraProjectAdminTabPanels", "administers_project"),
        ("jiraProjectPages", "browses_project"),
    ],
)
def test_the_line_to_paste_lets_in_only_who_sees_the_module_in_jira(kind: str, allowed: str) -> None:
    source = {"modules": {kind: [{"target": {"url": "/pages/due?a=b"}}]}}
    (said,) = [
        fault for fault in page_faults(source, Pages(), PROJECT / "functions" / "pages") if "/due" in fault
    ]
    assert said.endswith(f"allowed={allowed})")


def test_a_page_that_no_module_shows_is_told(descriptor: Path) -> None:
    source = json.loads(descriptor.read_text(encoding="utf-8"))
    del source["modules"]["adminPages"]
    descriptor.write_text(json.dumps(source), encoding="utf-8")
    (fault,) = faults(descriptor)
    assert fault == "the page connection is in no module of the descriptor, so Jira never shows it."


@pytest.mark.parametrize(
    "module",
    [
        {"icon": {"url": "IT", "width": 16, "height": 16}},
        {"iconUrl": "IT"},
        {"target": {"type": "page"}, "content": {"icon": {"url": "IT"}}},
        {"icon": "IT"},
    ],
)
def test_a_picture_that_nobody_serves_is_told(folder: Path, module: dict[str, Any]) -> None:
    (folder / "static" / "icon.svg").write_text("<svg/>", encoding="utf-8")

    def of(url: str) -> list[str]:
        source = {"modules": {"jiraIssueGlances": [json.loads(json.dumps(module).replace("IT", url))]}}
        return [fault for fault in page_faults(source, Pages(), folder) if "picture" in fault]

    said = "/icon.svg is a picture in the descriptor, and nobody serves it. "
    assert of("/icon.svg") == [said + "Put it into static, and name it /static/icon.svg."]
    assert of("icon.svg") == of("/icon.svg")
    assert of("static/other.svg") != []
    for served in ("/static/icon.svg", "static/icon.svg?v=2", "https://example.com/icon.svg"):
        assert of(served) == []


def test_a_template_that_is_not_there_or_names_what_is_not_there_is_told(folder: Path) -> None:
    (folder / "templates" / "connection.html").unlink()
    hello = folder / "templates" / "hello-world.html"
    hello.write_text(
        '<script src="./all.js"></script><script src="./helo-world.js"></script>', encoding="utf-8"
    )
    (folder / "templates" / "notice.html").write_text('<link href="./ap.css">', encoding="utf-8")
    assert faults(pages_folder=folder) == [
        "templates/hello-world.html names ./helo-world.js, which is not in static.",
        "templates/connection.html, of the page connection, is not there.",
        "templates/notice.html names ./ap.css, which is not in static.",
    ]


CALLS = {
    'call("nothing")': "GET nothing",
    "call('nothing')": "GET nothing",
    'call(`due/${issue.key}`, { method: "PUT", body: { due: at("due").value } })': "PUT due/EX-1",
    'call("greeting", { body: { method: 1 }, method: "POST" })': "POST greeting",
    'call( "greeting/", {} )': "GET greeting/",
    'await call("connection-test")': "GET connection-test",
}


@pytest.mark.parametrize(("script", "asked"), CALLS.items(), ids=CALLS)
def test_a_call_that_a_script_makes_and_nobody_answers_is_told(folder: Path, script: str, asked: str) -> None:
    (folder / "static" / "mine.js").write_text(f"const x = {script};\n", encoding="utf-8")
    (fault,) = faults(pages_folder=folder)
    said, decorator, *_ = fault.splitlines()
    assert said == f"static/mine.js calls {asked}, and nobody answers. In pages.py:"
    assert decorator.startswith(f'@pages.call("{asked.partition(" ")[0]}", ')


@pytest.mark.parametrize(
    "script",
    [
        'call("greeting")',
        'call("connection-test", { method: "POST" })',
        "call(`${path}`, { method })",
        'call("unknown", { method })',
        "call(path)",
        'recall("nothing")',
        'call("a" + "b")',
        "call(`${path}`)",
        "call(`due${path}/x`)",
        "call(`due/${path}.json`)",
    ],
)
def test_a_call_that_is_answered_or_cannot_be_told_is_nothing_to_tell_of(folder: Path, script: str) -> None:
    (folder / "static" / "mine.js").write_text(f"const x = {script};\n", encoding="utf-8")
    assert faults(pages_folder=folder) == []


def test_a_registration_that_cannot_be_meant_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ValueError(f"{name} cannot be meant")

    monkeypatch.setattr("connect_local.check.import_module", refuse)
    assert faults() == ["functions/pages: functions.pages.pages cannot be meant"]


def test_a_webhook_without_a_reaction_is_told_with_the_line_to_write() -> None:
    (fault,) = faults(reactions=reacting_to())
    assert fault.startswith(f"functions/jira_calls: {CREATED} comes by a webhook, and nothing handles it: ")
    assert f'@reactions.on("{CREATED}")' in fault


def test_a_reaction_to_what_the_descriptor_does_not_send_is_told_with_the_line_to_add() -> None:
    (fault,) = faults(reactions=reacting_to(CREATED, UPDATED, "avi:jira:assigned:issue"))
    assert fault == (
        f"functions/jira_calls: a reaction handles {UPDATED}, which the descriptor does not send: add "
        f'{{"event": "{UPDATED}", "url": "/webhooks/issue_updated"}} to its modules.webhooks.'
    )


def test_a_reaction_to_a_field_needs_the_body(descriptor: Path) -> None:
    for_a_field = reacting_to(UPDATED, changed="status")
    with_webhooks(descriptor, {"event": UPDATED, "url": "/webhooks/updated", "excludeBody": True})
    (fault,) = faults(descriptor, reactions=for_a_field)
    assert fault.endswith("remove excludeBody from the webhook.")
    with_webhooks(descriptor, {"event": UPDATED, "url": "/webhooks/updated"})
    assert faults(descriptor, reactions=for_a_field) == []


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ('site.enqueue("post_status", {})', None),
        ("site.enqueue(post_status, {})", None),
        ("site.enqueue(name, {})", None),
        ('site.enqueue("post_state", {})', "nobody has registered the work post_state: is it post_status."),
        ('site.enqueue(function="zebra", arguments={})', "zebra: write @reactions.work above its function."),
    ],
)
def test_work_that_nobody_registered_is_told_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, fault: str | None
) -> None:
    reactions = reacting_to(CREATED)

    @reactions.work
    def post_status(_arguments: dict[str, Any], _site: object) -> None:
        pass

    (tmp_path / "pages.py").write_text(f"def save(site, name, post_status):\n    {call}\n", encoding="utf-8")
    monkeypatch.setattr(check_reactions, "OWN_FOLDERS", (tmp_path,))
    found = faults(reactions=reactions)
    assert len(found) == (fault is not None)
    assert all(one.startswith(f"{tmp_path / 'pages.py'}:2: ") and one.endswith(str(fault)) for one in found)


def test_reactions_that_cannot_be_loaded_are_one_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> None:
        raise SyntaxError("invalid syntax (reactions.py, line 7)")

    monkeypatch.setattr("importlib.import_module", fail)
    (fault,) = faults()
    assert "cannot be loaded: SyntaxError: invalid syntax (reactions.py, line 7)." in fault
