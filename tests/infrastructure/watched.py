"""Alarms, dashboard and saved queries of the template, with what they look at."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from connect_tools.template import Template

STACK = Template({"OutsideProbe": "ENABLED"}, stack_name="stack")
NAMESPACE = "ConnectLambda/stack"
_SEARCH = re.compile(r"SEARCH\('\{\"?([\w/]+)\"?,([\w,]+)\} MetricName=\"(\w+)\"', 'Sum'\)")


class Watched(NamedTuple):
    """A metric; the dimensions of a search have no values."""

    namespace: str
    name: str
    dimensions: dict[str, str | None]


def resolved(logical_id: str) -> dict[str, Any]:
    properties = STACK.resource(logical_id)[1]
    found: dict[str, Any] = STACK.resolve(properties, lambda name, what: f"{name}.{what}")
    return found


def alarms() -> dict[str, dict[str, Any]]:
    return {name: resolved(name) for name in STACK.resources("AWS::CloudWatch::Alarm")}


def of_alarm(alarm: dict[str, Any]) -> Iterator[Watched]:
    stats = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    for metric in stats or [alarm]:
        dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions", ())}
        yield Watched(metric["Namespace"], metric["MetricName"], dimensions)


def widgets() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(resolved("Dashboard")["DashboardBody"])["widgets"]
    return found


def entries(widget: dict[str, Any]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """The metrics of a widget, each with its options; those of an expression have no names."""
    for entry in widget["properties"].get("metrics", ()):
        options = entry[-1] if isinstance(entry[-1], dict) else {}
        yield [part for part in entry if isinstance(part, str)], options


def of_widget(widget: dict[str, Any]) -> Iterator[Watched]:
    for names, options in entries(widget):
        if names:
            namespace, name, *dimensions = names
            yield Watched(namespace, name, dict(zip(dimensions[::2], dimensions[1::2], strict=True)))
        for namespace, dimensions, name in _SEARCH.findall(options.get("expression", "")):
            yield Watched(namespace, name, dict.fromkeys(dimensions.split(",")))


def queries() -> dict[str, str]:
    kind = "AWS::Logs::QueryDefinition"
    return {name: resolved(name)["QueryString"] for name in STACK.resources(kind)}
