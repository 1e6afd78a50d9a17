"""The tools find every site of a table, and each site by what is known of it."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from connect_cli.errors import CommandError
from connect_jira.aws.service import AwsService
from connect_jira.installations.activity import Activity
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.target_stack import Stack
from connect_tools.tenants.known_site import KnownSite, SiteState, Transport
from connect_tools.tenants.listing import list_sites
from connect_tools.tenants.sites import Sites

NOW = 1_795_443_600


class Table:
    """The table of installations, to be filled."""

    def __init__(self, dynamodb: AwsService, table: str) -> None:
        self._connect = InstallationStore(dynamodb, table=table)
        self._forge = ForgeInstallationStore(dynamodb, table=table)

    def connect(self, address: str, **about: object) -> Installation:
        site = Site(client_key=ClientKey(str(uuid.uuid4())), base_url=address)
        pointer = about.pop("installation_id", None)
        row = Installation(
            site=replace(site, installation_id=str(pointer) if pointer else None),
            state=InstallationState.ENABLED,
            sealed_secret=b"sealed",
            signed_at=NOW,
            tokens_used={},
            updated_at=NOW,
        )
        row = replace(row, **about)  # type: ignore[arg-type]
        self._connect.write(row)
        return row

    def forge(self, installation_id: str, **about: object) -> ForgeInstallation:
        row = ForgeInstallation(
            installation_id=installation_id,
            tenant=ClientKey(installation_id),
            state=ForgeState.LIVE,
            cloud_id=str(uuid.uuid4()),
            app_version="2.1.0",
            revision=1,
        )
        row = replace(row, **about)  # type: ignore[arg-type]
        self._forge.write(row)
        return row


@pytest.fixture
def rows(dynamodb: AwsService, table: str) -> Table:
    return Table(dynamodb, table)


@pytest.fixture
def sites(stack: Stack) -> Sites:
    return Sites(stack)


def new_id() -> str:
    return f"ari:cloud:ecosystem::installation/{uuid.uuid4()}"


def new_address() -> str:
    return f"https://site-{uuid.uuid4()}.atlassian.net"


def all_of(sites: Sites) -> dict[str, KnownSite]:
    listed = [site for page in sites.pages() for site in page]
    by_tenant = {str(site.tenant): site for site in listed}
    assert len(by_tenant) == len(listed), "each site once"
    return by_tenant


def test_every_site_of_several_pages_is_there_once(rows: Table, sites: Sites) -> None:
    large = {"tokens_used": {"token": "x" * 300_000}}
    written = {str(rows.connect(new_address(), **large).site.client_key) for _ in range(8)}
    pages = [{site.tenant for site in page} & written for page in sites.pages()]
    assert len(list(filter(None, pages))) > 1
    assert written <= all_of(sites).keys()


def test_a_site_says_by_what_it_has_the_app_and_how_it_stands(rows: Table, sites: Sites) -> None:
    alone, joined, gone, named = (new_id() for _ in range(4))
    by_connect = rows.connect(new_address(), state=InstallationState.DISABLED)
    by_both = rows.connect(new_address(), installation_id=joined)
    rows.forge(joined, tenant=by_both.site.client_key)
    moved = rows.connect(
        new_address(), installation_id=gone, state=InstallationState.UNINSTALLED, sealed_secret=None
    )
    rows.forge(gone, tenant=moved.site.client_key)
    announced = rows.connect(new_address(), installation_id=named)
    rows.forge(named, tenant=announced.site.client_key, state=ForgeState.ANNOUNCED, cloud_id=None)
    left = rows.connect(new_address(), state=InstallationState.UNINSTALLED, sealed_secret=None)
    rows.forge(alone)
    ended = rows.forge(new_id(), leaves_at=NOW - 1, state=ForgeState.LEAVING)
    stand = {key: (site.state(NOW), site.transport(NOW)) for key, site in all_of(sites).items()}
    expected = {
        by_connect.site.client_key: (SiteState.DISABLED, Transport.CONNECT),
        by_both.site.client_key: (SiteState.ENABLED, Transport.BOTH),
        moved.site.client_key: (SiteState.ENABLED, Transport.FORGE),
        announced.site.client_key: (SiteState.ENABLED, Transport.CONNECT),
        left.site.client_key: (SiteState.UNINSTALLED, Transport.NONE),
        alone: (SiteState.ENABLED, Transport.FORGE),
        ended.installation_id: (SiteState.UNINSTALLED, Transport.NONE),
    }
    assert {key: stand.get(str(key)) for key in expected} == expected
    assert not {joined, gone, named} & stand.keys()
    assert all_of(sites)[by_both.site.client_key].version == "2.1.0"


def test_a_forge_installation_of_another_site_is_not_this_ones(rows: Table, sites: Sites) -> None:
    named = new_id()
    rows.forge(named, tenant=rows.connect(new_address(), installation_id=named).site.client_key)
    liar = rows.connect(new_address(), installation_id=named)
    assert all_of(sites)[liar.site.client_key].forge is None


def test_a_forge_installation_whose_connect_row_is_gone_is_a_site(rows: Table, sites: Sites) -> None:
    tenant = ClientKey(str(uuid.uuid4()))
    row = rows.forge(new_id(), tenant=tenant)
    assert all_of(sites)[tenant].forge == row
    assert sites.find(row.installation_id).tenant == tenant


def test_a_site_is_found_by_each_of_its_names_and_their_beginnings(rows: Table, sites: Sites) -> None:
    installation_id, address = new_id(), new_address()
    row = rows.connect(address, installation_id=installation_id)
    client_key = row.site.client_key
    forge = rows.forge(installation_id, tenant=client_key)
    host = address.removeprefix("https://")
    typed = (client_key, client_key[:13], address, f"{address}/", host, host[:24], host.upper())
    for name in (*typed, installation_id, installation_id[:60], str(forge.cloud_id)):
        found = sites.find(name)
        assert (found.connect, found.forge) == (row, forge), name
    assert {row["clientKey"] for row in sites.rows_of(client_key)} == {client_key, installation_id}


def test_a_whole_address_is_a_site_though_another_begins_with_it(rows: Table, sites: Sites) -> None:
    address = new_address().removesuffix(".atlassian.net")
    short, _ = rows.connect(f"{address}.atlassian.net"), rows.connect(f"{address}.atlassian.network")
    assert sites.find(f"{address}.atlassian.net").connect == short
    with pytest.raises(CommandError, match=r"2 sites begin with .*give more of it"):
        sites.find(address)


def test_a_site_that_is_not_there_is_not_found(sites: Sites) -> None:
    with pytest.raises(CommandError, match="no site has a clientKey or an address that begins with nobody"):
        sites.find("nobody")


def test_the_list_says_what_happened_last_and_is_one_object(
    cloud: LaptopCloud,
    dynamodb: AwsService,
    rows: Table,
    stack: Stack,
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = rows.connect(new_address())
    activity = Activity(dynamodb, table=cloud.attribute("Activity", "Ref"), clock=lambda: NOW)
    activity.record_webhook(row.site.client_key, "jira:issue_created")
    activity.record_call(row.site.client_key, "GET /rest/api/3/myself", 200)
    list_sites(stack, states=["enabled"], transports=[], as_json=True)
    listed = json.loads(capsys.readouterr().out)["sites"]
    (found,) = (site for site in listed if site["clientKey"] == row.site.client_key)
    assert found == {
        "clientKey": row.site.client_key,
        "state": "enabled",
        "transport": "connect",
        "version": None,
        "address": row.site.base_url,
        "lastEvent": {"event": "jira:issue_created", "at": "2026-11-23T14:20:00+00:00"},
        "lastCall": {"call": "GET /rest/api/3/myself", "status": 200, "at": "2026-11-23T14:20:00+00:00"},
    }
    list_sites(stack, states=["disabled"], transports=["both"], as_json=False)
    assert row.site.client_key not in capsys.readouterr().out


@pytest.mark.parametrize("as_json", [True, False])
def test_a_site_is_printed_before_the_next_page_is_asked_for(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    printed: list[str] = []

    def pages(_self: Sites) -> Iterator[list[KnownSite]]:
        for number in range(3):
            yield [KnownSite(tenant=ClientKey(f"site-{number}"), connect=None, forge=None)]
            printed.append(capsys.readouterr().out)

    monkeypatch.setattr(Sites, "pages", pages)
    list_sites(stack, states=[], transports=[], as_json=as_json)
    assert [f"site-{number}" in text for number, text in enumerate(printed)] == [True, True, True]
