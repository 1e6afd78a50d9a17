"""A deployment to look at: the stack, where its app is, and its alarms.

IAM: `cloudformation:DescribeStacks`, on the stack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connect_tools.loopback import LOOPBACK
from connect_tools.target_stack import Stack, aws_errors

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
        alarms: the names of its alarms
        since: time of its last change
    """

    stack: Stack
    status: str
    outputs: Mapping[str, str]
    base_url: str
    further: Sequence[str]
    address: str
    alarms: Sequence[str]
    since: datetime


def deployed(stack: Stack, name: str) -> Deployment:
    """A stack on AWS.

    Args:
        stack: the stack
        name: of the stack

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
        alarms=[stack.resources[one] for one, kind in stack.kinds.items() if kind in _ALARMS],
        since=described.get("LastUpdatedTime", described["CreationTime"]),
    )


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
        alarms=(),
        since=datetime.now(UTC),
    )
