"""Sessions and clients of boto3."""

import logging
import threading
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from connect_jira.errors import AwsNotConfigured

_making = threading.Lock()  # sessions are not thread-safe


def new_session(*, region: str | None = None) -> boto3.Session:
    """Return a session, with region and credentials found in boto3's ways.

    Args:
        region: such as `eu-west-1`; None for boto3's own search

    Raises:
        AwsNotConfigured: the environment names a profile that does not exist
    """
    try:
        return boto3.Session(region_name=region)
    except BotoCoreError as missing:
        raise AwsNotConfigured(str(missing)) from missing


def new_client(session: boto3.Session, service: str, *, connect_seconds: float, read_seconds: float) -> Any:  # noqa: ANN401 - each caller knows the service
    """Return a client that makes a single attempt; its callers decide about retries.

    At the level DEBUG botocore logs whole requests and responses, including secrets. So its level is WARNING,
    even if others log more, unless the logger `botocore` has a level of its own.

    Args:
        session: source of region, credentials and configuration
        service: such as `kms`
        connect_seconds: time-out of connecting
        read_seconds: time-out of a response

    Raises:
        AwsNotConfigured: there is no region, or an access key without its secret
    """
    logger = logging.getLogger("botocore")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)
    make: Any = session.client  # its types know services by literal names only
    config = Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    try:
        with _making:
            return make(service, config=config)
    except BotoCoreError as missing:
        raise AwsNotConfigured(str(missing)) from missing
