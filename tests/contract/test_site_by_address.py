"""A site that is typed by its address is the one that has it, or nobody is taken for it."""

import uuid

import pytest

from connect_cli.errors import CommandError
from connect_jira.aws.service import Aws
from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.target_stack import Stack
from connect_tools.tenants.sites import Sites


def test_a_site_that_shows_the_address_of_another_is_not_taken_for_it(
    cloud: LaptopCloud, aws: Aws, stack: Stack
) -> None:
    store = InstallationStore(aws.service("dynamodb"), table=cloud.attribute("Installations", "Ref"))
    name = str(uuid.uuid4())
    own = f"https://{name}.atlassian.net"
    for client_key, base_url, display_url in (
        (f"{name}-own", own, "https://jira.example.com"),
        (f"{name}-stranger", f"https://stranger-{name}.atlassian.net", own),
    ):
        site = Site(client_key=ClientKey(client_key), base_url=base_url, display_url=display_url)
        store.write(
            Installation(
                site=site,
                state=InstallationState.ENABLED,
                sealed_secret=b"sealed",
                signed_at=1,
                tokens_used={},
                updated_at=1,
            )
        )
    with pytest.raises(CommandError, match="2 sites begin with"):
        Sites(stack).find(own)
    assert Sites(stack).find(f"{name}-own").tenant == f"{name}-own"
