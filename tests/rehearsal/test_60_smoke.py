"""`connect smoke --stack`, on the deployment as it stands, and on one of which something is broken."""

import json
import subprocess
from typing import Any

from connect_tools.project import PROJECT
from tests.rehearsal.emulator import MiniStack
from tests.rehearsal.rehearsed_stack import RehearsedStack

CONNECT = PROJECT / ".venv" / "bin" / "connect"


def smoke(ministack: MiniStack, stack: RehearsedStack, *options: str) -> tuple[int, dict[str, Any], str]:
    printed = subprocess.run(
        [CONNECT, "smoke", "--stack", stack.name, "--json", *options],
        env=ministack.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return printed.returncode, json.loads(printed.stdout or "{}"), printed.stderr


def test_the_deployment_is_whole(ministack: MiniStack, stack: RehearsedStack) -> None:
    code, said, error = smoke(ministack, stack)
    assert (code, error) == (0, ""), said
    *_, alarms = said["checks"]
    assert alarms["seen"] != "none"


def test_an_alarm_that_goes_off_is_named(ministack: MiniStack, stack: RehearsedStack) -> None:
    alarm = {"AlarmName": stack.cloud.attribute("AwsRefuses", "Ref"), "StateReason": "rehearsed"}
    ministack.client("cloudwatch").set_alarm_state(**alarm, StateValue="ALARM")
    code, _, error = smoke(ministack, stack)
    ministack.client("cloudwatch").set_alarm_state(**alarm, StateValue="OK")
    assert code == 1
    assert error == "connect: alarms: AwsRefuses has gone off: docs/runbook.md#awsrefuses\n"


def test_a_queue_that_nobody_works_off_is_named(ministack: MiniStack, stack: RehearsedStack) -> None:
    (mapping,) = ministack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    ministack.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    code, _, error = smoke(ministack, stack, "--patience", "3")
    ministack.client("lambda").update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    assert code == 1
    assert error.startswith("connect: queue: a message has not come through to the worker in 3 s: ")
