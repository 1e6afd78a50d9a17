"""EventBridge on the laptop: moto's, whose rules can reach a queue but no function of ours."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from moto.events.models import events_backends
from moto.events.utils import EventMessageType

from connect_tools.template import ACCOUNT, REGION


def let_invoke(bus: str, rule_name: str, invoke: Callable[[bytes], object]) -> None:
    """Let a rule of moto's hand over the events that it lets through, as EventBridge does to a function.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html

    Args:
        bus: the name of the rule's bus
        rule_name: the rule's
        invoke: takes an event, JSON
    """
    rule = events_backends[ACCOUNT][REGION].event_buses[bus].rules[rule_name]

    def send_to_targets(original_event: EventMessageType, transform_input: bool = True) -> None:  # noqa: ARG001, FBT001, FBT002 - moto's signature
        if rule.event_pattern.matches_event(original_event):
            invoke(_as_delivered(original_event))

    rule.send_to_targets = send_to_targets  # type: ignore[method-assign]  # what else moto's rules can do is no use


def _as_delivered(event: EventMessageType) -> bytes:
    members = {name: value for name, value in event.items() if name != "ingestion-time"}
    time = datetime.fromtimestamp(float(event["time"]), UTC)
    return json.dumps(members | {"time": f"{time:%Y-%m-%dT%H:%M:%SZ}"}).encode()
