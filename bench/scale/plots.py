"""The figures of docs/growth.md."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from bench.scale.figure import BLUE, GREEN, INK, MUTED, ORANGE, VIOLET, figure, say
from bench.scale.points import BUSY_HOUR, sites_carried
from bench.scale.prices import Line, total
from bench.scale.quotas import DYNAMODB_WRITES, KMS_REGIONS, POOL_POINTS
from bench.scale.studies import AS_DEPLOYED, BEFORE, LIFETIMES, RATES, STEP_SECONDS, Run, Timeline

type Runs = Mapping[str, Run]

DASHED = (0, (5, 3))
DOTTED = (0, (1, 2))


def draw_all(runs: Runs, bill: Sequence[Line], folder: Path) -> None:
    """Write every figure."""
    draw_growth(runs, folder / "growth.svg")
    draw_lifetimes(runs, folder / "lifetimes.svg")
    draw_storm(runs, folder / "storm.svg")
    draw_points(folder / "points.svg")
    draw_pool(runs["pool"], folder / "pool.svg")
    draw_bill(bill, folder / "bill.svg")


def draw_growth(runs: Runs, path: Path) -> None:
    """Requests a second by load, beside what is allowed."""
    outcomes = [runs[f"growth/{rate}"].outcome for rate in RATES]
    decrypts = [(each.webhooks.decrypts + each.jira_calls.decrypts) / each.seconds for each in outcomes]
    reads = [(each.webhooks.reads + each.jira_calls.reads) / each.seconds for each in outcomes]
    writes = [each.per_second("work_done.writes") for each in outcomes]
    share = decrypts[-1] / min(KMS_REGIONS.values())
    with figure(
        path,
        finding=f"At {RATES[-1]:,} webhooks a second KMS is asked for {share:.0%} of its smallest quota",
        more="Requests a second by webhooks a second; 10,000 sites, as deployed; both scales logarithmic",
        height=5.2,
    ) as (axes,):
        _log_log(axes, RATES)
        axes.set_xlabel("webhooks a second")
        axes.set_ylabel("requests a second")
        axes.set_xlim(0.9, 8000)
        axes.set_ylim(1, 260_000)
        axes.plot(RATES, writes, color=GREEN)
        say(axes, "writes to WorkDone", at=(RATES[-1], writes[-1] * 1.3), color=GREEN)
        axes.plot(RATES, reads, color=VIOLET)
        say(axes, "DynamoDB reads", at=(RATES[-1], reads[-1]), color=VIOLET)
        axes.plot(RATES, decrypts, color=BLUE, marker="o", markersize=5)
        say(axes, "KMS Decrypt", at=(RATES[-1], decrypts[-1] * 0.8), color=BLUE)
        for regions, quota in KMS_REGIONS.items():
            axes.axhline(quota, color=ORANGE, linewidth=1.2, linestyle=DASHED)
            short = regions if len(regions) < 40 else "six larger regions"
            say(axes, f"KMS {quota:,}: {short}", at=(1, quota / 1.12), color=ORANGE, to="above")
        axes.axhline(DYNAMODB_WRITES.allowed, color=MUTED, linewidth=1.2, linestyle=DOTTED)
        say(
            axes,
            "DynamoDB, one table: 40,000",
            at=(100, DYNAMODB_WRITES.allowed / 1.12),
            color=MUTED,
            to="above",
        )


def draw_lifetimes(runs: Runs, path: Path) -> None:
    """How often KMS is asked, by how long a secret is kept."""
    now, before = (_decrypts(runs[name]) for name in (AS_DEPLOYED, BEFORE))
    with figure(
        path,
        finding=f"Kept for an hour, and all of them, secrets are opened {1 - now / before:.0%} less often",
        more="Decrypts for a webhook and its call, 100 webhooks a second; compared with 5 minutes and 1,000",
        height=4.4,
    ) as (axes,):
        axes.set_xscale("log")
        axes.set_xlim(50, 8000)
        axes.set_ylim(0, 2.2)
        axes.xaxis.set_major_locator(FixedLocator(list(LIFETIMES)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 60:.0f} min"))
        axes.yaxis.set_major_locator(FixedLocator([0, 0.5, 1, 1.5, 2]))
        axes.set_xlabel("an opened secret is kept for")
        axes.set_ylabel("Decrypts a webhook")
        axes.axhline(2, color=MUTED, linewidth=1.2, linestyle=DASHED)
        say(axes, "nothing remembered", at=(52, 2), color=MUTED, to="below")
        for entries, color in ((1_000, ORANGE), (10_000, BLUE)):
            values = [_decrypts(runs[f"lifetime/{seconds}/{entries}"]) for seconds in LIFETIMES]
            axes.plot(LIFETIMES, values, color=color, marker="o", markersize=5)
            say(axes, f"{entries:,} at most", at=(LIFETIMES[-1], values[-1]), color=color)
        axes.plot([3600], [now], marker="o", markersize=13, markerfacecolor="none", markeredgecolor=INK)
        say(axes, "as deployed", at=(3600, now - 0.3), color=INK, to="above")


def draw_storm(runs: Runs, path: Path) -> None:
    """How old messages are when their work begins, with groups and without."""
    plain, fair = (runs[f"storm/10/{kind}"].outcome.ages["others"]["p99"] for kind in ("plain", "fair"))
    with figure(
        path,
        finding=f"In a storm the others wait {fair:.0f} s, and {plain / 60:.0f} minutes without groups (p99)",
        more="Greatest age of messages when their work begins; one site sends 20,000 webhooks at minute 10",
        height=4.6,
        panels=2,
    ) as panels:
        for axes, kind, title in zip(
            panels, ("plain", "fair"), ("without groups", "with groups, as deployed"), strict=True
        ):
            timeline = _timeline(runs[f"storm/10/{kind}"])
            axes.set_title(title, loc="left", fontsize=11, color=INK)
            axes.set_yscale("log")
            axes.set_xlim(5, 45)
            axes.set_ylim(0.2, 3000)
            axes.yaxis.set_major_locator(FixedLocator([1, 10, 60, 600, 1800]))
            axes.yaxis.set_minor_locator(NullLocator())
            axes.yaxis.set_major_formatter(FuncFormatter(_duration))
            axes.set_xlabel("minutes")
            for points, color in ((timeline.storm, ORANGE), (timeline.others, BLUE)):
                at, _, most = _series(points)
                axes.plot(at, most, color=color)
        say(panels[0], "all sites alike", at=(25, 120), color=BLUE)
        say(panels[1], "the site with\nthe storm", at=(25.5, 200), color=ORANGE)
        say(panels[1], "all other sites", at=(26, 5), color=BLUE)
        panels[0].set_ylabel("age")


def draw_points(path: Path) -> None:
    """How many sites Jira's pool carries."""
    a_day = [3, 10, 30, 100, 300, 1000, 3000, 10_000]
    with figure(
        path,
        finding=f"Tier 1 carries {sites_carried(65, points=1):,.0f} sites of 65 webhooks a day, and no more",
        more=f"{POOL_POINTS.allowed:,.0f} points an hour; {BUSY_HOUR:.0%} of a day in its busiest hour",
        height=4.6,
    ) as (axes,):
        _log_log(axes, a_day)
        axes.set_xlim(3, 10_000)
        axes.set_ylim(10, 100_000)
        axes.set_xlabel("webhooks of a site a day that the app reacts to")
        axes.set_ylabel("sites")
        lines = {points: [sites_carried(webhooks, points=points) for webhooks in a_day] for points in (1, 3)}
        axes.plot(a_day, lines[1], color=BLUE)
        axes.plot(a_day, lines[3], color=ORANGE)
        axes.fill_between(a_day, lines[3], 10, color=GREEN, alpha=0.12, linewidth=0)
        say(axes, "one PUT: 1 point", at=(a_day[4], lines[1][4] * 1.2), color=BLUE)
        say(
            axes,
            "one GET of an issue\nand one PUT: 3 points",
            at=(a_day[3], lines[3][3] * 0.6),
            color=ORANGE,
            to="left",
        )
        axes.axhline(10_000, color=MUTED, linewidth=1.2, linestyle=DASHED)
        say(axes, "10,000 sites", at=(3_000, 9_000), color=MUTED, to="above")
        say(axes, "carried", at=(4, 30), color=GREEN)
        say(axes, "calls wait for the next hour", at=(9_500, 50_000), color=MUTED, to="left")


def draw_pool(run: Run, path: Path) -> None:
    """What a storm does to everybody where all share one pool."""
    timeline = _timeline(run)
    longest = max(most for _, _, most in timeline.others)
    steps = zip(_steps(timeline), timeline.done, strict=True)
    stopped = [at for at, done in steps if not done and at < 60]
    with figure(
        path,
        finding=f"One site's storm spends the pool, and every site waits up to {longest / 60:.0f} minutes",
        more="Age of the other sites' messages when their work begins, median and greatest; Tier 1",
        height=4.2,
    ) as (axes,):
        at, median, most = _series(timeline.others)
        top = longest / 60 * 1.3
        axes.set_xlabel("minutes; Jira counts anew at 60")
        axes.set_ylabel("age, minutes")
        axes.set_xlim(0, 90)
        axes.set_ylim(0, top)
        axes.fill_between(at, [age / 60 for age in most], color=BLUE, alpha=0.25, linewidth=0)
        axes.plot(at, [age / 60 for age in median], color=BLUE)
        axes.axvline(10, color=ORANGE, linewidth=1.2, linestyle=DASHED)
        say(axes, "one site sends 20,000 webhooks", at=(10, top * 0.94), color=ORANGE)
        if stopped:
            axes.axvspan(stopped[0], 60, color=VIOLET, alpha=0.15, linewidth=0)
            say(axes, "no points left", at=(stopped[0], top * 0.5), color=VIOLET, to="left")
        say(axes, "what has waited\nis worked off", at=(69, top * 0.5), color=BLUE)


def draw_bill(bill: Sequence[Line], path: Path) -> None:
    """What a million webhooks cost, line by line."""
    lines = sorted(bill, key=lambda line: line.dollars)
    with figure(
        path,
        finding=f"A million webhooks, each with one call to Jira, cost {total(bill):.2f} dollars",
        more="US dollars, us-east-1, arm64, without free tiers; 100 webhooks a second, 10,000 sites",
        height=5.2,
    ) as (axes,):
        axes.grid(visible=False)
        axes.set_xlim(0, lines[-1].dollars * 1.15)
        axes.figure.subplots_adjust(left=0.3)
        axes.spines["bottom"].set_visible(False)
        axes.spines["left"].set_visible(False)
        axes.tick_params(length=0, labelbottom=False)
        names = [line.what for line in lines]
        colors = [ORANGE if line.what.startswith("KMS") else BLUE for line in lines]
        axes.barh(names, [line.dollars for line in lines], color=colors, height=0.62)
        axes.tick_params(axis="y", colors=INK)
        for place, line in enumerate(lines):
            say(axes, f"{line.dollars:.2f}", at=(line.dollars, float(place)), color=INK)


def _decrypts(run: Run) -> float:
    outcome = run.outcome
    return (
        outcome.webhooks.decrypts / outcome.webhooks.lookups
        + outcome.jira_calls.decrypts / outcome.jira_calls.lookups
    )


def _timeline(run: Run) -> Timeline:
    if run.timeline is None:
        raise ValueError("a run without a storm has no timeline")
    return run.timeline


def _series(points: Sequence[tuple[float, float, float]]) -> tuple[list[float], list[float], list[float]]:
    """Minutes, and the median and greatest age in seconds; with a gap where nothing was done."""
    series: list[tuple[float, float, float]] = []
    for point in points:
        if series and point[0] - series[-1][0] > 2 * STEP_SECONDS:
            series.append((series[-1][0] + STEP_SECONDS, math.nan, math.nan))
        series.append(point)
    at, median, most = (list(part) for part in zip(*series, strict=True))
    return [second / 60 for second in at], median, most


def _steps(timeline: Timeline) -> list[float]:
    began = timeline.others[0][0]
    return [(began + place * STEP_SECONDS) / 60 for place in range(len(timeline.done))]


def _log_log(axes: Axes, ticks: Sequence[int]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _duration(seconds: float, _: int | None = None) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"
