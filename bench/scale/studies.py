"""Which runs answer which question, and their running: several at a time, in processes of their own."""

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from typing import Any

from bench.scale.counting import Outcome
from bench.scale.parameters import Parameters
from bench.scale.quotas import API, POOL_POINTS, TENANT_POINTS
from bench.scale.simulation import Simulation

RATES = (1, 3, 10, 30, 100, 300, 1000)
LIFETIMES = (60, 300, 900, 3600)
SIZES = (300, 1_000, 3_000, 10_000)
SKEWS = (0.6, 1.0, 1.2)
CONCURRENCIES = (10, 50)
THROTTLES = {500: 1_000, 2_000: 2_000}
AS_DEPLOYED, BEFORE = "lifetime/3600/10000", "lifetime/300/1000"
STEP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Timeline:
    """How a run with a storm went.

    Attributes:
        others: time, median age and greatest age of the work begun in each step
        storm: the same of the site that has the storm
        done: messages, in each step
    """

    others: list[tuple[float, float, float]]
    storm: list[tuple[float, float, float]]
    done: list[int]


@dataclass(frozen=True, slots=True)
class Run:
    """A run, and what it was told."""

    parameters: Parameters
    outcome: Outcome
    timeline: Timeline | None

    def to_json(self) -> dict[str, Any]:
        """What is written to the results."""
        timeline = asdict(self.timeline) if self.timeline else None
        return {"parameters": asdict(self.parameters), **self.outcome.to_json(), "timeline": timeline}


def plan(base: Parameters) -> dict[str, Parameters]:
    """The runs, by name: the study, and what is varied in it."""
    runs = {f"growth/{rate}": _growth(base, rate) for rate in RATES}
    steady = base.changed(_enough_workers(base.load.webhooks_per_second))
    kept = [(seconds, entries) for seconds in LIFETIMES for entries in (1_000, 10_000)]
    kept += [(LIFETIMES[-1], entries) for entries in SIZES]
    for seconds, entries in kept:
        runs[f"lifetime/{seconds}/{entries}"] = _settled(steady, seconds).changed(
            f"memory.secret_seconds = {seconds}\nmemory.secret_entries = {entries}"
        )
    for skew in SKEWS:
        runs[f"skew/{skew:g}"] = _settled(steady, base.memory.secret_seconds).changed(f"load.skew = {skew}")
    for concurrency in CONCURRENCIES:
        for fair in (False, True):
            runs[f"storm/{concurrency}/{'fair' if fair else 'plain'}"] = base.changed(f"""
                seconds = 3000
                warm_up_seconds = 300
                load.tenants = 1000
                load.webhooks_per_second = 10
                load.storm_webhooks = 20000
                load.storm_at = 600
                load.storm_rank = 50
                queue.fair = {str(fair).lower()}
                queue.maximum_concurrency = {concurrency}
                jira.tenant_points = {TENANT_POINTS.allowed:.0f}
            """)
    runs["paused"] = base.changed(f"""
        seconds = 5400
        warm_up_seconds = 60
        load.tenants = 1000
        load.webhooks_per_second = 10
        load.storm_webhooks = 300000
        load.storm_at = 120
        load.storm_rank = 50
        queue.maximum_concurrency = 60
        jira.tenant_points = {TENANT_POINTS.allowed:.0f}
    """)
    for throttle, burst in THROTTLES.items():
        runs[f"throttle/{throttle}"] = base.changed(f"""
            seconds = 2400
            warm_up_seconds = 600
            load.webhooks_per_second = 100
            load.bulk_edits_per_hour = 60
            load.bulk_edit_webhooks = 5000
            api.requests_per_second = {throttle}
            api.burst = {burst}
            queue.maximum_concurrency = 200
        """)
    runs["pool"] = base.changed(f"""
        seconds = 7200
        warm_up_seconds = 60
        load.tenants = 1000
        load.webhooks_per_second = 15
        load.storm_webhooks = 20000
        load.storm_at = 600
        load.storm_rank = 50
        jira.pool_points = {POOL_POINTS.allowed:.0f}
    """)
    return runs


def run_all(
    runs: Mapping[str, Parameters], *, jobs: int, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Run]:
    """Make runs, the longest first.

    Args:
        runs: by name
        jobs: how many at a time
        tell: is told each one's name when it is done
    """
    longest_first = sorted(runs, key=lambda name: -_work(runs[name]))
    done: dict[str, Run] = {}
    with ProcessPoolExecutor(max_workers=jobs) as processes:
        under_way = {processes.submit(run, runs[name]): name for name in longest_first}
        for finished in as_completed(under_way):
            name = under_way[finished]
            done[name] = finished.result()
            tell(name)
    return {name: done[name] for name in runs}


def run(parameters: Parameters) -> Run:
    """One of them."""
    simulation = Simulation(parameters)
    outcome = simulation.run()
    if not parameters.load.storm_webhooks:
        return Run(parameters, outcome, None)
    counts = simulation.counts
    timeline = Timeline(
        others=counts.ages_over_time(stormy=False, step=STEP_SECONDS),
        storm=counts.ages_over_time(stormy=True, step=STEP_SECONDS),
        done=counts.by_step("messages.done", STEP_SECONDS),
    )
    return Run(parameters, outcome, timeline)


def _growth(base: Parameters, rate: float) -> Parameters:
    counted = 300 if rate >= 300 else 900 if rate >= 30 else 3600  # noqa: PLR2004 - enough events, and not too many
    return _settled(base, base.memory.secret_seconds, counted).changed(f"""
        load.webhooks_per_second = {rate}
        {_enough_workers(rate)}
    """)


def _settled(base: Parameters, kept_seconds: float, counted: float = 600) -> Parameters:
    """Counted only when what was kept first has ended."""
    warm_up = max(600, kept_seconds * 1.25)
    return base.changed(f"seconds = {warm_up + counted}\nwarm_up_seconds = {warm_up}")


def _enough_workers(rate: float) -> str:
    workers = min(max(10, int(rate * 0.6)), 900)
    return f"queue.maximum_concurrency = {workers}\napi.requests_per_second = {API.allowed}\napi.burst = 5000"


def _work(parameters: Parameters) -> float:
    return parameters.seconds * parameters.load.webhooks_per_second + parameters.load.storm_webhooks
