"""Faults of an app that `make check` reports."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from connect_local.check import STATIC, faults
from connect_local.source_faults import DESCRIPTOR

CREATED, UPDATED = "jira:issue_created", "jira:issue_updated"


@pytest.fixture
def descriptor(tmp_path: Path) -> Path:
    return Path(shutil.copy(DESCRIPTOR, tmp_path / "atlassian-connect.json"))


@pytest.fixture
def static(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STATIC, tmp_path / "static"))


def with_webhooks(descriptor: Path, *webhooks: dict[str, Any]) -> list[str]:
    source = json.loads(descriptor.read_text(encoding="utf-8"))
    source["modules"]["webhooks"] = webhooks
    descriptor.write_text(json.dumps(source), encoding="utf-8")
    return faults(descriptor)


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


def test_what_lies_among_the_files_and_is_not_served_is_told(static: Path) -> None:
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
    assert faults(static=static) == [
        "static/app.js names ./nothing.js, which is not served.",
        "static/drawing.psd is not served: its type has to be named in connect_jira/web/assets.py.",
        "static/film.gif is larger than the 4 MB that Lambda can answer with.",
        "static/icons is a folder, and not served: let its files lie beside the others.",
        "static/two words.js is not served: its name has to be of letters, digits, hyphens and dots.",
    ]
