"""Deletion of the data of sites that have gone, over every engine."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from connect_jira.aws.dynamodb import attributes
from connect_jira.aws.service import AwsService
from connect_jira.data.aliases import by_client_key, by_cloud_id
from connect_jira.data.entries import SiteEntries
from connect_jira.data.retention import SiteDataRetention
from connect_jira.data.site_data import SiteData
from connect_jira.data.site_ids import SiteIds
from connect_jira.installations.installation import UNINSTALLED_ROW_SECONDS
from connect_local.laptop.moto_cloud import LaptopCloud

NOW = 1_795_443_600


@pytest.fixture(scope="module")
def data_table(cloud: LaptopCloud) -> str:
    return cloud.attribute("SiteData", "Ref")


@pytest.fixture
def sweep(dynamodb: AwsService, data_table: str, table: str) -> Callable[..., None]:
    """Sweep at a time; sites that other tests have left behind are swept, too."""

    def sweep(at: int = NOW) -> None:
        retention = SiteDataRetention(dynamodb, table=data_table, installations=table, clock=lambda: at)
        assert retention.sweep().is_complete

    return sweep


@pytest.fixture
def site(dynamodb: AwsService, data_table: str) -> tuple[str, str, SiteData]:
    """The key of its row, its id, and what it keeps."""
    key = str(uuid.uuid4())
    site_id = SiteIds(dynamodb, table=data_table).id_of([by_client_key(key), by_cloud_id(key)])
    data = SiteData(SiteEntries(dynamodb, table=data_table, site_id=lambda: site_id, kind="data"))
    for number in range(120):
        data.put(f"{number:03}", "x")
    return key, site_id, data


def rows_of(dynamodb: AwsService, table: str, site: str) -> int:
    found = dynamodb.call(
        "Query",
        TableName=table,
        KeyConditionExpression="site = :site",
        ExpressionAttributeValues=attributes({":site": site}),
    )
    return len(found["Items"])


def test_what_is_kept_stays_while_there_is_a_row_and_goes_after_it(
    dynamodb: AwsService,
    data_table: str,
    table: str,
    site: tuple[str, str, SiteData],
    sweep: Callable[..., None],
) -> None:
    key, site_id, data = site
    expiry = NOW + UNINSTALLED_ROW_SECONDS
    row = attributes({"clientKey": key, "state": "uninstalled", "expiresAt": expiry})
    dynamodb.call("PutItem", TableName=table, Item=row)
    sweep()
    sweep(expiry + 1)
    assert data.get("000") is not None, "the row is still there"
    dynamodb.call("DeleteItem", TableName=table, Key=attributes({"clientKey": key}))
    sweep(expiry - 1)
    assert data.get("000") is not None
    sweep(expiry)
    assert rows_of(dynamodb, data_table, site_id) == 0
    for alias in (by_client_key(key), by_cloud_id(key)):
        assert rows_of(dynamodb, data_table, alias) == 0


def test_who_installs_while_it_ends_keeps_it(
    dynamodb: AwsService,
    data_table: str,
    table: str,
    site: tuple[str, str, SiteData],
    sweep: Callable[..., None],
) -> None:
    key, site_id, data = site
    sweep()

    class Installing:
        """DynamoDB where the site installs just before an alias of it is marked."""

        def call(self, operation: str, **asked: Any) -> object:
            if operation == "PutItem" and asked["Item"]["site"] == {"S": by_client_key(key)}:
                dynamodb.call("PutItem", TableName=table, Item=attributes({"clientKey": key}))
            return dynamodb.call(operation, **asked)

    retention = SiteDataRetention(
        Installing(),  # type: ignore[arg-type]  # it is called as the service is
        table=data_table,
        installations=table,
        clock=lambda: NOW + UNINSTALLED_ROW_SECONDS,
    )
    retention.sweep()
    assert SiteIds(dynamodb, table=data_table).id_of([by_client_key(key), by_cloud_id(key)]) == site_id
    assert data.get("119") is not None
    dynamodb.call("DeleteItem", TableName=table, Key=attributes({"clientKey": key}))
    sweep()
    sweep(NOW + 2 * UNINSTALLED_ROW_SECONDS)
    assert rows_of(dynamodb, data_table, site_id) == 0
