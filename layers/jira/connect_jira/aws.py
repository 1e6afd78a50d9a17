"""How every AWS client is made: within Jira's patience; and the one error that its failures become."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from connect_jira.errors import TemporarilyUnavailable

CLIENT_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""Region, credentials and endpoint come from the environment."""


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Turn what an AWS call raises into `TemporarilyUnavailable`.

    Args:
        doing: the call, for the log, such as `kms:Decrypt`
    """
    try:
        yield
    except ClientError as failure:
        code = failure.response.get("Error", {}).get("Code", "unknown")
        raise TemporarilyUnavailable(f"{doing} failed: {code}") from failure
    except BotoCoreError as failure:
        raise TemporarilyUnavailable(f"{doing} failed: {type(failure).__name__}") from failure
