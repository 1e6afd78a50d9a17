"""A deployment to look at: the stack, where its app is, and its alarms.

IAM: `cloudformation:DescribeStacks`, on the stack.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connect_cli.errors import CommandError
from connect_tools.loopback import LOOPBACK
from connect_tools.target_stack import Stack, aws_errors
from connect_tools.template import Template

DESCRIPTOR = "/atlassian-connect.json"

_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment.

    Attributes:
        stack: the stack
        status: CloudFormation's word for it; empty on the laptop
        outputs: by their names; empty on the laptop
        base_url: the app's own
        further: base URLs besides its own
        address: base of the URLs that are asked from here, such as the base URL
        alarms: the logical ids of the alarms that count, by their names
        since: time of its last change
    """

    stack: Stack
    status: str
    outputs: Mapping[str, str]
    base_url: str
    further: Sequence[str]
    address: str
    alarms: Mapping[str, str]
    since: datetime


def deployed(stack: Stack, name: str, *, counting: Collection[str] | None = None) -> Deployment:
    """A stack on AWS.

    Args:
        stack: the stack
        name: of the stack
        counting: the logical ids of the alarms that count; None for all

    Raises:
        CommandError: AWS does not say
    """
    with aws_errors():
        (described,) = stack.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    parameters = {given["ParameterKey"]: given["ParameterValue"] for given in described.get("Parameters", [])}
    base_url = outputs.get("DescriptorUrl", "").removesuffix(DESCRIPTOR)
    return Deployment(
        stack=stack,
        status=described["StackStatus"],
        outputs=outputs,
        base_url=base_url,
        further=[url.strip() for url in parameters.get("FurtherBaseUrls", "").split(",") if url],
        address=base_url,
        alarms={
            stack.resources[one]: one
            for one, kind in stack.kinds.items()
            if kind in _ALARMS and (counting is None or one in counting)
        },
        since=described.get("LastUpdatedTime", described["CreationTime"]),
    )


def stopping_alarms(template: Template | None = None) -> frozenset[str]:
    """The logical ids of the alarms that stop a gradual deployment.

    Args:
        template: None for template.yaml

    Raises:
        CommandError: the template has none, or is not there
    """
    try:
        functions = (template or Template({})).shared_by_functions
    except FileNotFoundError as missing:
        raise CommandError(
            "there is no template.yaml here: go to the folder of the app's project"
        ) from missing
    preference = functions.get("DeploymentPreference", {})
    alarms = frozenset(alarm["Ref"] for alarm in preference.get("Alarms", ()))
    if not alarms:
        raise CommandError("template.yaml names no alarm that stops a deployment: use --alarms all")
    return alarms


def on_the_laptop(stack: Stack, port: int) -> Deployment:
    """The stack of a running `connect up`, which has no alarms.

    Args:
        stack: the stack
        port: of its app
    """
    return Deployment(
        stack=stack,
        status="",
        outputs={},
        base_url=f"http://localhost:{port}",
        further=(),
        address=f"http://{LOOPBACK}:{port}",
        alarms={},
        since=datetime.now(UTC),
    )
