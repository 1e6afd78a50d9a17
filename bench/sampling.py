"""Rounds in which everything is measured once, in a new order each time: what disturbs one disturbs all."""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Self

from rich.progress import Progress

type Measure = Callable[[], Mapping[str, float]]
"""Measures once: the figures by name, such as `{"wall": 0.4}`."""

_BATCH_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Figure:
    """Result of the rounds.

    Attributes:
        median: half of the rounds were below
        low: a tenth of the rounds were below
        high: a tenth of the rounds were above
        rounds: number of rounds
    """

    median: float
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, values: list[float]) -> Self:
        """The figure of at least two rounds."""
        tenths = statistics.quantiles(values, n=10, method="inclusive")
        return cls(statistics.median(values), tenths[0], tenths[-1], len(values))

    def as_json(self) -> dict[str, float]:
        """For `bench/results.json`."""
        return asdict(self)


def interleaved(
    measures: Mapping[str, Measure], *, rounds: int, progress: Progress, title: str
) -> dict[str, dict[str, Figure]]:
    """The figures by what was measured and by their names; the first round is not counted."""
    order = list(measures)
    values: dict[str, dict[str, list[float]]] = {name: {} for name in order}
    task = progress.add_task(title, total=(rounds + 1) * len(order))
    for number in range(rounds + 1):
        random.shuffle(order)
        for name in order:
            for figure, value in measures[name]().items():
                if number:
                    values[name].setdefault(figure, []).append(value)
            progress.advance(task)
    return {
        name: {figure: Figure.of(found) for figure, found in figures.items()}
        for name, figures in values.items()
    }


def seconds_of(operation: Callable[[], object]) -> float:
    """Return the CPU time of an operation in seconds, as the mean of a batch: one alone is too short."""
    times = batch_size(operation)
    started = time.thread_time()
    for _ in range(times):
        operation()
    return (time.thread_time() - started) / times


def batch_size(operation: Callable[[], object]) -> int:
    """Return the number of operations in a batch."""
    operation()
    started = time.perf_counter()
    operation()
    return max(1, int(_BATCH_SECONDS / max(time.perf_counter() - started, 1e-7)))
