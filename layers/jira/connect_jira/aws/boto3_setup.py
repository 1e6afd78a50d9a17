"""Sessions and clients of boto3's."""

import logging
import threading
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from connect_jira.errors import AwsNotConfigured

_making = threading.Lock()  # a session is not for several threads at once


def new_session(*, region: str | None = None) -> boto3.Session:
    """What clients take region, credentials and the like from, found as boto3 finds it.

    Args:
        region: such as `eu-west-1`; None for the one that boto3 finds

    Raises:
        AwsNotConfigured: the environment names a profile that is not there
    """
    try:
        return boto3.Session(region_name=region)
    except BotoCoreError as missing:
        raise AwsNotConfigured(str(missing)) from missing


def new_client(session: boto3.Session, service: str, *, connect_seconds: float, read_seconds: float) -> Any:  # noqa: ANN401 - each caller knows the service
    """A client that asks once: whoever asks knows whether to ask again.

    What botocore logs at the level DEBUG holds whole requests and answers, secrets among them. So it logs
    warnings only, also where everything else logs more, unless the logger `botocore` has a level of its own.

    Args:
        session: what the client takes region, credentials and the like from
        service: such as `kms`
        connect_seconds: how long a connection may take
        read_seconds: how long an answer may take

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
