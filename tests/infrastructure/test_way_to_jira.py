"""Length of the way from a webhook to its call to Jira: a reader follows each file and each move."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connect_tools.project import PROJECT

MOST_FILES = 38
MOST_MOVES = 78
FOLDERS = [
    PROJECT,
    *(PROJECT / "layers" / layer for layer in ("app", "jira", "jwt")),
    PROJECT / "tools",
    PROJECT / "local",
]


@pytest.fixture(scope="module")
def way() -> dict[str, Any]:
    followed = subprocess.run(
        [sys.executable, "-P", str(Path(__file__).with_name("way_to_jira.py"))],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, FOLDERS))},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(followed.stdout)
    return found


def test_the_way_leads_from_the_function_that_jira_calls_to_the_client_of_jira(way: dict[str, Any]) -> None:
    assert "functions/webhooks/app.py" in way["files"]
    assert "layers/jira/connect_jira/jira/client.py" in way["files"]


def test_a_webhook_passes_few_files_until_its_call_to_jira(way: dict[str, Any]) -> None:
    assert len(way["files"]) <= MOST_FILES, way["files"]
    assert way["moves"] <= MOST_MOVES
