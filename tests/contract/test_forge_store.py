"""Forge installations over every engine, in the table of the Connect installations."""

import uuid
from dataclasses import replace

import pytest

from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import RowChanged
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState, announced
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey


@pytest.fixture
def store(dynamodb: AwsService, table: str) -> ForgeInstallationStore:
    return ForgeInstallationStore(dynamodb, table=table)


@pytest.fixture
def installation() -> ForgeInstallation:
    return replace(announced(f"ari:cloud:ecosystem::installation/{uuid.uuid4()}"), revision=1)


def test_a_row_is_read_as_it_was_written(
    store: ForgeInstallationStore, installation: ForgeInstallation
) -> None:
    full = replace(
        installation,
        tenant=ClientKey(str(uuid.uuid4())),
        state=ForgeState.LIVE,
        cloud_id="cloud",
        api_base_url="https://api.atlassian.com/ex/jira/cloud",
        environment_type="PRODUCTION",
        app_version="2.0.0",
        sealed_token=b"\x00\xff",
        token_expires_at=1_795_443_600,
        applied_at=4,
        tokens_used={"jti": (6, "digest")},
        updated_at=7,
        expires_at=8,
        revision=2,
    )
    for row in (installation, full):
        store.write(row)
        assert store.read(row.installation_id) == row


def test_a_row_is_written_over_the_row_that_was_read_only(
    store: ForgeInstallationStore, installation: ForgeInstallation
) -> None:
    store.write(installation)
    with pytest.raises(RowChanged):
        store.write(installation)
    with pytest.raises(RowChanged):
        store.write(replace(installation, revision=3))


def test_every_site_is_listed_once_whether_by_connect_or_by_forge(
    store: ForgeInstallationStore, dynamodb: AwsService, table: str, installation: ForgeInstallation
) -> None:
    joined, alone = str(uuid.uuid4()), f"{installation.installation_id}a"
    live = replace(installation, state=ForgeState.LIVE)
    store.write(replace(live, tenant=ClientKey(joined)))
    store.write(replace(live, installation_id=f"{installation.installation_id}b", tenant=ClientKey(joined)))
    store.write(replace(live, installation_id=alone, tenant=ClientKey(alone)))
    ended = f"{installation.installation_id}c"
    store.write(replace(live, installation_id=ended, tenant=ClientKey(ended), state=ForgeState.ENDED))
    sites = [site for page, _ in InstallationStore(dynamodb, table=table).enabled_sites() for site in page]
    assert [sites.count(ClientKey(site)) for site in (joined, alone, ended)] == [1, 1, 0]
