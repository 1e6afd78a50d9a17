"""Queueing theory and doubles that the simulation is compared with."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bench.scale.parameters import Parameters


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parameters() -> Callable[[str], Parameters]:
    """A small quiet stack whose every time is fixed, with some TOML on top."""

    def made(toml: str = "") -> Parameters:
        return (
            Parameters(seconds=1000, warm_up_seconds=0)
            .changed(
                """
                load.tenants = 1
                load.webhooks_per_second = 0
                aws_lambda.cold_start_seconds = 0
                jira.spread = 0
                """
            )
            .changed(toml)
        )

    return made


def erlang_c(servers: int, load: float) -> float:
    """The chance of having to wait in M/M/c."""
    waits = load**servers / math.factorial(servers) * servers / (servers - load)
    return waits / (sum(load**k / math.factorial(k) for k in range(servers)) + waits)
