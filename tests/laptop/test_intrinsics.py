"""CloudFormation's intrinsic functions: as documented, and as moto's CloudFormation works them out."""

import sys
from typing import Any
from unittest.mock import MagicMock

import pytest

from connect_cli.errors import CommandError
from connect_tools.intrinsics import Intrinsics

PARAMETERS = {"Stage": "dev", "Url": "", "Many": ["a", "b", "c"], "AWS::Region": "us-east-1"}
MAPPINGS = {"App": {"Key": {"dev": "app-dev", "prod": "app"}}}
CONDITIONS = {
    "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
    "HasUrl": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Url"}, ""]}]},
    "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Fn::Equals": ["a", "a"]}]},
    "Both": {"Fn::And": [{"Condition": "Either"}, {"Condition": "IsProd"}]},
}


def attribute_of(name: str, attribute: str) -> str:
    return f"{name}-{attribute}"


def resolve(value: Any) -> Any:
    return Intrinsics(
        parameters=PARAMETERS, mappings=MAPPINGS, conditions=CONDITIONS, attribute_of=attribute_of
    ).resolve(value)


class Resource:
    """A resource of moto's."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = attribute_of(name, "Ref")
        self._name = name

    def get_cfn_attribute(self, attribute: str) -> str:
        return attribute_of(self._name, attribute)


class Resources(dict[str, Any]):
    """The resources, parameters and mappings, as moto's functions look for them."""

    def __init__(self) -> None:
        super().__init__(PARAMETERS | MAPPINGS | {"Table": Resource("Table"), "AWS::NoValue": None})
        self.lazy_condition_map = {"IsProd": False, "HasUrl": False, "Either": True, "Both": False}


RESOLVED = [
    ({"Ref": "Stage"}, "dev"),
    ({"Ref": "Table"}, "Table-Ref"),
    ({"Fn::GetAtt": ["Table", "Arn"]}, "Table-Arn"),
    (
        {"Fn::Sub": "arn:${AWS::Region}:${Table}/${Table.Arn}/${Stage}"},
        "arn:us-east-1:Table-Ref/Table-Arn/dev",
    ),
    ({"Fn::Sub": ["${Own}-${Stage}", {"Own": {"Ref": "Table"}}]}, "Table-Ref-dev"),
    ({"Fn::Sub": "a ${!Literal} stays"}, "a ${Literal} stays"),
    ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}, 3]]}, "a-dev-3"),
    ({"Fn::Join": [",", {"Ref": "Many"}]}, "a,b,c"),
    ({"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Sub": "x/${Stage}/z"}]}]}, "dev"),
    ({"Fn::Select": ["2", {"Ref": "Many"}]}, "c"),
    ({"Fn::FindInMap": ["App", "Key", {"Ref": "Stage"}]}, "app-dev"),
    ({"Fn::If": ["IsProd", "yes", {"a": [{"Ref": "Stage"}]}]}, {"a": ["dev"]}),
    ({"Fn::If": ["Either", {"Ref": "Table"}, "no"]}, "Table-Ref"),
    ({"Fn::If": ["Both", "yes", "no"]}, "no"),
    ({"Fn::If": ["HasUrl", "yes", "no"]}, "no"),
    ({"Fn::Base64": {"Fn::Sub": "${Stage}"}}, "ZGV2"),
    ({"kept": 1, "gone": {"Fn::If": ["IsProd", 1, {"Ref": "AWS::NoValue"}]}}, {"kept": 1}),
    ({"a": [1, True, None, "text"]}, {"a": [1, True, None, "text"]}),
]


@pytest.mark.parametrize(("value", "expected"), RESOLVED)
def test_a_value_is_worked_out(value: Any, expected: Any) -> None:
    assert resolve(value) == expected


@pytest.mark.parametrize("value", [value for value, _ in RESOLVED])
def test_a_value_is_what_motos_cloudformation_makes_of_it(
    value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    unused = MagicMock()  # moto's API Gateway, which comes with it, imports it
    for module in ("openapi_spec_validator", "openapi_spec_validator.validation.exceptions"):
        monkeypatch.setitem(sys.modules, module, unused)
    from moto.cloudformation.parsing import clean_json

    found: Any = clean_json(value, Resources())  # type: ignore[arg-type]  # of which it uses no more
    assert resolve(value) == found


def test_what_has_no_value_is_not_in_a_list() -> None:
    assert resolve([{"Ref": "AWS::NoValue"}, 1]) == [1]


def test_a_statement_with_a_condition_of_iams_is_no_condition_of_the_template() -> None:
    statement = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    assert resolve(statement) == statement


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            {"Fn::Cidr": ["10.0.0.0/16", 1, 8]},
            r"template\.yaml uses Fn::Cidr, which the laptop's stack does not",
        ),
        ({"Fn::If": ["IsNobody", 1, 2]}, r"template\.yaml has no condition IsNobody"),
        (
            {"Fn::FindInMap": ["App", "Key", "nowhere"]},
            r"template\.yaml: Fn::FindInMap cannot be worked out of",
        ),
        ({"Fn::Join": "a"}, r"template\.yaml: Fn::Join cannot be worked out of 'a'"),
        ({"Fn::Select": [9, ["a"]]}, r"template\.yaml: Fn::Select cannot be worked out of"),
    ],
)
def test_what_cannot_be_worked_out_is_said_in_one_line(value: Any, said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        resolve(value)
    assert "\n" not in str(refused.value)
