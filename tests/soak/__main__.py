"""The soak: many webhooks through the whole stack while everything fails, and none is lost.

.venv/bin/python -m tests.soak --webhooks 1000 --tenants 10 --faults all
"""

import json
import random
import sys
from typing import TYPE_CHECKING

import click

from connect_cli.command import run
from connect_cli.options import AS_JSON

if TYPE_CHECKING:
    from tests.soak.hanging import Patience
    from tests.soak.noisy import Fairness
    from tests.soak.summary import Summary

_FEWEST_TO_MEASURE = 200


@click.command()
@click.option(
    "--webhooks", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="How many are sent."
)
@click.option(
    "--tenants", type=click.IntRange(1, 100), default=10, show_default=True, help="From how many sites."
)
@click.option(
    "--faults",
    default="all",
    show_default=True,
    metavar="NAMES",
    help="all, none, or some of 429,503,slow,drop,rotate,kill,kms,dynamodb,sqs,twice,shuffle.",
)
@click.option("--seed", type=int, metavar="S", help="Of what is left to chance; a new one by default.")
@click.option(
    "--limit", type=click.IntRange(1), default=900, show_default=True, help="Seconds that it may take."
)
@click.option("--noisy", is_flag=True, help="Measure instead what a noisy site costs the others.")
@click.option("--hanging", is_flag=True, help="Measure instead what a site that does not answer costs them.")
@AS_JSON
def soak(
    *,
    webhooks: int,
    tenants: int,
    faults: str,
    seed: int | None,
    limit: int,
    noisy: bool,
    hanging: bool,
    as_json: bool,
) -> None:
    """Send many webhooks through the stack while everything fails, and prove that each has one effect.

    Exit status 0 only if nothing was lost, done twice, left in the queue or set aside. What counts as the
    effect is the note that this project's functions/jira_calls/reactions.py leaves.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if seed is None:
        seed = random.randrange(10_000)  # noqa: S311 - nobody is to be surprised by it
    found: Summary | Fairness | Patience
    if (noisy or hanging) and (webhooks < _FEWEST_TO_MEASURE or tenants == 1 or (noisy and hanging)):
        raise click.UsageError(f"give --noisy or --hanging, {_FEWEST_TO_MEASURE} webhooks, and two tenants")
    if noisy:
        from tests.soak.noisy import noisy as measure

        found = measure(webhooks, tenants, seed, console)
    elif hanging:
        from tests.soak.hanging import hanging as measure_beside

        found = measure_beside(webhooks, tenants, seed, console)
    else:
        from tests.soak.options import SoakOptions, read_faults
        from tests.soak.run import soak as measured

        options = SoakOptions(
            webhooks=webhooks, tenants=tenants, faults=read_faults(faults), seed=seed, limit=limit
        )
        found = measured(options, console)
    if as_json:
        click.echo(json.dumps(found.as_json()))
    else:
        found.show(Console(highlight=False, soft_wrap=True))
    sys.exit(0 if found.held else 1)


if __name__ == "__main__":
    run(soak)
