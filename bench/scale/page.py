"""The tables of docs/growth.md: written between its marks, from the results."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.scale.points import sites_bound, webhooks_per_second, workers_needed
from bench.scale.prices import Line, total
from bench.scale.quotas import (
    API,
    CONCURRENCY,
    DYNAMODB_READS,
    DYNAMODB_WRITES,
    KMS,
    POOL_POINTS,
    TENANT_POINTS,
)
from bench.scale.studies import CONCURRENCIES, LIFETIMES, RATES, SIZES, SKEWS, THROTTLES, Run

type Runs = Mapping[str, Run]


class PageHasNoSuchMark(ValueError):
    """There is no place in the page for a table."""


def fill(page: Path, tables: Mapping[str, str]) -> None:
    """Put tables between `<!-- name -->` and `<!-- end -->`.

    Raises:
        PageHasNoSuchMark: a table has no place
    """
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        text, found = re.subn(
            rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)",
            lambda marks, table=table: f"{marks[1]}{table}\n{marks[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
        if found != 1:
            raise PageHasNoSuchMark(f"{page} has {found} places for {name!r}, not one")
    page.write_text(text, encoding="utf-8")


def tables(runs: Runs, bill: Sequence[Line], before: Sequence[Line], idle: Sequence[Line]) -> dict[str, str]:
    """Every table of the page, by the name of its mark."""
    return {
        "quotas": _quotas(runs[f"growth/{RATES[-1]}"]),
        "growth": _growth(runs),
        "lifetimes": _lifetimes(runs),
        "sizes": _sizes(runs),
        "storm": _storm(runs),
        "workers": _workers(runs),
        "paused": _paused(runs["paused"]),
        "throttle": _throttle(runs),
        "points": _points(runs),
        "bill": _bill(bill),
        "before": _before(bill, before),
        "idle": _bill(idle),
    }


def _quotas(run: Run) -> str:
    outcome, peaks = run.outcome, run.outcome.peaks
    lookups = peaks["webhooks.lookups"] + peaks["jira_calls.lookups"]
    rows = [
        (KMS, peaks["webhooks.decrypts"] + peaks["jira_calls.decrypts"], lookups),
        (DYNAMODB_READS, peaks["webhooks.reads"] + peaks["jira_calls.reads"], lookups),
        (DYNAMODB_WRITES, peaks["work_done.writes"], peaks["work_done.writes"]),
        (CONCURRENCY, outcome.webhooks.busy_most + outcome.jira_calls.busy_most, None),
        (API, peaks["requests"], peaks["requests"]),
    ]
    return _table(
        ["quota", "allowed", "most, simulated", "most, if nothing were remembered", "page"],
        [
            [
                quota.name,
                f"{quota.allowed:,.0f} {quota.unit}",
                f"{most:,}",
                f"{bound:,}" if bound else "",
                f"[↗]({quota.source})",
            ]
            for quota, most, bound in rows
        ],
    )


def _growth(runs: Runs) -> str:
    def row(rate: int) -> list[str]:
        run = runs[f"growth/{rate}"].outcome
        door, worker = run.webhooks, run.jira_calls
        return [
            f"{rate:,}",
            f"{door.hit_rate:.0%}",
            f"{worker.hit_rate:.0%}",
            f"{(door.decrypts + worker.decrypts) / run.seconds:,.1f}",
            f"{run.peaks.get('webhooks.decrypts', 0) + run.peaks.get('jira_calls.decrypts', 0):,}",
            f"{run.per_second('work_done.writes'):,.0f}",
            f"{door.busy_mean:.1f} / {door.busy_most}",
            f"{worker.busy_mean:.1f} / {worker.busy_most}",
        ]

    return _table(
        [
            "webhooks/s",
            "found opened: webhooks",
            "jira_calls",
            "Decrypts/s, mean",
            "most in a second",
            "writes/s",
            "webhooks at work, mean / most",
            "jira_calls at work, mean / most",
        ],
        [row(rate) for rate in RATES],
    )


def _lifetimes(runs: Runs) -> str:
    def cell(seconds: int, entries: int) -> str:
        run = runs[f"lifetime/{seconds}/{entries}"].outcome
        return f"{run.webhooks.hit_rate:.0%} / {run.jira_calls.hit_rate:.0%}"

    return _table(
        ["kept for", "1,000 at most", "10,000 at most"],
        [[f"{seconds / 60:.0f} min", cell(seconds, 1_000), cell(seconds, 10_000)] for seconds in LIFETIMES],
    )


def _sizes(runs: Runs) -> str:
    def row(name: str, run: Run) -> list[str]:
        outcome = run.outcome
        return [name, f"{outcome.webhooks.hit_rate:.0%}", f"{outcome.jira_calls.hit_rate:.0%}"]

    steady = [(f"skew {skew:g}", runs[f"skew/{skew:g}"]) for skew in SKEWS]
    return _table(
        ["", "webhooks", "jira_calls"],
        [row(f"{entries:,} kept at most", runs[f"lifetime/{LIFETIMES[-1]}/{entries}"]) for entries in SIZES]
        + [row(name, run) for name, run in steady],
    )


def _storm(runs: Runs) -> str:
    def row(concurrency: int, kind: str) -> list[str]:
        outcome = runs[f"storm/{concurrency}/{kind}"].outcome
        cells = [
            f"{outcome.ages[who][percentile]:,.1f}"
            for who in ("others", "storm")
            for percentile in ("p50", "p95", "p99")
        ]
        burst = outcome.jira_refused["jira-burst-based"]
        return [str(concurrency), "with" if kind == "fair" else "without", *cells, f"{burst:,}"]

    return _table(
        [
            "MaximumConcurrency",
            "groups",
            "others p50",
            "p95",
            "p99",
            "storm p50",
            "p95",
            "p99",
            "429 for the burst",
        ],
        [row(concurrency, kind) for concurrency in CONCURRENCIES for kind in ("plain", "fair")],
    )


def _workers(runs: Runs) -> str:
    outcome = runs["growth/30"].outcome
    seconds = outcome.jira_calls.seconds / outcome.counts["messages.done"]
    rates = (webhooks_per_second(points=1), 50.0, 100.0, 300.0, 1000.0)
    return _table(
        ["messages/s", "MaximumConcurrency with a quarter to spare"],
        [[f"{rate:,.0f}", f"{workers_needed(rate, seconds):,.0f}"] for rate in rates]
        + [[f"{10 / seconds:.0f}, no more", "10, as deployed"]],
    )


def _paused(run: Run) -> str:
    outcome = run.outcome
    ages = outcome.ages["others"]
    return _table(
        [
            "done for the site within the hour",
            "put off till the next",
            "sent again for it",
            "in flight at most",
            "others p50",
            "p95",
            "p99",
        ],
        [
            [
                f"{run.parameters.jira.tenant_points:,}",
                f"{outcome.counts['messages.paused']:,}",
                f"{outcome.counts['sqs.sent_again']:,}",
                f"{outcome.flying_most:,}",
                *(f"{ages[percentile]:,.1f}" for percentile in ("p50", "p95", "p99")),
            ]
        ],
    )


def _throttle(runs: Runs) -> str:
    def row(throttle: int) -> list[str]:
        run = runs[f"throttle/{throttle}"].outcome
        refused = run.counts.get("throttled", 0)
        return [
            f"{throttle:,} / {THROTTLES[throttle]:,}",
            f"{run.per_second('requests'):,.0f}",
            f"{run.peaks['requests']:,}",
            f"{refused:,} ({refused / run.counts['requests']:.1%})",
            f"{run.counts.get('lost', 0):,}",
        ]

    return _table(
        ["rate / burst", "requests/s, mean", "most in a second", "refused with 429", "lost"],
        [row(throttle) for throttle in THROTTLES],
    )


def _points(runs: Runs) -> str:
    load = runs[f"growth/{RATES[-1]}"].parameters.load
    rows = []
    for what, points in (("one PUT", 1), ("one GET of an issue and one PUT", 3)):
        bound = sites_bound(load, points=points, quota=TENANT_POINTS.allowed)
        rows.append(
            [
                what,
                str(points),
                f"{webhooks_per_second(points=points):.1f}/s",
                f"{POOL_POINTS.allowed / points * 24 / 1e6:.2f} million a day",
                f"{bound} of {load.tenants:,}",
            ]
        )
    return _table(
        [
            "reaction",
            "points",
            "Tier 1 carries",
            "that is",
            f"Tier 2, {load.webhooks_per_second:,.0f} webhooks/s: sites beyond their own quota",
        ],
        rows,
    )


def _bill(lines: Sequence[Line]) -> str:
    rows = [
        [f"[{line.what}]({line.source})", line.formula, _units(line), f"{line.dollars:.2f}"] for line in lines
    ]
    return _table(
        ["", "units come from", "units and price", "US dollars"],
        [*rows, ["**together**", "", "", f"**{total(lines):.2f}**"]],
    )


def _before(bill: Sequence[Line], before: Sequence[Line]) -> str:
    rows = [
        [then.what, f"{then.dollars:.2f}", f"{now.dollars:.2f}"]
        for then, now in zip(before, bill, strict=True)
        if abs(then.dollars - now.dollars) >= 0.1
    ]
    return _table(
        [
            "a million webhooks, US dollars",
            "5 minutes, 1,000 at most",
            "an hour, 10,000 at most: as deployed",
        ],
        [*rows, ["**together**", f"**{total(before):.2f}**", f"**{total(bill):.2f}**"]],
    )


def _units(line: Line) -> str:
    units = f"{line.units:,.0f}" if line.units >= 100 else f"{line.units:.3g}"
    return f"{units} at {line.price:g}" + (f" for {line.per:,.0f}" if line.per > 1 else "")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
