"""CloudFormation's intrinsic functions, without AWS.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from connect_cli.errors import CommandError

_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^${}]+)\}")

type AttributeOf = Callable[[str, str], Any]
"""Returns a resource's attribute by logical id and name; the name `Ref` stands for what `!Ref` gives."""


class Intrinsics:
    """Resolves references and functions, and evaluates conditions.

    Args:
        parameters: the values of parameters and pseudo parameters
        mappings: the template's
        conditions: the template's
        attribute_of: the attributes of resources
    """

    def __init__(
        self,
        *,
        parameters: Mapping[str, Any],
        mappings: Mapping[str, Any],
        conditions: Mapping[str, Any],
        attribute_of: AttributeOf,
    ) -> None:
        self._parameters = parameters
        self._mappings = mappings
        self._conditions = conditions
        self._attribute_of = attribute_of
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.holds,
            "Fn::And": lambda conditions: all(map(self.resolve, conditions)),
            "Fn::Base64": lambda text: base64.b64encode(str(self.resolve(text)).encode()).decode(),
            "Fn::Equals": lambda sides: self.resolve(sides[0]) == self.resolve(sides[1]),
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": lambda branches: self._resolve(branches[1 if self.holds(branches[0]) else 2]),
            "Fn::Join": lambda parts: parts[0].join(map(str, self.resolve(parts[1]))),
            "Fn::Not": lambda conditions: not self.resolve(conditions[0]),
            "Fn::Or": lambda conditions: any(map(self.resolve, conditions)),
            "Fn::Select": lambda parts: self.resolve(parts[1])[int(self.resolve(parts[0]))],
            "Fn::Split": lambda parts: str(self.resolve(parts[1])).split(parts[0]),
            "Fn::Sub": self._sub,
        }

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 - any value of the template
        """Return a value with its references and functions worked out; None for `AWS::NoValue`.

        Raises:
            CommandError: it uses a function that is not known here
        """
        resolved = self._resolve(value)
        return None if resolved is _NO_VALUE else resolved

    def holds(self, condition: str) -> bool:
        """Return whether a condition is true.

        Raises:
            CommandError: there is no such condition, or it uses a function that is not known here
        """
        if condition not in self._conditions:
            raise CommandError(f"template.yaml has no condition {condition}")
        return bool(self.resolve(self._conditions[condition]))

    def _resolve(self, value: Any) -> Any:  # noqa: ANN401 - any value of the template
        match value:
            case dict() if function := _function_in(value):
                if function not in self._functions:
                    raise CommandError(
                        f"template.yaml uses {function}, which the laptop's stack does not know"
                    )
                return self._applied(function, value[function])
            case dict():
                members = {name: self._resolve(member) for name, member in value.items()}
                return {name: member for name, member in members.items() if member is not _NO_VALUE}
            case list():
                return [one for one in map(self._resolve, value) if one is not _NO_VALUE]
            case _:
                return value

    def _applied(self, function: str, arguments: Any) -> Any:  # noqa: ANN401 - any value of the template
        try:
            return self._functions[function](arguments)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise CommandError(f"template.yaml: {function} cannot be worked out of {arguments!r}") from error

    def _ref(self, name: str) -> Any:  # noqa: ANN401 - any value of a parameter
        if name == "AWS::NoValue":
            return _NO_VALUE
        return self._parameters[name] if name in self._parameters else self._attribute_of(name, "Ref")

    def _get_att(self, path: str | list[Any]) -> Any:  # noqa: ANN401 - any attribute
        resource, *names = path.split(".") if isinstance(path, str) else map(self.resolve, path)
        return self._attribute_of(resource, ".".join(names))

    def _find_in_map(self, path: list[Any]) -> Any:  # noqa: ANN401 - any value of a mapping
        mapping, *keys = [self.resolve(part) for part in path]
        found = self._mappings[mapping]
        for key in keys:
            found = found[key]
        return found

    def _sub(self, given: str | list[Any]) -> str:
        text, values = (given, {}) if isinstance(given, str) else (given[0], self.resolve(given[1]))

        def replacement(placeholder: re.Match[str]) -> str:
            literal, name = placeholder.groups()
            if literal:
                return f"${{{name}}}"
            if name in values:
                return str(values[name])
            resource, _, attribute = name.partition(".")
            return str(self._attribute_of(resource, attribute) if attribute else self._ref(name))

        return _PLACEHOLDER.sub(replacement, text)


def _function_in(value: Mapping[str, Any]) -> str | None:
    """Return the function that a mapping stands for: it has no member besides."""
    name = str(next(iter(value))) if len(value) == 1 else ""
    is_name = name in {"Ref", "Condition"} and isinstance(value[name], str)
    return name if is_name or name.startswith("Fn::") else None
