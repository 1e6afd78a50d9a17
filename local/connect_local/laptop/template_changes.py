"""Changes of template.yaml that a running stack does not take."""

from typing import Any

from connect_tools.template import Template

FUNCTION = "AWS::Serverless::Function"
_MADE_ONCE = (
    "AWS::DynamoDB::Table",
    "AWS::Events::EventBus",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
)
_MADE_LIVE = "HttpApi"


def taking_a_restart(before: Template, after: Template) -> list[str]:
    """Return the logical ids of what is made once, and is another now: resources, and events of functions."""
    resources = [
        name
        for kind in _MADE_ONCE
        for name, properties in before.resources(kind).items()
        if after.resources(kind).get(name) != properties
    ]
    functions_before, functions_after = before.resources(FUNCTION), after.resources(FUNCTION)
    events = [
        name
        for name in functions_before.keys() | functions_after.keys()
        if _events(functions_before.get(name, {})) != _events(functions_after.get(name, {}))
    ]
    gone = [name for name in functions_before if name not in functions_after and name not in events]
    return sorted([*resources, *events, *gone])


def _events(function: dict[str, Any]) -> dict[str, Any]:
    """The events that a running stack does not take: all but routes."""
    events: dict[str, Any] = function.get("Events", {})
    return {name: event for name, event in events.items() if event["Type"] != _MADE_LIVE}
