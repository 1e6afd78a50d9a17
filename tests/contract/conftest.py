"""The installations' table, as template.yaml declares it, in each engine there is."""

import os
from collections.abc import Iterator

import pytest

from connect_cli.errors import CommandError
from connect_jira.aws.service import AwsService
from connect_jira.aws.services import Aws
from connect_local.laptop.cloud import LaptopCloud
from connect_local.laptop.ports import free_port
from connect_tools.template import Template


@pytest.fixture(autouse=True)
def _metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tests")


@pytest.fixture(scope="module", params=["moto", "dynamodb-local"])
def cloud(request: pytest.FixtureRequest) -> Iterator[LaptopCloud]:
    try:
        cloud = LaptopCloud(Template({"Stage": "prod"}), engine=request.param)
    except CommandError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    cloud.start()
    yield cloud
    cloud.stop()


@pytest.fixture(scope="module")
def table(cloud: LaptopCloud) -> str:
    return cloud.attribute("Installations", "Ref")


@pytest.fixture(scope="module")
def aws(cloud: LaptopCloud) -> Aws:
    return Aws(cloud.environment())


@pytest.fixture(scope="module")
def dynamodb(aws: Aws) -> AwsService:
    return aws.service("dynamodb")


@pytest.fixture
def dead(cloud: LaptopCloud) -> AwsService:
    """DynamoDB where nobody listens."""
    nowhere = {"AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{free_port()}"}
    return Aws({**cloud.environment(), **nowhere}).service("dynamodb", attempts=1)
