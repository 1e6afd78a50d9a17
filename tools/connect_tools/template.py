"""template.yaml, read as CloudFormation and SAM would: the laptop has no second description of the stack."""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from connect_tools.project import PROJECT

REGION = "us-east-1"
ACCOUNT = "123456789012"

DEFAULT_ROUTE = "$default"
"""The path of the route for what no other route is for: an HttpApi event that names none."""

_PSEUDO_PARAMETERS = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
_LAMBDAS_RETRIES = 2
_REFERENCE = re.compile(r"\$\{([\w:]+)\}", re.ASCII)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            raise TypeError(f"a mapping under !{suffix}")
    if suffix == "GetAtt":
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route of the HTTP API."""

    method: str
    path: str
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """A queue that a function works off."""

    queue: str
    function: str
    batch_size: int
    maximum_concurrency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """A rule of EventBridge that invokes a function; `bus` is the bus's name."""

    logical_id: str
    function: str
    bus: str
    pattern: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsynchronousInvocation:
    """Lambda's handling of an event that a function fails on; `on_failure` is an ARN."""

    retries: int
    on_failure: str | None


class Template:
    """The stack's template with its parameters.

    Args:
        parameters: values that differ from the defaults
        path: the template
        stack_name: None for a new one
    """

    def __init__(
        self,
        parameters: Mapping[str, str],
        path: Path = PROJECT / "template.yaml",
        *,
        stack_name: str | None = None,
    ) -> None:
        self._parameters, self._path = parameters, path
        with path.open(encoding="utf-8") as file:
            self._template: dict[str, Any] = yaml.load(file, Loader=_Loader)  # noqa: S506 - a safe loader's child
        defaults = {name: str(given["Default"]) for name, given in self._template["Parameters"].items()}
        # moto keeps what it holds for the whole process
        self.stack_name = stack_name or f"laptop-{secrets.token_hex(4)}"
        self._known = {
            **_PSEUDO_PARAMETERS,
            "AWS::StackName": self.stack_name,
            **defaults,
            **parameters,
        }

    def read_again(self) -> "Template":
        """Return the template as it is in its file now, with the same parameters and stack."""
        return Template(self._parameters, self._path, stack_name=self.stack_name)

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of the resources of a type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self._template["Resources"].items()
            if resource["Type"] == kind
        }

    def resource(self, logical_id: str) -> tuple[str, dict[str, Any]]:
        """The type and the properties of a resource."""
        resource = self._template["Resources"][logical_id]
        return resource["Type"], resource.get("Properties", {})

    @property
    def shared_by_functions(self) -> dict[str, Any]:
        """The properties of every function that does not say otherwise."""
        shared: dict[str, Any] = self._template["Globals"]["Function"]
        return shared

    def function(self, logical_id: str) -> dict[str, Any]:
        """The properties of a function, those that all functions share included."""
        shared = self.shared_by_functions
        own = self.resources("AWS::Serverless::Function")[logical_id]
        variables = {**_variables(shared), **_variables(own)}
        return {**shared, **own, "Environment": {"Variables": variables}}

    def routes(self) -> list[Route]:
        """Return the routes of the functions' HttpApi events."""
        return [
            Route(
                method=event.get("Method", "ANY").upper(),
                path=event.get("Path", DEFAULT_ROUTE),
                function=function,
            )
            for function, _, event in self._events("HttpApi")
        ]

    def event_sources(self) -> list[EventSource]:
        """Return the queues of the functions' SQS events."""
        return [
            EventSource(
                queue=event["Queue"]["Fn::GetAtt"][0],
                function=function,
                batch_size=event["BatchSize"],
                maximum_concurrency=int(self._parameter(event["ScalingConfig"]["MaximumConcurrency"])),
            )
            for function, _, event in self._events("SQS")
        ]

    def event_rules(self, attribute_of: Callable[[str, str], Any]) -> list[EventRule]:
        """Return the rules of the functions' EventBridgeRule events.

        Args:
            attribute_of: as for `resolve`
        """
        return [
            EventRule(
                logical_id=f"{function}{name}",
                function=function,
                bus=self.resolve(event["EventBusName"], attribute_of),
                pattern=event["Pattern"],
            )
            for function, name, event in self._events("EventBridgeRule")
        ]

    def asynchronous_invocation(
        self, function: str, attribute_of: Callable[[str, str], Any]
    ) -> AsynchronousInvocation:
        """Return a function's EventInvokeConfig, with Lambda's defaults.

        Args:
            function: its logical id
            attribute_of: as for `resolve`
        """
        config = self.function(function).get("EventInvokeConfig", {})
        on_failure = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        return AsynchronousInvocation(
            retries=config.get("MaximumRetryAttempts", _LAMBDAS_RETRIES),
            on_failure=self.resolve(on_failure, attribute_of),
        )

    def resolve(self, value: Any, attribute_of: Callable[[str, str], Any]) -> Any:  # noqa: ANN401 - any value
        """A value with its references and functions worked out.

        Args:
            value: anything of the template
            attribute_of: a resource's attribute by logical id and name; the name `Ref` stands for what a
                reference to the resource means

        Raises:
            NotImplementedError: the template uses what is not known here
        """
        match value:
            case {"Ref": name}:
                resolved = self._known[name] if name in self._known else attribute_of(name, "Ref")
            case {"Fn::GetAtt": [name, attribute]}:
                resolved = attribute_of(name, attribute)
            case {"Fn::Sub": str(text)}:
                resolved = _REFERENCE.sub(lambda reference: self._known[reference[1]], text)
            case {"Fn::FindInMap": [mapping, *keys]}:
                resolved = self._template["Mappings"][mapping]
                for key in keys:
                    resolved = resolved[self._parameter(key)]
            case {"Fn::If": [condition, then, otherwise]}:
                resolved = self.resolve(then if self._holds(condition) else otherwise, attribute_of)
            case {**members} if any(str(name).startswith("Fn::") for name in members):
                raise NotImplementedError(f"{next(iter(members))} is not known to the laptop's stack")
            case dict():
                resolved = {name: self.resolve(member, attribute_of) for name, member in value.items()}
            case list():
                resolved = [self.resolve(member, attribute_of) for member in value]
            case _:
                resolved = value
        return resolved

    def _holds(self, condition: str) -> bool:
        return self._evaluate(self._template["Conditions"][condition])

    def _evaluate(self, condition: dict[str, Any]) -> bool:
        match condition:
            case {"Fn::Equals": [left, right]}:
                return bool(self._parameter(left) == self._parameter(right))
            case {"Fn::Not": [inner]}:
                return not self._evaluate(inner)
            case {"Fn::And": every}:
                return all(map(self._evaluate, every))
            case _:
                raise NotImplementedError(f"condition {condition} is not known to the laptop's stack")

    def _parameter(self, value: Any) -> Any:  # noqa: ANN401 - any value
        return self._known[value["Ref"]] if isinstance(value, dict) else value

    def _events(self, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
        """By the function's logical id and their own."""
        return [
            (function, name, event["Properties"])
            for function, properties in self.resources("AWS::Serverless::Function").items()
            for name, event in properties.get("Events", {}).items()
            if event["Type"] == kind
        ]


def _variables(function: Mapping[str, Any]) -> dict[str, Any]:
    variables: dict[str, Any] = function.get("Environment", {}).get("Variables", {})
    return variables
