"""The store keeps its promises over every engine: the same tests for moto and for Amazon's DynamoDB Local."""

import os
import threading
import uuid
from dataclasses import replace

import pytest

from connect_jira.aws.service import Aws, AwsService
from connect_jira.aws.versioned_table import RowChanged
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.installations.installation import (
    Installation,
    InstallationState,
    Pause,
    PauseReason,
    PreviousSecret,
    Site,
)
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud


@pytest.fixture
def store(dynamodb: AwsService, table: str) -> InstallationStore:
    return InstallationStore(dynamodb, table=table)


@pytest.fixture
def installation() -> Installation:
    return Installation(
        site=Site(client_key=ClientKey(str(uuid.uuid4())), base_url="https://site.atlassian.net"),
        state=InstallationState.ENABLED,
        sealed_secret=b"\x00sealed\xff",
        signed_at=1_795_443_600,
        tokens_used={"token": "body"},
        updated_at=1_795_443_601,
    )


def test_what_is_not_there_is_none(store: InstallationStore) -> None:
    assert store.read(ClientKey("nobody")) is None


def test_a_row_of_newer_code_is_none_that_is_malformed(
    store: InstallationStore, dynamodb: AwsService, table: str, installation: Installation
) -> None:
    store.write(replace(installation, revision=1))
    dynamodb.call(
        "UpdateItem",
        TableName=table,
        Key={"clientKey": {"S": installation.site.client_key}},
        UpdateExpression="SET #state = :tomorrow",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":tomorrow": {"S": "of tomorrow"}},
    )
    with pytest.raises(TemporarilyUnavailable, match="newer code"):
        store.read(installation.site.client_key)


def test_a_row_is_read_as_it_was_written(store: InstallationStore, installation: Installation) -> None:
    full = replace(
        installation,
        site=replace(
            installation.site, display_url="https://d.example.com", oauth_client_id="o", installation_id="i"
        ),
        previous_secrets=(PreviousSecret(b"\x01", 5), PreviousSecret(b"\x02", 4)),
        toggled_at=7,
        pause=Pause(PauseReason.REFUSED, since=6),
        expires_at=1_798_035_600,
    )
    for row in (installation, replace(full, revision=2)):
        store.write(row)
        assert store.read(row.site.client_key) == row


def test_a_site_that_is_paused_is_not_among_the_enabled(
    store: InstallationStore, installation: Installation
) -> None:
    paused = replace(installation, site=replace(installation.site, client_key=ClientKey(str(uuid.uuid4()))))
    store.write(installation)
    store.write(replace(paused, pause=Pause(PauseReason.BY_HAND, since=6)))
    enabled = {site for page, _ in store.enabled_sites() for site in page}
    assert enabled & {installation.site.client_key, paused.site.client_key} == {installation.site.client_key}


def test_an_emptied_row_holds_no_secret(
    store: InstallationStore, dynamodb: AwsService, table: str, installation: Installation
) -> None:
    store.write(installation)
    store.write(replace(installation, sealed_secret=None, revision=2))
    key = {"clientKey": {"S": installation.site.client_key}}
    item = dynamodb.call("GetItem", TableName=table, Key=key, ConsistentRead=True)["Item"]
    assert "sealedSecret" not in item


def test_a_first_revision_is_not_written_over_a_row(
    store: InstallationStore, installation: Installation
) -> None:
    store.write(installation)
    with pytest.raises(RowChanged):
        store.write(replace(installation, sealed_secret=b"other"))
    assert store.read(installation.site.client_key) == installation


@pytest.mark.parametrize("revision", [1, 2, 4, 5])
def test_a_revision_is_written_only_over_the_one_before_it(
    store: InstallationStore, installation: Installation, revision: int
) -> None:
    for before in (1, 2):
        store.write(replace(installation, revision=before))
    with pytest.raises(RowChanged):
        store.write(replace(installation, revision=revision))
    store.write(replace(installation, revision=3))


def test_a_later_revision_is_not_written_where_the_row_is_gone(
    store: InstallationStore, installation: Installation
) -> None:
    with pytest.raises(RowChanged):
        store.write(replace(installation, revision=2))


def test_of_many_that_write_at_once_exactly_one_succeeds(
    dynamodb: AwsService, table: str, installation: Installation
) -> None:
    InstallationStore(dynamodb, table=table).write(installation)
    start, outcomes = threading.Barrier(8), []

    def write(number: int) -> None:
        store = InstallationStore(Aws(os.environ).service("dynamodb"), table=table)
        start.wait()
        try:
            store.write(replace(installation, sealed_secret=bytes([number]), revision=2))
            outcomes.append("written")
        except RowChanged:
            outcomes.append("changed")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed"] * 7 + ["written"]


def test_changes_that_are_made_at_once_are_all_there(
    cloud: LaptopCloud, dynamodb: AwsService, table: str, installation: Installation
) -> None:
    client_key = installation.site.client_key
    start = threading.Barrier(3)

    def note(name: str) -> None:
        store = InstallationStore(Aws(cloud.environment()).service("dynamodb"), table=table)

        def noted(current: Installation | None) -> Installation:
            row = current or installation
            return replace(row, tokens_used={**row.tokens_used, name: "body"})

        start.wait()
        store.update(client_key, noted)

    threads = [threading.Thread(target=note, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = InstallationStore(dynamodb, table=table).read(client_key)
    assert row is not None
    assert (set(row.tokens_used), row.revision) == ({"token", "a", "b", "c"}, 3)


def test_a_row_that_is_not_changed_is_not_written(
    store: InstallationStore, installation: Installation
) -> None:
    store.write(installation)
    for unchanged in (lambda _row: None, lambda row: row):
        assert store.update(installation.site.client_key, unchanged) == (installation, installation)
    assert store.read(installation.site.client_key) == installation


def test_rows_expire_by_the_attribute_that_is_written(cloud: LaptopCloud, table: str) -> None:
    ttl = cloud.client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expiresAt"}


def test_a_database_that_gives_no_answer_is_temporarily_unavailable(
    dead: AwsService, installation: Installation
) -> None:
    store = InstallationStore(dead, table="table")
    with pytest.raises(TemporarilyUnavailable, match="dynamodb:GetItem"):
        store.read(installation.site.client_key)
    with pytest.raises(TemporarilyUnavailable, match="dynamodb:PutItem"):
        store.write(installation)
