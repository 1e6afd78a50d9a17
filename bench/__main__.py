"""`make bench`: everything side by side, in one run on one machine."""

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from bench import aws_calls, cold, page, protocol, results, sdk, warm
from bench.artifacts import DEPLOYED, build, build_for_this_machine
from bench.lambdas import Lambdas, lambdas_python, without_bytecode
from bench.sampling import Figure
from bench.sizes import sizes
from bench.stand_ins import Aws, Site
from bench.trust import Trust
from connect_tools.aws_environment import forget_real_aws

PARTS = ("protocol", "cold", "warm", "sdk", "aws", "size")
_ROUNDS = 20


@click.command()
@click.option("--only", type=click.Choice(PARTS), help="One part; the others stay as they were measured.")
@click.option("--rounds", default=_ROUNDS, show_default=True, type=click.IntRange(2), help="Of each part.")
@click.option("--write", is_flag=True, help="Write what git tracks, not copies in .bench.")
def main(only: str | None, rounds: int, *, write: bool) -> None:
    """Measure, and make results.json and docs/performance.md with its plots anew."""
    forget_real_aws()
    console = Console(highlight=False)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeRemainingColumn())
    kept = results.read() | {"machine": results.circumstances()}
    with ExitStack() as parts, Progress(*columns, console=console) as progress:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory()))
        wanted = PARTS if only is None else (only,)
        if "protocol" in wanted:
            kept["protocol"] = _as_json(protocol.measure(rounds, progress))
        if "size" in wanted:
            console.print("building as for a deployment …")
            (folder / "deployed").mkdir()
            kept["size"] = sizes(build(folder / "deployed", machine=DEPLOYED))
        if {"cold", "warm", "sdk", "aws"} & set(wanted):
            console.print("building for this machine …")
            trust = Trust(folder)
            lambdas = Lambdas(
                build_for_this_machine(folder),
                lambdas_python(folder),
                trust,
                parts.enter_context(Aws(trust)),
                parts.enter_context(Site(trust)),
            )
            if "aws" in wanted:
                kept["aws"] = aws_calls.count(lambdas)
            if "cold" in wanted:
                plain = replace(lambdas, build=without_bytecode(lambdas.build, folder))
                kept["cold"] = _as_json(cold.measure(lambdas, plain, rounds, progress))
            if "warm" in wanted:
                kept["warm"] = _as_json(warm.measure(lambdas, rounds, progress))
            if "sdk" in wanted:
                kept["sdk"] = _as_json(sdk.measure(lambdas, rounds, progress))
    for written in (results.write(kept, write=write), page.write(kept, write=write)):
        console.print(f"{written} is written")


def _as_json(figures: dict[str, dict[str, Figure]]) -> dict[str, Any]:
    return {
        case: {name: figure.as_json() for name, figure in found.items()} for case, found in figures.items()
    }


if __name__ == "__main__":
    main()
