"""Measurements overwrite tracked files only on request."""

import subprocess
from pathlib import Path

import pytest

from bench import outputs, page, results
from connect_tools.project import PROJECT


def test_without_being_told_a_tracked_file_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tracked = tmp_path / "docs" / "growth.md"
    monkeypatch.setattr(outputs, "IGNORED", tmp_path / "ignored")

    assert outputs.destination(tracked, write=False) == tmp_path / "ignored" / "growth.md"
    assert outputs.destination(tracked, write=True) == tracked


def test_git_ignores_where_measurements_go() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "--quiet", outputs.IGNORED / "results.json"], cwd=PROJECT, check=False
    )

    assert ignored.returncode == 0


def test_the_page_of_performance_is_of_the_results_that_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(outputs, "IGNORED", tmp_path)

    written = page.write(results.read(), write=False)

    docs = PROJECT / "docs"
    assert written == tmp_path / "performance.md"
    assert written.read_bytes() == (docs / "performance.md").read_bytes()
    plots = sorted((docs / "performance").glob("*.svg"))
    assert [plot.read_bytes() for plot in plots] == [
        (tmp_path / "performance" / plot.name).read_bytes() for plot in plots
    ]
    assert plots
