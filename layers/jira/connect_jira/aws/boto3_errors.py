"""boto3's exceptions, mapped to the app's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectionError,  # noqa: A004 - botocore's
    HTTPClientError,
)
from botocore.parsers import ResponseParserError

from connect_jira.aws.failures import AwsFailed, ConnectionBroken, failure, not_an_answer


@contextmanager
def as_aws_failures(operation: str) -> Iterator[None]:
    """Raise failures as `AwsFailed` or `AwsRefused`.

    boto3's own exceptions are not chained: a traceback would show their text, which may hold parameters, and
    for a wrong signature the session's token.

    Args:
        operation: such as `kms:Decrypt`
    """
    try:
        yield
    except ClientError as refused:
        raise _failure(operation, refused) from None
    except ConnectionClosedError as broken:
        raise ConnectionBroken(operation, type(broken).__name__, may_pass=True) from None
    except ResponseParserError:
        raise not_an_answer(operation) from None
    except BotoCoreError as failed:
        passes = isinstance(failed, HTTPClientError | ConnectionError)
        raise AwsFailed(operation, type(failed).__name__, may_pass=passes) from None


def _failure(operation: str, refused: ClientError) -> AwsFailed:
    answer: dict[str, Any] = {**refused.response}
    error, metadata = answer.pop("Error", {}), answer.pop("ResponseMetadata", {})
    # SQS has two codes for each error; Code is the one of its protocol before JSON.
    code = error.get("QueryErrorCode", error.get("Code", "unknown"))
    return failure(
        operation,
        metadata.get("HTTPStatusCode", 0),
        {**answer, "__type": code, "message": error.get("Message", "")},
    )
