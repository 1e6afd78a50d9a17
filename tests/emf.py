"""Metrics that functions print for CloudWatch, read as CloudWatch does.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator
from typing import NamedTuple


class Emitted(NamedTuple):
    """One metric, with its dimensions by name."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    value: float


def emitted(printed: str) -> Iterator[Emitted]:
    for line in printed.splitlines():
        if '"_aws"' not in line:
            continue
        members = json.loads(line)
        for directive in members["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = frozenset((name, members[name]) for name in names)
                for metric in directive["Metrics"]:
                    values = members[metric["Name"]]
                    total = sum(values) if isinstance(values, list) else values
                    yield Emitted(directive["Namespace"], metric["Name"], dimensions, total)


def times_counted(printed: str, name: str) -> float:
    """The sum of a counter, whatever its dimensions."""
    return sum(metric.value for metric in emitted(printed) if metric.name == name)
