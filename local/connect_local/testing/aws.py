"""AWS in this process: moto, without its server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from connect_local.laptop.moto_cloud import LaptopCloud
from connect_local.testing.internet import Request, Response, UnexpectedRequest
from connect_tools.aws_environment import NOBODYS
from connect_tools.template import ACCOUNT, REGION, Template

HOSTS = "https://*.amazonaws.com"


class MemoryCloud(LaptopCloud):
    """The resources of a template in moto, for `answer` and for every client of boto3 in this process.

    Args:
        template: with the resources to make
    """

    def __init__(self, template: Template) -> None:  # there is no server to start
        self._template = template
        self._attributes = {}
        self._dynamodb_local = None
        self.client = cache(boto3.client)  # type: ignore[method-assign]  # moto sees what each sends

    def environment(self) -> dict[str, str]:
        """The environment variables of nobody's account."""
        return dict(NOBODYS)

    @staticmethod
    def forget() -> None:
        """Empty all tables, queues and buckets."""
        for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
            table.items.clear()
        for queue in sqs_backends[ACCOUNT][REGION].queues.values():
            queue._messages.clear()  # noqa: SLF001 - moto forgets all queues or none
            queue.pending_messages.clear()
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            bucket.keys.clear()


@contextmanager
def moto_in_this_process() -> Iterator[None]:
    """Let moto answer boto3, and take the user's real account out of the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in NOBODYS.items():
            patch.setenv(name, value)
        with mock_aws():
            yield


def answer(request: Request) -> Response:
    """Answer what `connect_jira.aws` sends."""
    headers: Any = request.headers
    sent: Any = AWSPreparedRequest(request.method, request.url, headers, request.body, stream_output=False)
    answered = botocore_stubber(event_name="before-send", request=sent)
    if answered is None:
        raise UnexpectedRequest(f"{request.method} {request.url}: moto does not know it")
    received = tuple((name, str(value)) for name, value in answered.headers.items())
    return Response(status=answered.status_code, headers=received, body=answered.content)
