"""Everything in the stack that can have tags has the app's and the stage's.

What AWS can tag is told by its own schemas, which come with cfn-lint.
"""

import json
import subprocess
import tomllib
from typing import Any

import pytest

from connect_tools.project import PROJECT
from tests.infrastructure.expanded import gradual

APP = {"Fn::FindInMap": ["App", "Key", "prod"]}
STAGE = {"Ref": "Stage"}
BY_THE_STACK_ALONE = {"AWS::Events::Rule", "AWS::Lambda::EventSourceMapping"}
"""Types that SAM makes of a function's events without tags; CloudFormation gives them those of the stack."""

ASK = """
import json, sys
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER as schemas
kinds = json.load(sys.stdin)
tagging = {kind: schemas.get_resource_schema("us-east-1", kind).schema["tagging"] for kind in kinds}
json.dump([kind for kind, told in tagging.items() if told["taggable"]], sys.stdout)
"""


@pytest.fixture(scope="module")
def taggable() -> list[str]:
    kinds = sorted({resource["Type"] for resource in gradual().values()})
    asked = subprocess.run(
        [PROJECT / ".venv" / "sam-cli" / "bin" / "python", "-c", ASK],
        input=json.dumps(kinds),
        capture_output=True,
        text=True,
        check=True,
    )
    told: list[str] = json.loads(asked.stdout)
    return told


def tags_of(resource: dict[str, Any]) -> dict[str, Any]:
    properties = resource["Properties"]
    if resource["Type"] == "AWS::ApiGatewayV2::Api":  # its OpenAPI body has them
        return {tag["name"]: tag["x-amazon-apigateway-tag-value"] for tag in properties["Body"]["tags"]}
    tags = properties.get("Tags", properties.get("HealthCheckTags", {}))
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}


def test_what_can_have_tags_has_those_of_app_and_stage(taggable: list[str]) -> None:
    looked_at = 0
    for name, resource in gradual().items():
        if resource["Type"] in set(taggable) - BY_THE_STACK_ALONE:
            tags = tags_of(resource)
            assert (tags.get("app"), tags.get("stage")) == (APP, STAGE), name
            looked_at += 1
    assert looked_at > len(taggable) > len(BY_THE_STACK_ALONE)


def test_only_what_a_sam_template_cannot_tag_is_left_to_the_stacks_own_tags(taggable: list[str]) -> None:
    untagged = {
        resource["Type"]
        for resource in gradual().values()
        if resource["Type"] in taggable and not tags_of(resource)
    }
    assert untagged == BY_THE_STACK_ALONE


def test_each_stage_of_samconfig_gives_its_stack_the_same_tags() -> None:
    stages = tomllib.loads((PROJECT / "samconfig.toml").read_text(encoding="utf-8"))
    template = (PROJECT / "template.yaml").read_text(encoding="utf-8")
    del stages["version"]
    deployed = {name: stage["deploy"]["parameters"] for name, stage in stages.items()}
    for name, parameters in deployed.items():
        overrides = dict(each.split("=") for each in parameters["parameter_overrides"])
        tags = dict(each.split("=") for each in parameters["tags"])
        assert tags["stage"] == overrides["Stage"], name
        assert f"      prod: {tags['app']}\n" in template, name
