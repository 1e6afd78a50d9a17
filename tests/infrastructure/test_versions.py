"""Any change that a deployment makes to a function is a new version, since the alias runs nothing else."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from tests.infrastructure.parts import ours

WHOLE = yaml_parse(ours())
OF_EVERY_FUNCTION = ("JiraLayer", "DescriptorLayer")
WITHOUT_EFFECT_ON_A_VERSION = {"DeploymentPreference", "Events"}
FOR_EVER = {"Stage"}
"""Parameters that a stack keeps: another stage is another app."""

type Versions = dict[str, tuple[str, str]]
"""By the function: the logical id and the description of its version."""


def versions(*, layers: str = "as it was", **parameters: str) -> Versions:
    """Translate the template as CloudFormation has it translated."""
    template = yaml_parse(ours())
    for resource in template["Resources"].values():
        for name, key in (("CodeUri", "code"), ("ContentUri", layers)):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = f"s3://bucket/{key}"
    session = boto3.session.Session(region_name="eu-west-1")
    whole = Translator({}, Parser(), None, session).translate(template, parameters, {})
    return {
        resource["Properties"]["FunctionName"]["Ref"]: (name, str(resource["Properties"]["Description"]))
        for name, resource in whole["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Version"
    }


def functions() -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in WHOLE["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def named_in(value: Any) -> Iterator[str]:
    """Yield the names that a part of the template refers to, those of its conditions included."""
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            yield name
        case {"Condition": str(name)} if len(value) == 1:
            yield from named_in(WHOLE["Conditions"][name])
        case {"Fn::If": [str(condition), *branches]}:
            yield from named_in(WHOLE["Conditions"][condition])
            yield from named_in(branches)
        case {"Fn::Sub": str(text)}:
            yield from (part.partition("}")[0] for part in text.split("${")[1:])
        case dict():
            for member in value.values():
                yield from named_in(member)
        case list():
            for member in value:
                yield from named_in(member)


def test_every_parameter_that_a_function_is_made_of_is_in_a_layer_of_every_function() -> None:
    of_functions = [
        {name: value for name, value in properties.items() if name not in WITHOUT_EFFECT_ON_A_VERSION}
        for properties in (WHOLE["Globals"]["Function"], *functions().values())
    ]
    used = set(named_in(of_functions)) & WHOLE["Parameters"].keys()
    carried = set(
        named_in([WHOLE["Resources"][name]["Properties"]["LicenseInfo"] for name in OF_EVERY_FUNCTION])
    )
    assert used - FOR_EVER == carried


def test_every_function_has_these_layers_so_that_no_version_is_asked_for_without_a_change() -> None:
    for name, properties in functions().items():
        assert {"Ref": OF_EVERY_FUNCTION[0]} in properties["Layers"], name
        assert {"Ref": OF_EVERY_FUNCTION[1]} in properties["Layers"], name
        assert list(named_in(properties["VersionDescription"])) == list(OF_EVERY_FUNCTION), name


@pytest.fixture(scope="module")
def before() -> Versions:
    return versions()


@pytest.mark.parametrize(
    "changed",
    [{"ForgeAppId": "ari:cloud:ecosystem::app/x"}, {"BaseUrl": "https://app.example.com"}, {"layers": "new"}],
    ids="".join,
)
def test_another_value_and_another_layer_are_another_version_of_every_function(
    before: Versions, changed: dict[str, str]
) -> None:
    after = versions(**changed)
    assert before.keys() == after.keys() == functions().keys()
    assert not set(before.values()) & set(after.values())


def test_what_changes_nothing_publishes_nothing(before: Versions) -> None:
    assert versions(WorkerConcurrency="7", AlarmTopicArn="arn:topic") == before
