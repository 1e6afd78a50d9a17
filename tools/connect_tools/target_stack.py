"""A stack of this project, wherever it runs: its resources, and the services that they are in."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from connect_cli.errors import CommandError
from connect_tools.aws_environment import forget_real_aws
from connect_tools.loopback import LOOPBACK, ask

ALIAS = "live"
"""The version of a function that is in use. `$LATEST` may have new code and old layers for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack.

    Attributes:
        name: for messages
        resources: their physical ids, by logical id
        client: makes a client for a service, with the options of `boto3.client`
        kinds: the resources' types, by logical id; none on the laptop
        variables: returns the environment variables that a function runs with, by its logical id
    """

    name: str
    resources: Mapping[str, str]
    client: Callable[..., Any]
    kinds: Mapping[str, str] = field(default_factory=dict)
    variables: Callable[[str], Mapping[str, str]] = lambda _function: {}

    def resource(self, logical_id: str) -> str:
        """The physical id of a resource.

        Raises:
            CommandError: this is another project's stack
        """
        found = self.resources.get(logical_id)
        if not found:
            raise CommandError(f"{self.name} is not one of this project: it has no {logical_id}")
        return found


def deployed_stack(name: str) -> Stack:
    """A stack on AWS, as CloudFormation knows it.

    IAM: `cloudformation:ListStackResources`, on the stack; for `variables`
    `lambda:GetFunctionConfiguration`, on the function.

    Raises:
        CommandError: AWS does not say
    """
    pages = _client("cloudformation").get_paginator("list_stack_resources")
    with aws_errors():
        listed = [one for page in pages.paginate(StackName=name) for one in page["StackResourceSummaries"]]

    def variables(function: str) -> Mapping[str, str]:
        with aws_errors():
            found = _client("lambda").get_function_configuration(
                FunctionName=stack.resource(function), Qualifier=ALIAS
            )
        of_function: Mapping[str, str] = found.get("Environment", {}).get("Variables", {})
        return of_function

    stack = Stack(
        name=f"the stack {name}",
        resources={one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in listed},
        kinds={one["LogicalResourceId"]: one["ResourceType"] for one in listed},
        client=_client,
        variables=variables,
    )
    return stack


def running_stack(port: int) -> Stack:
    """The stack of a running `connect up`. This process forgets the user's AWS account.

    Args:
        port: of its app

    Raises:
        CommandError: it is not there
    """
    said = ask("GET", port, "/_local/stack", option="--port")
    if not isinstance(said, dict) or not {"endpoint", "resources"} <= said.keys():
        raise CommandError(f"what answers on port {port} is not the app of this project")
    forget_real_aws()

    def client(service: str, **options: Any) -> Any:  # noqa: ANN401 - as boto3's
        endpoints = {**said.get("endpoints", {}), "lambda": f"http://{LOOPBACK}:{port}"}
        return _client(service, endpoint_url=endpoints.get(service, said["endpoint"]), **options)

    def variables(function: str) -> Mapping[str, str]:
        found = ask("GET", port, f"/_local/functions/{function}", option="--port")
        of_function: Mapping[str, str] = found["variables"]
        return of_function

    return Stack(name="the laptop's stack", resources=said["resources"], client=client, variables=variables)


@contextmanager
def aws_errors() -> Iterator[None]:
    """Say in one sentence what AWS refuses.

    Raises:
        CommandError: it does
    """
    try:
        yield
    except ClientError as failure:
        raise CommandError(f"AWS: {failure.response['Error'].get('Message', 'no reason given')}") from failure
    except BotoCoreError as failure:
        raise CommandError(f"AWS cannot be asked: {failure}") from failure


def _client(service: str, **options: Any) -> Any:  # noqa: ANN401 - as boto3's
    make_client: Callable[..., Any] = boto3.client  # the stubs know the services of the app only
    return make_client(service, **options)
