"""The services of a stack as the app's own code takes them, so that its stores work in a terminal, too."""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from connect_jira.aws.dynamodb import Row, attributes, row_of
from connect_jira.aws.failures import CONDITION_FAILED, AwsFailed
from connect_jira.aws.service import AwsService, Deadline
from connect_tools.target_stack import Stack, aws_errors

_EXPECTED = {CONDITION_FAILED, "InvalidCiphertextException"}
"""Codes that the stores make something of."""

_MOST_KEYS = 100
"""DynamoDB's limit for one BatchGetItem."""


def service_of(stack: Stack, name: str) -> AwsService:
    """Return a service of the stack. boto3 retries; what AWS refuses is a `CommandError` in its own words.

    Args:
        stack: with the service
        name: such as `dynamodb`
    """
    client = _Client(name, stack.client(name))
    return AwsService(name, client, attempts=1, deadline=Deadline(), trace=lambda: None)


def rows_by_key(dynamodb: AwsService, table: str, keys: Iterable[str]) -> dict[str, Row]:
    """Return the rows of a table that is keyed by `clientKey`, by their keys; those that are there.

    IAM: `dynamodb:BatchGetItem` on the table.
    """
    left = list(dict.fromkeys(keys))
    found: dict[str, Row] = {}
    while left:
        asked, left = left[:_MOST_KEYS], left[_MOST_KEYS:]
        answer = dynamodb.call(
            "BatchGetItem", RequestItems={table: {"Keys": [attributes({"clientKey": key}) for key in asked]}}
        )
        rows = map(row_of, answer["Responses"].get(table, []))
        found |= {row["clientKey"]: row for row in rows}
        unprocessed = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        left += [row_of(key)["clientKey"] for key in unprocessed]
    return found


class _Client:
    def __init__(self, name: str, client: Any) -> None:  # noqa: ANN401 - boto3 makes its clients' classes
        self._name = name
        self._client = client

    def send(
        self,
        operation: str,
        parameters: Mapping[str, object],
        *,
        seconds: float,  # noqa: ARG002 - as AwsClient has it
        trace: str | None,  # noqa: ARG002 - likewise
    ) -> dict[str, Any]:
        with aws_errors():
            try:
                answer: dict[str, Any] = getattr(self._client, xform_name(operation))(**parameters)
            except ClientError as refused:
                code = refused.response["Error"].get("Code", "")
                if code not in _EXPECTED:
                    raise
                details: Mapping[str, Any] = {**refused.response}
                raise AwsFailed(f"{self._name}:{operation}", code, may_pass=False, details=details) from None
        return answer
