"""Services of the laptop's AWS that fail on order, as a function's own clients meet them."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from connect_cli.errors import CommandError
from connect_local.laptop.event_source import QueuePoller
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import EventSource, Template
from tests.laptop.test_event_source import Worker, done, left_in

ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=1)


@pytest.fixture(scope="module")
def made() -> Iterator[LaptopCloud]:
    cloud = LaptopCloud(Template({}))
    cloud.start()
    cloud.resources()
    yield cloud
    cloud.stop()


@pytest.fixture
def cloud(made: LaptopCloud) -> Iterator[LaptopCloud]:
    yield made
    made.clear_faults()


type Call = Callable[[LaptopCloud], Any]


def client(cloud: LaptopCloud, service: str, config: Config = ONCE) -> Any:
    make_client: Any = boto3.client
    return make_client(service, endpoint_url=cloud.endpoint, config=config)


CALLS: dict[str, Call] = {
    "kms": lambda cloud: client(cloud, "kms").describe_key(KeyId=cloud.attribute("SecretsKey", "Ref")),
    "dynamodb": lambda cloud: client(cloud, "dynamodb").get_item(
        TableName=cloud.attribute("Installations", "Ref"), Key={"clientKey": {"S": "c"}}
    ),
    "sqs": lambda cloud: client(cloud, "sqs").send_message(
        QueueUrl=cloud.attribute("JiraCalls", "Ref"), MessageBody="{}"
    ),
    "s3": lambda cloud: client(cloud, "s3").put_object(
        Bucket=cloud.attribute("LargeMessages", "Ref"), Key="k", Body=b"x" * 2_000_000
    ),
    "events": lambda cloud: client(cloud, "events").put_events(
        Entries=[{"Source": "s", "DetailType": "t", "Detail": "{}"}]
    ),
}


@pytest.mark.parametrize("service", CALLS)
def test_a_service_fails_as_in_aws_and_the_others_do_not(cloud: LaptopCloud, service: str) -> None:
    cloud.fail(service, seconds=60)
    for name, call in CALLS.items():
        if name != service:
            call(cloud)
    with pytest.raises(ClientError) as refused:
        CALLS[service](cloud)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {500, 503}
    assert "on order" in refused.value.response["Error"]["Message"]
    cloud.clear_faults()
    CALLS[service](cloud)


@pytest.mark.parametrize(
    ("service", "error"),
    [
        ("kms", "KMSInternalException"),
        ("dynamodb", "InternalServerError"),
        ("events", "InternalException"),
    ],
)
def test_the_error_is_one_that_the_service_is_known_for(cloud: LaptopCloud, service: str, error: str) -> None:
    cloud.fail(service, seconds=60)
    with pytest.raises(getattr(client(cloud, service).exceptions, error)):
        CALLS[service](cloud)


def test_a_service_fails_for_as_long_as_was_said(cloud: LaptopCloud) -> None:
    cloud.fail("kms", seconds=0.3)
    with pytest.raises(ClientError):
        CALLS["kms"](cloud)
    time.sleep(0.3)
    CALLS["kms"](cloud)


def test_a_slow_service_answers_late(cloud: LaptopCloud) -> None:
    cloud.fail("kms", seconds=60, delay=0.3)
    started = time.monotonic()
    CALLS["kms"](cloud)
    assert time.monotonic() - started >= 0.3


def test_a_service_that_is_not_there_cannot_fail(cloud: LaptopCloud) -> None:
    with pytest.raises(CommandError, match="service is none of"):
        cloud.fail("sns", seconds=1)


def test_what_is_done_while_the_queue_is_out_of_order_does_not_come_again(cloud: LaptopCloud) -> None:
    queue = cloud.attribute("JiraCalls", "Ref")
    client(cloud, "sqs").purge_queue(QueueUrl=queue)
    client(cloud, "sqs").send_message(QueueUrl=queue, MessageBody="message")
    out_of_order = threading.Event()

    def fail_meanwhile(records: list[dict[str, Any]]) -> Any:
        cloud.fail("sqs", seconds=60)
        out_of_order.set()
        return done(records)

    worker = Worker(fail_meanwhile)
    source = EventSource(queue="JiraCalls", function="Worker", batch_size=10, maximum_concurrency=1)
    poller = QueuePoller(source, worker, cloud)
    poller.start()
    assert out_of_order.wait(10)
    cloud.clear_faults()
    deadline = time.monotonic() + 20
    while left_in(cloud, queue) and time.monotonic() < deadline:
        time.sleep(0.1)
    poller.stop()
    poller.finish()
    assert left_in(cloud, queue) == 0
    assert worker.bodies == ["message"]
