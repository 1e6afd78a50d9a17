"""template.yaml, read as CloudFormation and SAM would: the laptop has no second description of the stack."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from connect_cli.errors import CommandError
from connect_tools.intrinsics import AttributeOf, Intrinsics
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
_LAMBDAS_BATCH = 10
_LEAST_CONCURRENCY = 2
"""Lambda's least for an event source that says how much it may do at a time; here the default, too."""
_MINUTES = re.compile(r"rate\(([0-9]+) minutes?\)", re.ASCII)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # some builds have no libyaml
    """YAML with CloudFormation's short forms."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
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
class Rate:
    """A schedule that invokes a function every few minutes.

    Attributes:
        function: its logical id
        seconds: the period
        input: JSON, with EventBridge Scheduler's keywords
    """

    function: str
    seconds: int
    input: str


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

    Attributes:
        without_default: the values of the parameters that were given none and have no default, by name

    Raises:
        CommandError: it is no YAML, or no template
    """

    def __init__(
        self,
        parameters: Mapping[str, str],
        path: Path = PROJECT / "template.yaml",
        *,
        stack_name: str | None = None,
    ) -> None:
        self._parameters, self._path = parameters, path
        self._template = _loaded(path)
        declared: dict[str, dict[str, Any]] = self._template.get("Parameters", {})
        # moto keeps what it holds for the whole process
        self.stack_name = stack_name or f"laptop-{secrets.token_hex(4)}"
        values = {name: _value(given, parameters.get(name)) for name, given in declared.items()}
        self.without_default = {
            name: values[name] for name in declared.keys() - parameters if "Default" not in declared[name]
        }
        self._known = {**_PSEUDO_PARAMETERS, "AWS::StackName": self.stack_name, **parameters, **values}

    def read_again(self) -> "Template":
        """Return the template as it is in its file now, with the same parameters and stack."""
        return Template(self._parameters, self._path, stack_name=self.stack_name)

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of the resources of a type, by logical id."""
        return {
            name: properties for name, (found, properties) in self.all_resources().items() if found == kind
        }

    def all_resources(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """The types and properties of the resources whose conditions hold, by logical id."""
        return {
            name: (resource["Type"], resource.get("Properties", {}))
            for name, resource in self._template["Resources"].items()
            if "Condition" not in resource or self._intrinsics(_no_resource).holds(resource["Condition"])
        }

    def resource(self, logical_id: str) -> tuple[str, dict[str, Any]]:
        """The type and the properties of a resource.

        Raises:
            CommandError: there is none of this name
        """
        if logical_id not in self._template["Resources"]:
            raise CommandError(f"template.yaml refers to {logical_id}, and has no such resource or parameter")
        resource = self._template["Resources"][logical_id]
        return resource["Type"], resource.get("Properties", {})

    @property
    def shared_by_functions(self) -> dict[str, Any]:
        """The properties of every function that does not say otherwise."""
        shared: dict[str, Any] = self._template.get("Globals", {}).get("Function", {})
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
                batch_size=self._number(event.get("BatchSize", _LAMBDAS_BATCH)),
                maximum_concurrency=self._number(
                    event.get("ScalingConfig", {}).get("MaximumConcurrency", _LEAST_CONCURRENCY)
                ),
            )
            for function, _, event in self._events("SQS")
            if isinstance(event["Queue"], dict)
        ]

    def event_rules(self, attribute_of: AttributeOf) -> list[EventRule]:
        """Return the rules of the functions' EventBridgeRule events.

        Args:
            attribute_of: as for `resolve`
        """
        return [
            EventRule(
                logical_id=f"{function}{name}",
                function=function,
                bus=self.resolve(event.get("EventBusName", "default"), attribute_of),
                pattern=event["Pattern"],
            )
            for function, name, event in self._events("EventBridgeRule")
        ]

    def rates(self, attribute_of: AttributeOf) -> list[Rate]:
        """Return the functions' ScheduleV2 events that are enabled and have a rate in minutes.

        Args:
            attribute_of: as for `resolve`
        """
        return [
            Rate(function=function, seconds=int(rate[1]) * 60, input=event["Input"])
            for function, _, event in self._events("ScheduleV2")
            if (rate := _MINUTES.fullmatch(str(event["ScheduleExpression"])))
            and self.resolve(event.get("State", "ENABLED"), attribute_of) == "ENABLED"
        ]

    def asynchronous_invocation(self, function: str, attribute_of: AttributeOf) -> AsynchronousInvocation:
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

    def resolve(self, value: Any, attribute_of: AttributeOf) -> Any:  # noqa: ANN401 - any value
        """A value with its references and functions worked out.

        Args:
            value: anything of the template
            attribute_of: the attributes of resources

        Raises:
            CommandError: it uses a function that is not known here
        """
        return self._intrinsics(attribute_of).resolve(value)

    def _intrinsics(self, attribute_of: AttributeOf) -> Intrinsics:
        return Intrinsics(
            parameters=self._known,
            mappings=self._template.get("Mappings", {}),
            conditions=self._template.get("Conditions", {}),
            attribute_of=attribute_of,
        )

    def _number(self, value: Any) -> int:  # noqa: ANN401 - any value
        return int(self.resolve(value, _no_resource))

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


def _loaded(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8") as file:
            loaded = yaml.load(file, Loader=_Loader)  # noqa: S506 - a safe loader's child
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise CommandError(f"{path.name}{place}: {error.problem or error.context}") from error
    if not isinstance(loaded, dict) or not isinstance(loaded.get("Resources"), dict):
        raise CommandError(f"{path.name}: there are no Resources")
    for name, resource in loaded["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise CommandError(f"{path.name}: the resource {name} has no Type")
    return loaded


def _value(parameter: Mapping[str, Any], given: str | None) -> Any:  # noqa: ANN401 - text, or a list of it
    """Return the value that a reference to a parameter gives."""
    kind = parameter.get("Type", "String")
    empty = "0" if kind == "Number" else str((parameter.get("AllowedValues") or [""])[0])
    value = str(parameter.get("Default", empty)) if given is None else given
    return value.split(",") if kind == "CommaDelimitedList" or kind.startswith("List<") else value


def _no_resource(name: str, _attribute: str) -> Any:  # noqa: ANN401 - it returns nothing
    raise CommandError(f"template.yaml refers to {name}, and has no such parameter")
