"""The stack's tables and key, as template.yaml declares them, in each engine and by each client."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from connect_cli.errors import CommandError
from connect_jira.aws.service import Aws, AwsService
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_local.laptop.ports import free_port
from connect_tools.target_stack import Stack
from connect_tools.template import Template


@pytest.fixture(autouse=True)
def _metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tests")


ENGINES = [("moto", "direct"), ("dynamodb-local", "direct"), ("moto", "boto3")]


@pytest.fixture(scope="session")
def clouds() -> Iterator[Callable[[tuple[str, str]], LaptopCloud]]:
    """A cloud for each engine and client, started when it is asked for and kept: Java needs its time."""
    with ExitStack() as stops:

        @cache
        def started(engine_and_client: tuple[str, str]) -> LaptopCloud:
            cloud = LaptopCloud(Template({"Stage": "prod"}), engine=engine_and_client[0])
            stops.callback(cloud.stop)
            cloud.start()
            return cloud

        yield started


@pytest.fixture(scope="module", params=ENGINES, ids=" by ".join)
def cloud(
    request: pytest.FixtureRequest, clouds: Callable[[tuple[str, str]], LaptopCloud]
) -> Iterator[LaptopCloud]:
    try:
        cloud = clouds(request.param)
    except CommandError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    with pytest.MonkeyPatch.context() as patch:  # boto3 reads its process's environment
        for name, value in {**cloud.environment(), "AWS_SDK": request.param[1]}.items():
            patch.setenv(name, value)
        yield cloud


@pytest.fixture(scope="module")
def table(cloud: LaptopCloud) -> str:
    return cloud.attribute("Installations", "Ref")


@pytest.fixture(scope="module")
def aws(cloud: LaptopCloud) -> Aws:
    assert cloud.environment().items() <= os.environ.items()
    return Aws(os.environ)


@pytest.fixture(scope="module")
def dynamodb(aws: Aws) -> AwsService:
    return aws.service("dynamodb")


@pytest.fixture
def dead(cloud: LaptopCloud, monkeypatch: pytest.MonkeyPatch) -> AwsService:
    """DynamoDB where nobody listens."""
    assert cloud.environment().items() <= os.environ.items()
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{free_port()}")
    return Aws(os.environ).service("dynamodb", attempts=1)


@pytest.fixture(scope="module")
def stack(cloud: LaptopCloud) -> Stack:
    """The stack of these resources, as the tools know one."""
    return Stack(name="the stack", resources=cloud.resources(), client=cloud.client)
