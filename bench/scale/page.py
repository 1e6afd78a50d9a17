"""The tables of docs/growth.md: written between its marks."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bench.scale.model import Model
from bench.scale.prices import Line, idle_month, per_million_webhooks, total
from bench.scale.simulation import Outcome

_QUOTAS = {
    "KMS, symmetric operations, smallest regions": (
        10_000,
        "kms/latest/developerguide/requests-per-second.html",
    ),
    "DynamoDB on demand, read units of one table": (
        40_000,
        "amazondynamodb/latest/developerguide/ServiceQuotas.html",
    ),
    "DynamoDB on demand, write units of one table": (
        40_000,
        "amazondynamodb/latest/developerguide/ServiceQuotas.html",
    ),
    "Lambda, environments at work at once": (1_000, "lambda/latest/dg/gettingstarted-limits.html"),
    "API Gateway, requests, whole account": (10_000, "apigateway/latest/developerguide/limits.html"),
}

RATES = {1: 3600.0, 10: 3600.0, 100: 900.0, 1_000: 300.0}
"""Webhooks a second, and for how many seconds they are counted: enough of them, and not too many."""

KEPT = [(300.0, 1_000), (300.0, 10_000), (3_600.0, 1_000), (3_600.0, 10_000)]
"""Time and number of cached opened secrets."""


class PageHasNoSuchMark(ValueError):
    """There is no place in the page for a table."""


def at_rate(rate: int) -> Model:
    """The model with so many webhooks a second."""
    return Model(webhooks_per_second=rate, seconds=RATES[rate])


def keeping(seconds: float, entries: int) -> Model:
    """The model with so many opened secrets, each kept for so many seconds."""
    return Model(secret_seconds=seconds, secret_entries=entries)


def filled(page: str, tables: Mapping[str, str]) -> str:
    """A page with tables between its `<!-- name -->` and `<!-- end -->`.

    Raises:
        PageHasNoSuchMark: a table has no place, or more than one
    """
    for name, table in tables.items():
        marks = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, found = marks.subn(lambda mark, table=table: f"{mark[1]}{table}\n{mark[2]}", page)  # type: ignore[misc]
        if found != 1:
            raise PageHasNoSuchMark(f"the page has {found} places for {name!r}, not one")
    return page


def tables(runs: Mapping[Model, Outcome], *, alarms: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Every table of the page, by the name of its mark."""
    return {
        "quotas": quotas(runs[at_rate(max(RATES))]),
        "growth": _table(
            "webhooks/s|found opened: webhooks|jira_calls|Decrypts/s, mean|most in a second|writes/s"
            "|webhooks at work, mean / most|jira_calls at work, mean / most",
            [growth_row(runs[at_rate(rate)]) for rate in RATES],
        ),
        "kept": _table(
            "kept for|at most|found opened: webhooks|jira_calls|a million webhooks, US dollars: KMS|together",
            [_kept_row(runs[keeping(*kept)]) for kept in KEPT],
        ),
        "bill": bill(per_million_webhooks(runs[Model()])),
        "idle": bill(idle_month(Model(), alarms=alarms)),
    }


def quotas(outcome: Outcome) -> str:
    """Each quota beside the most of it that a run has used in a second."""
    peaks = outcome.peaks
    lookups, reads, decrypts = (
        peaks[f"webhooks.{name}"] + peaks[f"jira_calls.{name}"] for name in ("lookups", "reads", "decrypts")
    )
    environments = sum(outcome.busiest.values())
    used = [
        (decrypts, lookups),
        (reads, lookups),
        (peaks["writes"], peaks["writes"]),
        (environments, None),
        (peaks["webhooks.lookups"], peaks["webhooks.lookups"]),
    ]
    rows = [
        [
            name,
            f"{allowed:,}",
            f"{most:,}",
            f"{bound:,}" if bound else "",
            f"[↗](https://docs.aws.amazon.com/{page})",
        ]
        for (name, (allowed, page)), (most, bound) in zip(_QUOTAS.items(), used, strict=True)
    ]
    return _table("a second|allowed|most, simulated|most, if nothing were remembered|page", rows)


def growth_row(outcome: Outcome) -> list[str]:
    """Return the table row of a run."""
    peaks, seconds = outcome.peaks, outcome.model.seconds
    fleets = [
        f"{outcome.busy_seconds[function] / seconds:.1f} / {outcome.busiest[function]}"
        for function in ("webhooks", "jira_calls")
    ]
    return [
        f"{outcome.model.webhooks_per_second:,}",
        *_hit_rates(outcome),
        f"{outcome.a_second('webhooks.decrypts', 'jira_calls.decrypts'):,.1f}",
        f"{peaks['webhooks.decrypts'] + peaks['jira_calls.decrypts']:,}",
        f"{outcome.a_second('writes'):,.0f}",
        *fleets,
    ]


def bill(lines: Sequence[Line]) -> str:
    """A bill, line by line."""
    rows = [
        [f"[{line.what}]({line.source})", line.formula, _units(line), f"{line.dollars:.2f}"] for line in lines
    ]
    together = ["**together**", "", "", f"**{total(lines):.2f}**"]
    return _table("|units come from|units and price|US dollars", [*rows, together])


def _kept_row(outcome: Outcome) -> list[str]:
    lines = per_million_webhooks(outcome)
    (decrypt,) = (line for line in lines if line.what == "KMS, Decrypt")
    model = outcome.model
    kept = [f"{model.secret_seconds / 60:.0f} min", f"{model.secret_entries:,}"]
    return [*kept, *_hit_rates(outcome), f"{decrypt.dollars:.2f}", f"{total(lines):.2f}"]


def _hit_rates(outcome: Outcome) -> list[str]:
    return [f"{outcome.hit_rate(function):.0%}" for function in ("webhooks", "jira_calls")]


def _units(line: Line) -> str:
    units = f"{line.units:,.0f}" if line.units >= 100 else f"{line.units:.3g}"  # noqa: PLR2004 - three digits
    return f"{units} at {line.price:g}" + (f" for {line.per:,.0f}" if line.per > 1 else "")


def _table(head: str, rows: Sequence[Sequence[str]]) -> str:
    names = head.split("|")
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (names, ["---"] * len(names), *rows))
