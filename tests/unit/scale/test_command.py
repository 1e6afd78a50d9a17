"""What is written: results, tables and figures."""

import json
import xml.etree.ElementTree as ET
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.scale.command import main
from bench.scale.figure import BLUE, figure
from bench.scale.page import PageHasNoSuchMark, fill
from bench.scale.parameters import Parameters
from bench.scale.studies import plan, run_all
from connect_tools.project import PROJECT


def test_one_run_is_told_in_json_alone() -> None:
    told = ["--one", "--set", "seconds = 60\nwarm_up_seconds = 0", "--set", "load.tenants = 3"]

    result = CliRunner().invoke(main, told)

    assert json.loads(result.stdout)["webhooks"]["events"] > 0


def test_a_parameter_that_is_none_is_a_usage_error() -> None:
    result = CliRunner().invoke(main, ["--one", "--set", "load.sites = 3"])

    assert result.exit_code == 2
    assert "sites" in result.stderr


def test_runs_come_back_under_their_names_and_are_told_of() -> None:
    base = Parameters(seconds=20, warm_up_seconds=0).changed("load.tenants = 5")
    told: list[str] = []

    runs = run_all({"a": base, "b": base.changed("load.webhooks_per_second = 5")}, jobs=1, tell=told.append)

    assert list(runs) == ["a", "b"]
    assert sorted(told) == ["a", "b"]
    assert runs["a"].outcome.webhooks.events > runs["b"].outcome.webhooks.events


def test_what_is_asked_for_reaches_every_run_of_a_study() -> None:
    runs = plan(Parameters().changed("seed = 9\njira.median_seconds = 0.5"))

    assert {(run.seed, run.jira.median_seconds) for run in runs.values()} == {(9, 0.5)}


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- one -->\nold\n<!-- end -->\nb\n<!-- two -->\n<!-- end -->\n", encoding="utf-8")

    fill(page, {"one": "| new |"})

    assert page.read_text(encoding="utf-8") == (
        "a\n<!-- one -->\n| new |\n<!-- end -->\nb\n<!-- two -->\n<!-- end -->\n"
    )


def test_a_table_without_a_place_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing", encoding="utf-8")

    with pytest.raises(PageHasNoSuchMark):
        fill(page, {"one": "| new |"})


def test_a_figure_has_colours_for_dark_pages_and_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("first.svg", "second.svg"):
        with figure(tmp_path / name, finding="What is to be seen", more="and how", height=3) as (axes,):
            axes.plot([1, 2], [1, 4], color=BLUE)

    text = (tmp_path / "first.svg").read_text(encoding="utf-8")
    assert text == (tmp_path / "second.svg").read_text(encoding="utf-8")
    assert ET.fromstring(text).find("{http://www.w3.org/2000/svg}title") is not None  # noqa: S314 - our own
    dark = text[text.index("prefers-color-scheme: dark") :].partition("</style>")[0]
    assert f'[style*="stroke: {BLUE}"]' in dark
    assert f"stroke: {BLUE}" in text.partition("</style>")[2]


def test_the_page_shows_every_figure_and_has_been_filled() -> None:
    page = (PROJECT / "docs" / "growth.md").read_text(encoding="utf-8")
    figures = {path.name for path in (PROJECT / "docs" / "growth").glob("*.svg")}

    assert figures
    assert all(f"(growth/{name})" in page for name in figures)
    assert "-->\n<!-- end -->" not in page


def test_the_page_is_of_the_parameters_as_they_are() -> None:
    results = json.loads((PROJECT / "docs" / "growth" / "results.json").read_text(encoding="utf-8"))
    planned = {name: json.loads(json.dumps(asdict(run))) for name, run in plan(Parameters()).items()}

    assert {name: run["parameters"] for name, run in results.items()} == planned, "run make scale"
