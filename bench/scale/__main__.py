"""`make scale`: simulate, and make the tables of docs/growth.md anew."""

import os
from concurrent.futures import ProcessPoolExecutor

import click

from bench.outputs import PAGES, destination
from bench.scale.page import KEPT, RATES, at_rate, filled, keeping, tables
from bench.scale.simulation import simulate
from connect_tools.template import Template


@click.command()
@click.option("--write", is_flag=True, help="Write docs/growth.md itself, not a copy in .bench.")
def main(*, write: bool) -> None:
    """Simulate how cost and load grow: some minutes of one processor."""
    models = list(
        dict.fromkeys([*map(at_rate, sorted(RATES, reverse=True)), *(keeping(*kept) for kept in KEPT)])
    )
    with ProcessPoolExecutor(max_workers=os.process_cpu_count()) as processes:
        runs = dict(zip(models, processes.map(simulate, models), strict=True))
    page = PAGES / "growth.md"
    alarms = list(Template({}).resources("AWS::CloudWatch::Alarm").values())
    text = filled(page.read_text(encoding="utf-8"), tables(runs, alarms=alarms))
    to = destination(page, write=write)
    to.write_text(text, encoding="utf-8")
    click.echo(f"{to} is written")


if __name__ == "__main__":
    main()
