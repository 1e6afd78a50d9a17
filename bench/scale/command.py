"""`python -m bench.scale`: every run, the results as JSON, the figures, and the tables of docs/growth.md."""

import json
import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.scale import page, plots, prices, studies
from bench.scale.parameters import Parameters, ParameterUnknown
from bench.scale.simulation import simulate

PROJECT = Path(__file__).resolve().parents[2]


@click.command()
@click.option("--set", "settings", multiple=True, metavar="TOML", help="A parameter: 'load.tenants = 500'.")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="Parameters in TOML.")
@click.option(
    "--one", is_flag=True, help="One run with these parameters; its result on stdout, nothing else."
)
@click.option(
    "--jobs", default=os.process_cpu_count() or 1, show_default="one a processor", help="Runs at a time."
)
@click.option(
    "--into",
    default=PROJECT / "docs",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where growth.md is, and growth/ is written.",
)
def main(settings: tuple[str, ...], files: tuple[Path, ...], *, one: bool, jobs: int, into: Path) -> None:
    """Simulate how cost and waiting grow, and write it into docs/growth.md."""
    try:
        parameters = _parameters(settings, files)
    except (ParameterUnknown, OSError) as mistake:
        raise click.UsageError(str(mistake)) from mistake
    if one:
        click.echo(json.dumps(simulate(parameters).to_json(), indent=1))
        return
    runs = _all_runs(parameters, jobs)
    bill, before = (
        prices.per_million_webhooks(runs[name].outcome, runs[name].parameters)
        for name in (studies.AS_DEPLOYED, studies.BEFORE)
    )
    folder = into / "growth"
    folder.mkdir(parents=True, exist_ok=True)
    results = {name: run.to_json() for name, run in runs.items()}
    (folder / "results.json").write_text(json.dumps(results, separators=(",", ":")) + "\n", encoding="utf-8")
    plots.draw_all(runs, bill, folder)
    page.fill(into / "growth.md", page.tables(runs, bill, before, prices.idle_month(parameters)))


def _parameters(settings: tuple[str, ...], files: tuple[Path, ...]) -> Parameters:
    parameters = Parameters()
    for text in (*(file.read_text(encoding="utf-8") for file in files), *settings):
        parameters = parameters.changed(text)
    return parameters


def _all_runs(parameters: Parameters, jobs: int) -> dict[str, studies.Run]:
    planned = studies.plan(parameters)
    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task("the longest runs first", total=len(planned))
        return studies.run_all(
            planned, jobs=jobs, tell=lambda name: progress.update(task, advance=1, description=name)
        )
