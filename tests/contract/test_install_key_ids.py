"""The ids of install keys that all processes remember, over every engine."""

from collections.abc import Callable

import pytest

from connect_jira.auth.install_key_ids import AT_ONCE, InstallKeyIds
from connect_jira.aws.service import AwsService
from connect_jira.errors import LimitedForNow
from connect_jira.installations.activity import Activity, SiteActivity
from connect_jira.installations.installation import is_storable
from connect_jwt.identity import ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud

KID = "generic-keypair/cs-migrations/installation-key-pair--0123456789abcdef"


@pytest.fixture
def activity_table(cloud: LaptopCloud) -> str:
    return cloud.attribute("Activity", "Ref")


@pytest.fixture
def new_process(dynamodb: AwsService, activity_table: str) -> Callable[[], InstallKeyIds]:
    def start() -> InstallKeyIds:
        ids = InstallKeyIds(dynamodb, table=activity_table, clock=lambda: 0.0)
        for number in range(int(AT_ONCE)):
            ids.admit(f"invented-{number}")
        return ids

    return start


def test_what_has_verified_an_install_is_known_to_every_process_and_nothing_else_is(
    new_process: Callable[[], InstallKeyIds],
) -> None:
    for kid in (KID, f"{KID}-2", KID):
        new_process().remember(kid)
    for kid in (KID, f"{KID}-2"):
        new_process().admit(kid)
    with pytest.raises(LimitedForNow):
        new_process().admit(f"{KID}-3")


def test_the_row_is_no_sites(
    new_process: Callable[[], InstallKeyIds], dynamodb: AwsService, activity_table: str
) -> None:
    new_process().remember(KID)
    assert not is_storable(ClientKey("install keys"))
    assert Activity(dynamodb, table=activity_table).read(ClientKey("any-site")) == SiteActivity()
