"""The key of a stack's secrets, as its functions have it."""

from collections.abc import Mapping

from connect_jira.descriptor import load_descriptor
from connect_jira.installations.sealing import SecretsKey
from connect_jwt.identity import AppKey
from connect_tools.project import PROJECT
from connect_tools.stack_services import service_of
from connect_tools.target_stack import Stack


def secrets_key_of(stack: Stack) -> SecretsKey:
    """Return the key that opens the secrets of a stack. IAM: `lambda:GetFunctionConfiguration`.

    Raises:
        CommandError: AWS does not say
    """
    variables = stack.variables("LifecycleFunction")
    return SecretsKey(
        service_of(stack, "kms"),
        key_id=variables["SECRETS_KEY"],
        other_key_id=variables.get("OTHER_SECRETS_KEY", ""),
        app_key=app_key_of(variables),
    )


def app_key_of(variables: Mapping[str, str]) -> AppKey:
    """Return the key of the app that a function serves, by the descriptor that is here.

    Args:
        variables: of the function
    """
    path = str(PROJECT / "descriptor" / "atlassian-connect.json")
    return AppKey(load_descriptor({"DESCRIPTOR_PATH": path, "STAGE": variables["STAGE"]})["key"])
