"""The installations' table, as template.yaml declares it, in each engine there is."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from connect_local.cloud import LaptopCloud
from connect_local.errors import LaptopError
from connect_local.template import Template


@pytest.fixture(autouse=True)
def _metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tests")


@pytest.fixture(scope="module", params=["moto", "dynamodb-local"])
def cloud(request: pytest.FixtureRequest) -> Iterator[LaptopCloud]:
    try:
        cloud = LaptopCloud(Template({"Stage": "prod"}), engine=request.param)
    except LaptopError as missing:
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
def dynamodb(cloud: LaptopCloud) -> Any:
    return cloud.client("dynamodb")
