"""The names that a site is found by, and that nobody finds another's data by naming it."""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from connect_jira.data.aliases import (
    REMEMBERED_SECONDS,
    SiteAliases,
    aliases_in,
    by_client_key,
    by_cloud_id,
    by_installation_id,
    installation_key,
)
from connect_jira.data.errors import ValueTooLarge
from connect_jira.installations.forge_installation import ForgeInstallation
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation, is_storable
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from tests.unit.jira.memory_dynamodb import MemoryDynamoDB
from tests.unit.jira.site_story import Story, ari, storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from connect_jira.aws.service import AwsService


@pytest.fixture
def tables() -> MemoryDynamoDB:
    return MemoryDynamoDB()


@pytest.fixture
def victim(tables: MemoryDynamoDB) -> Story:
    """A site by Connect and Forge that keeps something."""
    story = Story(tables, "victim")
    story.install_by_forge()
    story.install_by_connect()
    story.kept().data.put("settings", "theirs")
    return story


@pytest.fixture
def attacker(tables: MemoryDynamoDB) -> Story:
    return Story(tables, "attacker")


def of(tables: MemoryDynamoDB, clock: "Callable[[], float]" = lambda: 0.0) -> SiteAliases:
    dynamodb = cast("AwsService", tables)
    return SiteAliases(
        InstallationStore(dynamodb, table="Installations"),
        ForgeInstallationStore(dynamodb, table="Installations"),
        clock=clock,
    )


def name_installation(story: Story, installation_id: str) -> None:
    def change(row: Installation | None) -> Installation | None:
        return row and replace(row, site=replace(row.site, installation_id=installation_id))

    InstallationStore(cast("AwsService", story.tables), table="Installations").update(
        story.client_key, change
    )


def change_forge(story: Story, **changed: str) -> None:
    def change(row: ForgeInstallation | None) -> ForgeInstallation | None:
        return row and replace(row, **changed)  # type: ignore[arg-type]  # a test's own

    store = ForgeInstallationStore(cast("AwsService", story.tables), table="Installations")
    store.update(str(story.forge_id), change)


# --- the names


def test_a_connect_site_has_its_client_key_and_the_names_of_its_forge_installation(victim: Story) -> None:
    assert of(victim.tables).of(victim.client_key) == [
        by_client_key("client-key-victim"),
        by_cloud_id("cloud-victim"),
        by_installation_id(ari("victim1")),
    ]


def test_a_site_by_forge_alone_has_its_jira_and_its_installation(attacker: Story) -> None:
    attacker.install_by_forge()
    assert of(attacker.tables).of(attacker.tenant) == [
        by_cloud_id("cloud-attacker"),
        by_installation_id(ari("attacker1")),
    ]


def test_a_message_from_before_a_link_finds_the_site_that_it_was_linked_to(victim: Story) -> None:
    aliases = of(victim.tables).of(ClientKey(str(victim.forge_id)))
    assert aliases[0] == by_client_key("client-key-victim")
    assert victim.kept(tenant=ClientKey(str(victim.forge_id))).data.get("settings") is not None


def test_an_installation_that_nobody_knows_has_its_own_name_only(tables: MemoryDynamoDB) -> None:
    assert of(tables).of(ClientKey("nobody")) == [by_client_key("nobody")]
    assert of(tables).of(ClientKey(ari("nobody"))) == [by_installation_id(ari("nobody"))]


@pytest.mark.parametrize("installed", ["connect", "forge", "both"])
def test_the_names_in_a_sites_rows_are_those_that_it_is_found_by(attacker: Story, installed: str) -> None:
    if installed != "connect":
        attacker.install_by_forge()
    if installed != "forge":
        attacker.install_by_connect()
    in_rows = {alias for row in attacker.tables.rows["Installations"].values() for alias in aliases_in(row)}
    assert in_rows == set(of(attacker.tables).of(attacker.tenant))
    keys = {key for (key,) in attacker.tables.rows["Installations"]}
    assert {key for key in map(installation_key, in_rows) if key} == keys


# --- cached names


def test_names_are_read_once_in_five_minutes(victim: Story) -> None:
    calls: Counter[str] = Counter()
    now = [0.0]
    tables = victim.tables.by(lambda operation: calls.update([operation]))
    aliases = of(tables, lambda: now[0])
    assert aliases.remembered(victim.client_key) is None
    assert aliases.of(victim.client_key) == aliases.remembered(victim.client_key)
    assert calls == {"GetItem": 2}
    now[0] += REMEMBERED_SECONDS
    assert aliases.remembered(victim.client_key) is None


def test_a_second_message_reads_the_id_and_the_entry_only(victim: Story) -> None:
    calls: Counter[str] = Counter()
    kept = storage(victim.tables.by(lambda operation: calls.update([operation])))
    kept.of(victim.client_key).data.get("settings")
    calls.clear()
    kept.of(victim.client_key).data.get("settings")
    assert calls == {"GetItem": 2}


def test_cached_names_make_no_second_set_of_data_when_a_site_is_linked_meanwhile(
    tables: MemoryDynamoDB,
) -> None:
    story = Story(tables)
    story.install_by_forge()
    story.kept().data.put("settings", "by Forge")
    old_process = storage(tables)
    old_process.of(story.client_key).data.get("settings")  # before the site is there by Connect
    tables.rows["SiteData"] = {
        key: row for key, row in tables.rows["SiteData"].items() if not key[0].startswith("clientKey:")
    }
    story.install_by_connect()
    entry = old_process.of(story.client_key).data.get("settings")
    assert entry is not None
    assert entry.value == "by Forge"


# --- attacks


def test_who_names_anothers_installation_in_its_payload_gets_nothing(victim: Story, attacker: Story) -> None:
    attacker.install_by_connect()
    name_installation(attacker, str(victim.forge_id))
    assert attacker.read() is None
    attacker.kept().data.put("settings", "mine")
    assert victim.read() == "theirs"


def test_a_client_key_that_looks_like_an_installation_or_an_alias_gets_nothing(victim: Story) -> None:
    assert not is_storable(ClientKey(str(victim.forge_id))), "no Connect site can have such a key"
    own = victim.kept().data.get("settings")
    for name in (
        by_client_key(victim.client_key),
        by_cloud_id(victim.cloud_id),
        "#sites",
        "#id",
        victim.cloud_id,
        f"{victim.client_key}#",
    ):
        kept = victim.kept(tenant=ClientKey(name))
        assert kept.data.get("settings") is None
        kept.data.put("settings", "mine")
    assert victim.kept().data.get("settings") == own


def test_a_client_key_or_a_key_that_is_a_sites_id_or_a_row_of_ours_reaches_nothing(victim: Story) -> None:
    site_id = next(row["entry"] for key, row in victim.tables.rows["SiteData"].items() if key[0] == "#sites")
    before = dict(victim.tables.rows["SiteData"])
    kept = victim.kept(tenant=ClientKey(site_id))
    for key in ("#id", "#sites", f"secret:{site_id}", f"data:{site_id}", "../settings", "settings\x00"):
        assert kept.data.get(key) is None
        kept.data.put(key, "mine")
        victim.kept().data.put(key, "theirs")
        victim.kept().data.delete(key)
    rows = victim.tables.rows["SiteData"]
    assert {key: rows[key] for key in before} == before


def test_a_cloud_id_that_is_written_as_another_kind_of_name_gets_nothing(
    victim: Story, attacker: Story
) -> None:
    attacker.install_by_forge()
    for cloud_id in (
        by_client_key(victim.client_key),
        f"clientKey:{victim.client_key}",
        victim.client_key,
        "#sites",
    ):
        change_forge(attacker, cloud_id=cloud_id)
        assert attacker.read() is None
    assert victim.read() == "theirs"


def test_an_old_link_gets_nothing_once_the_installation_is_anothers(victim: Story, attacker: Story) -> None:
    attacker.install_by_connect()
    name_installation(attacker, str(victim.forge_id))
    victim.uninstall_by_connect()
    assert attacker.read() is None


@pytest.mark.parametrize("after", ["secret:x", "", "zzz", "dat"])
def test_a_listing_goes_on_within_its_prefix_only(victim: Story, after: str) -> None:
    with pytest.raises(ValueError, match="of the same prefix"):
        next(victim.kept().data.list("settings", after=after))


def test_a_value_of_400_kb_is_one_clear_error(victim: Story) -> None:
    with pytest.raises(ValueTooLarge) as refused:
        victim.kept().data.put("settings", "x" * 400_000)
    assert str(refused.value) == (
        "value-too-large: the value takes 400,002 bytes as JSON, and an entry holds 358,400:"
        " split it over several keys"
    )
    assert victim.read() == "theirs"
