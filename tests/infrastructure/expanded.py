"""The template as CloudFormation gets it: expanded by AWS's own SAM translator.

Of the app's own part it says nothing by default: its owner decides what is there.
"""

from functools import cache
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from tests.infrastructure.parts import ours


@cache
def expanded(text: str = ours(), *, is_gradual: bool = False) -> dict[str, dict[str, Any]]:
    """Its resources, by logical id."""
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    parameters = {"GradualDeployment": str(is_gradual).lower()}
    session = boto3.session.Session(region_name="eu-west-1")
    whole: dict[str, Any] = Translator({}, Parser(), None, session).translate(template, parameters, {})
    resources: dict[str, dict[str, Any]] = whole["Resources"]
    return resources


def gradual() -> dict[str, dict[str, Any]]:
    """The same with a gradual deployment, as in production."""
    return expanded(is_gradual=True)


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of the resources of a type, by logical id."""
    found = {name: resource for name, resource in expanded().items() if resource["Type"] == kind}
    return {name: resource.get("Properties", {}) for name, resource in found.items()}
