"""Answers of Atlassian's as they were captured."""

import json
from pathlib import Path
from typing import Any

import pytest

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"


def capture(name: str) -> Any:
    """One of them; the test is skipped where the folder is missing."""
    file = CAPTURES / f"{name}.json"
    if not file.exists():
        pytest.skip("the captures are not here")
    return json.loads(file.read_text(encoding="utf-8"))
