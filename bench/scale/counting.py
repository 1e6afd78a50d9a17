"""What a run counts, and what is told of it."""

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.scale.parameters import Parameters

PERCENTILES = (50, 95, 99)


class Counts:
    """Counters, whole and by the second, from the end of the warm-up on.

    Args:
        parameters: of the run
    """

    def __init__(self, parameters: Parameters) -> None:
        self._from = parameters.warm_up_seconds
        self._seconds = int(parameters.seconds - parameters.warm_up_seconds) + 1
        self.totals: Counter[str] = Counter()
        self._by_second: dict[str, array[int]] = {}
        self.ages = {True: (array("d"), array("d")), False: (array("d"), array("d"))}

    def add(self, name: str, now: float, number: int = 1) -> None:
        """Count something."""
        if now >= self._from and number:
            self.totals[name] += number
            series = self._by_second.get(name)
            if series is None:
                series = self._by_second[name] = array("l", bytes(8 * self._seconds))
            second = int(now - self._from)
            if second < self._seconds:
                series[second] += number

    def add_age(self, *, stormy: bool, now: float, age: float) -> None:
        """A message's work begins, so many seconds after it was sent."""
        if now >= self._from:
            at, ages = self.ages[stormy]
            at.append(now)
            ages.append(age)

    def peak(self, name: str) -> int:
        """The most of it in any second."""
        return max(self._by_second.get(name, [0]))

    def by_step(self, name: str, step: int) -> list[int]:
        """Of it in each step of so many seconds."""
        series = self._by_second.get(name, array("l"))
        return [sum(series[at : at + step]) for at in range(0, len(series) - step + 1, step)]

    def ages_in_short(self, *, stormy: bool) -> dict[str, float]:
        """Mean and percentiles of the ages at which work began, in seconds."""
        ages = self.ages[stormy][1]
        if not ages:
            return {}
        values = np.percentile(np.frombuffer(ages), PERCENTILES)
        named = zip(PERCENTILES, values, strict=True)
        return {"mean": float(np.mean(ages))} | {f"p{percent}": float(value) for percent, value in named}

    def ages_over_time(self, *, stormy: bool, step: float) -> list[tuple[float, float, float]]:
        """Time, median and greatest age of what began in each step."""
        at, ages = (np.frombuffer(part) for part in self.ages[stormy])
        steps = np.floor(at / step)
        return [
            (float(one * step), float(np.median(ages[steps == one])), float(ages[steps == one].max()))
            for one in np.unique(steps)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Functions:
    """One function in a run.

    Attributes:
        events: it was invoked for
        lookups: of a site
        reads: of DynamoDB for them
        decrypts: by KMS for them
        cold_starts: environments that were started
        busy_mean: environments at work, in the mean
        busy_most: at the same time
        seconds: of work in all
        kept: environments at the end, idle ones included
    """

    events: int
    lookups: int
    reads: int
    decrypts: int
    cold_starts: int
    busy_mean: float
    busy_most: int
    seconds: float
    kept: int

    @property
    def hit_rate(self) -> float:
        """How many lookups of a secret needed no KMS."""
        return 1 - self.decrypts / self.lookups if self.lookups else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A run.

    Attributes:
        seconds: that were counted
        counts: whatever was counted
        peaks: the most in any second
        webhooks: the function that takes webhooks
        jira_calls: the function that works the queue off
        ages: mean and percentiles of how long a message waited, of the storm's site and of the others
        waiting: messages on the queue at the end
        flying: messages received and not deleted at the end
        flying_most: of these, the most at any time
        jira_refused: 429s by reason
    """

    seconds: float
    counts: dict[str, int]
    peaks: dict[str, int]
    webhooks: Functions
    jira_calls: Functions
    ages: dict[str, dict[str, float]]
    waiting: int
    flying: int
    flying_most: int
    jira_refused: dict[str, int]

    def per_second(self, name: str) -> float:
        """Of a count, in the mean."""
        return self.counts.get(name, 0) / self.seconds

    def to_json(self) -> dict[str, Any]:
        """What is written to the results."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("webhooks", "jira_calls"):
            part: Functions = fields[name]
            fields[name] = {each: getattr(part, each) for each in part.__dataclass_fields__}
            fields[name]["hit_rate"] = round(part.hit_rate, 4)
        return fields
