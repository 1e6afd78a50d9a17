"""MiniStack until standard input ends, with three things more than it has of itself.

Types of resources that it does not know are taken, and nothing comes of them. An alarm on metric math becomes
one on its first metric. SAM is told the parameters, as CloudFormation tells it. Run by the Python of
`.venv/rehearsal`, which has none of this project.
"""

import os
import signal
import sys
import threading
from typing import Any

from ministack.app import main
from ministack.core.lambda_runtime import Worker
from ministack.services.cloudformation import changesets, engine
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as KNOWN
from samtranslator.translator import transform

UNKNOWN = ("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::Logs::QueryDefinition")


def _create(logical_id: str, _properties: Any, stack_name: str) -> tuple[str, dict[str, str]]:
    return f"{stack_name}-{logical_id}", {}


def _update(physical_id: str, *_: Any) -> tuple[str, dict[str, str]]:
    return physical_id, {}


def _delete(*_: Any) -> None:
    pass


def _of_one_metric(properties: dict[str, Any]) -> dict[str, Any]:
    """An alarm's properties, with the first metric instead of metric math, which MiniStack does not know."""
    metrics = properties.get("Metrics", ())
    first = next((each["MetricStat"] for each in metrics if "MetricStat" in each), None)
    if first is None:
        return properties
    metric = {name: first["Metric"][name] for name in ("Namespace", "MetricName", "Dimensions")}
    others = {name: value for name, value in properties.items() if name != "Metrics"}
    return {**others, **metric, "Statistic": first["Stat"], "Period": first["Period"]}


def _take_alarms_of_metric_math() -> None:
    alarm = KNOWN["AWS::CloudWatch::Alarm"]
    create, update = alarm["create"], alarm["update"]

    def create_alarm(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        return create(logical_id, _of_one_metric(properties), stack_name)

    def update_alarm(physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: Any) -> Any:
        return update(physical_id, _of_one_metric(old), _of_one_metric(new), *rest)

    KNOWN["AWS::CloudWatch::Alarm"] = {**alarm, "create": create_alarm, "update": update_alarm}


def _tell_sam_the_parameters() -> None:
    apply, translate = changesets._apply_transforms, transform.transform  # noqa: SLF001

    def apply_with_parameters(template: Any, provided: Any = None, previous: Any = None) -> Any:
        values = engine._transform_parameters(template, provided, previous)  # noqa: SLF001
        transform.transform = lambda fragment, _, policies: translate(fragment, values, policies)
        return apply(template, provided, previous)

    changesets._apply_transforms = apply_with_parameters  # noqa: SLF001


def _end_with_stdin() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    for kind in UNKNOWN:
        KNOWN.setdefault(kind, {"create": _create, "update": _update, "delete": _delete})
    _take_alarms_of_metric_math()
    _tell_sam_the_parameters()
    # On a busy machine a line of a function's log would come with its next invocation only.
    Worker._drain_stderr_bounded.__defaults__ = (0.3, 0.02, 1.0)  # noqa: SLF001
    main()
