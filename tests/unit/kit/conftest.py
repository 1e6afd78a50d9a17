"""An app with other reactions than the shipped ones, and a descriptor that asks for more events."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_socket import disable_socket, enable_socket

from connect_jira.app.reactions import Reactions
from connect_local.testing.backend import Foundation
from connect_tools.project import PROJECT


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """An event loop has a pair of sockets to wake itself up by; they lead nowhere else."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture
def subscribe(
    connect_foundation: Foundation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Lets the descriptor ask for events; before the app is installed."""

    def ask_for(*events: str) -> None:
        descriptor: Any = json.loads((PROJECT / "descriptor" / "atlassian-connect.json").read_text("utf-8"))
        descriptor["modules"]["webhooks"] = [
            {"event": event, "url": f"/webhooks/{event.removeprefix('jira:')}"} for event in events
        ]
        file = tmp_path / "atlassian-connect.json"
        file.write_text(json.dumps(descriptor), encoding="utf-8")
        for variables in connect_foundation.variables.values():
            monkeypatch.setitem(variables, "DESCRIPTOR_PATH", str(file))

    return ask_for


@pytest.fixture
def reactions(subscribe: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Reactions:
    """Reactions in place of the shipped ones, to new comments and updated issues."""
    subscribe("comment_created", "jira:issue_updated")
    own = Reactions()
    monkeypatch.setattr("functions.jira_calls.reactions.reactions", own)
    return own
