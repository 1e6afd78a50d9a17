"""The alarms of a deployment. IAM: `cloudwatch:DescribeAlarms`."""

from collections.abc import Mapping
from itertools import batched
from typing import Any

from connect_cli.errors import CommandError
from connect_tools.smoke.deployment import Deployment
from connect_tools.target_stack import aws_errors

_AT_A_TIME = 100
_FIRING = "ALARM"


def check_alarms(deployment: Deployment) -> str:
    """See that no alarm has gone off since the last change of the stack.

    One that had gone off before, such as for a message that failed last week, is only told: what was deployed
    has not raised it.

    Raises:
        CommandError: one has, or one is not there
    """
    if not deployment.alarms:
        return "none"
    found = _described(deployment)
    for name in deployment.alarms:
        if name not in found:
            raise CommandError(
                f"the alarm {deployment.alarms[name]} is not there: somebody has deleted {name}; deploy again"
            )
    firing = {name: alarm for name, alarm in found.items() if alarm["StateValue"] == _FIRING}
    for name, alarm in firing.items():
        if alarm.get("StateTransitionedTimestamp", alarm["StateUpdatedTimestamp"]) >= deployment.since:
            logical_id = deployment.alarms[name]
            raise CommandError(f"{logical_id} has gone off: docs/runbook.md#{logical_id.lower()}")
    before = ", ".join(deployment.alarms[name] for name in firing)
    return f"{len(found)}, {before} firing since before this deployment" if before else f"{len(found)}"


def _described(deployment: Deployment) -> Mapping[str, Mapping[str, Any]]:
    cloudwatch = deployment.stack.client("cloudwatch")
    found: dict[str, Mapping[str, Any]] = {}
    for names in batched(deployment.alarms, _AT_A_TIME, strict=False):
        with aws_errors():
            answer = cloudwatch.describe_alarms(
                AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=_AT_A_TIME
            )
        found |= {
            alarm["AlarmName"]: alarm for alarm in (*answer["MetricAlarms"], *answer["CompositeAlarms"])
        }
    return found
