"""The descriptor as Jira reads it."""

import json
from typing import Any

from tests.e2e.foreign.app import App

BEHIND_PROOF = ("/lifecycle/", "/webhooks/")


def strings(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for member in value.values() for text in strings(member)]
        case list():
            return [text for member in value for text in strings(member)]
    return []


def test_it_says_what_jira_needs_to_know(app: App) -> None:
    descriptor = app.descriptor
    assert descriptor["key"]
    assert descriptor["name"]
    assert descriptor["authentication"] == {"type": "jwt"}
    assert descriptor["apiMigrations"]["signed-install"] is True
    assert set(descriptor["scopes"]) <= {"READ", "WRITE", "DELETE", "ADMIN", "ACT_AS_USER"}
    assert set(descriptor["lifecycle"]) == {"installed", "uninstalled", "enabled", "disabled"}


def test_its_base_url_is_where_it_was_read(app: App) -> None:
    assert app.descriptor["baseUrl"] == app.base_url
    assert app.descriptor["links"]["self"] == f"{app.base_url}/atlassian-connect.json"


def test_nothing_in_it_is_left_to_be_filled_in(app: App) -> None:
    assert [text for text in strings(app.descriptor) if "{{" in text or "}}" in text] == []


def test_its_paths_are_plain(app: App) -> None:
    webhooks = app.descriptor["modules"]["webhooks"]
    paths = [*app.descriptor["lifecycle"].values(), *(webhook["url"] for webhook in webhooks)]
    assert all(path.isascii() and path.startswith(BEHIND_PROOF) for path in paths)
    assert [path for path in paths if path.endswith("/") or "//" in path or "%" in path] == []


def test_it_may_not_be_kept_in_a_cache(app: App) -> None:
    answer = app.get_descriptor()
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-cache, no-store"
    assert json.loads(answer.text) == app.descriptor


def test_who_asks_for_its_head_alone_is_told_what_a_reader_is_told(app: App) -> None:
    of_get, of_head = app.get_descriptor(), app.get_descriptor("HEAD")
    assert (of_head.status, of_head.text) == (200, "")
    assert {name: of_head.headers[name] for name in of_head.headers.keys() - app.unheeded} == {
        name: of_get.headers[name] for name in of_get.headers.keys() - app.unheeded
    }
