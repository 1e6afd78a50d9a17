"""An app's data for sites, over every engine: entries, secrets, and the ids that sites are found by."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from connect_jira.aws.dynamodb import attributes
from connect_jira.aws.service import Aws, AwsService
from connect_jira.data.aliases import by_client_key, by_cloud_id, by_installation_id
from connect_jira.data.entries import ABSENT, MAX_KEY_BYTES, MAX_VALUE_BYTES, SiteEntries, encode
from connect_jira.data.errors import DataChanged, ValueTooLarge
from connect_jira.data.site_data import SiteData
from connect_jira.data.site_ids import SiteIds
from connect_jira.data.site_secrets import SiteSecrets, SiteSecretSealer
from connect_jira.errors import SecretDoesNotOpen
from connect_jira.installations.sealing import SecretsKey
from connect_jwt.identity import AppKey
from connect_local.laptop.moto_cloud import LaptopCloud
from tests.contract.counted import Counted

NOW = 1_795_443_600


@pytest.fixture(scope="module")
def table(cloud: LaptopCloud) -> str:
    return cloud.attribute("SiteData", "Ref")


@pytest.fixture
def clock() -> list[float]:
    return [NOW]


type Entries = Callable[..., SiteEntries]


@pytest.fixture
def entries(dynamodb: AwsService, table: str, clock: list[float]) -> Entries:
    def entries(site: str, kind: str = "data", service: Any = dynamodb) -> SiteEntries:
        return SiteEntries(service, table=table, site_id=lambda: site, kind=kind, clock=lambda: clock[0])

    return entries


@pytest.fixture
def site() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def data(entries: Entries, site: str) -> SiteData:
    return SiteData(entries(site))


# --- entries


@pytest.mark.parametrize(
    "value",
    [{"due": True, "days": [1, 2.5, None]}, "ü 😀", "", 0, None, [], "\ud83d", 10**30],
    ids=repr,
)
def test_a_value_is_read_as_it_was_written(data: SiteData, value: Any) -> None:
    version = data.put("settings", value)
    entry = data.get("settings")
    assert entry is not None
    assert (entry.key, entry.value, entry.version, entry.expires_at) == ("settings", value, version, None)


def test_what_is_not_there_or_was_deleted_is_none(data: SiteData) -> None:
    assert data.get("settings") is None
    data.put("settings", 1)
    data.delete("settings")
    data.delete("settings")
    assert data.get("settings") is None


def test_of_two_writers_who_read_the_same_one_is_told(data: SiteData) -> None:
    read = data.put("counter", 1)
    data.put("counter", 2, if_version=read)
    with pytest.raises(DataChanged):
        data.put("counter", 3, if_version=read)
    with pytest.raises(DataChanged):
        data.delete("counter", if_version=read)
    entry = data.get("counter")
    assert entry is not None
    assert entry.value == 2


def test_of_two_who_create_an_entry_one_is_told(data: SiteData) -> None:
    version = data.put("counter", 1, if_version=ABSENT)
    with pytest.raises(DataChanged) as changed:
        data.put("counter", 2, if_version=ABSENT)
    assert changed.value.version == version


def test_a_version_does_not_come_back_when_an_entry_is_deleted_and_written_anew(data: SiteData) -> None:
    read = data.put("counter", 1)
    data.delete("counter", if_version=read)
    with pytest.raises(DataChanged) as changed:
        data.put("counter", 2, if_version=read)
    assert changed.value.version == ABSENT
    data.put("counter", 1)
    with pytest.raises(DataChanged):
        data.put("counter", 2, if_version=read)


class Unheard:
    """DynamoDB that does what it is asked, and is asked again since its answer was lost."""

    def __init__(self, service: AwsService) -> None:
        self._service = service

    def call(self, operation: str, **asked: object) -> Any:
        self._service.call(operation, **asked)
        return self._service.call(operation, **asked)


def test_a_write_that_is_repeated_since_its_answer_was_lost_has_succeeded(
    entries: Entries, site: str, dynamodb: AwsService
) -> None:
    unheard = SiteData(entries(site, service=Unheard(dynamodb)))
    version = unheard.put("counter", 1, if_version=ABSENT)
    version = unheard.put("counter", 2, if_version=version)
    unheard.delete("counter", if_version=version)
    assert unheard.get("counter") is None


def test_an_entry_that_has_expired_is_not_there(data: SiteData, clock: list[float]) -> None:
    version = data.put("code", "a", keep_seconds=60)
    clock[0] = NOW + 59
    entry = data.get("code")
    assert entry is not None
    assert entry.expires_at == NOW + 60
    clock[0] = NOW + 60
    assert data.get("code") is None
    assert [page.entries for page in data.list()] == [[]]
    with pytest.raises(DataChanged):
        data.put("code", "b", if_version=version)
    data.put("code", "c", if_version=ABSENT)
    entry = data.get("code")
    assert entry is not None
    assert (entry.value, entry.expires_at) == ("c", None)


def test_350_kb_are_taken_and_more_is_refused_in_a_sentence(data: SiteData) -> None:
    data.put("k" * MAX_KEY_BYTES, "x" * (MAX_VALUE_BYTES - 2))
    with pytest.raises(ValueTooLarge, match=r"358,401 bytes as JSON.*358,400"):
        data.put("large", "x" * (MAX_VALUE_BYTES - 1))
    assert data.get("large") is None


@pytest.mark.parametrize("key", ["", "k" * (MAX_KEY_BYTES + 1), "ü" * MAX_KEY_BYTES])
def test_a_key_that_cannot_be_used_is_refused(data: SiteData, key: str) -> None:
    with pytest.raises(ValueError, match="1 to 512 bytes"):
        data.put(key, 1)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"bytes"], ids=repr)
def test_what_json_cannot_express_is_refused(data: SiteData, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        data.put("settings", value)
    assert data.get("settings") is None


def test_keys_are_listed_by_prefix_in_pages_and_in_their_order(data: SiteData) -> None:
    for number in range(203):
        data.put(f"issue/{number:05}", {"number": number})
    for other in ("issue", "issues/1", "Issue/1"):
        data.put(other, "other")
    pages = list(data.list("issue/"))
    listed = [entry for page in pages for entry in page.entries]
    assert [entry.key for entry in listed] == [f"issue/{number:05}" for number in range(203)]
    assert [entry.value["number"] for entry in listed] == list(range(203))
    assert max(len(page.entries) for page in pages) < 203
    assert pages[-1].after is None
    again = [entry for page in data.list("issue/", after=pages[0].after) for entry in page.entries]
    assert again == listed[len(pages[0].entries) :]


def test_of_many_keys_no_more_is_read_than_the_page_that_is_asked_for(
    entries: Entries, site: str, dynamodb: AwsService
) -> None:
    counted = Counted(dynamodb)
    data = SiteData(entries(site, service=counted))
    for number in range(250):
        data.put(f"{number:05}", "x")
    page = next(data.list())
    assert counted.calls["Query"] == 1
    assert len(page.entries) == 100


def test_ten_thousand_keys_of_a_site_are_listed_a_page_at_a_time(
    entries: Entries, site: str, table: str, cloud: LaptopCloud, dynamodb: AwsService
) -> None:
    is_moto = cloud.environment()["AWS_ENDPOINT_URL_DYNAMODB"] == cloud.endpoint
    keys = 500 if is_moto else 10_000  # of which moto goes through all at each write
    client = cloud.client("dynamodb")
    for begin in range(0, keys, 25):
        rows = [
            attributes(
                {"site": site, "entry": f"data:issue/{n:05}", "content": encode({"n": n}), "version": "v"}
            )
            for n in range(begin, begin + 25)
        ]
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": row}} for row in rows]})
    counted = Counted(dynamodb)
    listing = SiteData(entries(site, service=counted)).list("issue/")
    first = next(listing)
    assert (len(first.entries), counted.calls["Query"]) == (100, 1)
    rest = [entry.key for page in listing for entry in page.entries]
    assert [entry.key for entry in first.entries] + rest == [f"issue/{n:05}" for n in range(keys)]
    assert counted.calls["Query"] <= keys / 100 + 1
    (page,) = SiteData(entries(site)).list("issue/0049")
    assert [entry.value["n"] for entry in page.entries] == list(range(490, 500))


def test_a_listing_that_is_to_go_on_elsewhere_is_refused_before_dynamodb_is_asked(
    entries: Entries, site: str, dynamodb: AwsService
) -> None:
    counted = Counted(dynamodb)
    data = SiteData(entries(site, service=counted))
    data.put("issue/1", 1)
    for after in ("a", "z", "", "secret:issue/"):
        with pytest.raises(ValueError, match="of the same prefix"):
            next(data.list("issue/", after=after))
    assert counted.calls == {"PutItem": 1}


def test_a_site_sees_nothing_of_another_nor_data_anything_of_secrets(entries: Entries, site: str) -> None:
    SiteData(entries(site)).put("settings", 1)
    for other in (SiteData(entries(uuid.uuid4().hex)), SiteData(entries(site, "secret"))):
        assert other.get("settings") is None
        assert [page.entries for page in other.list()] == [[]]


# --- secrets


@pytest.fixture
def secrets(aws: Aws, cloud: LaptopCloud, entries: Entries, site: str) -> Callable[..., SiteSecrets]:
    def secrets(app: str = "com.example.app", of: str = site) -> SiteSecrets:
        key = SecretsKey(aws.service("kms"), key_id=cloud.attribute("SecretsKey", "Arn"), app_key=AppKey(app))
        return SiteSecrets(entries(of, "secret"), SiteSecretSealer(key), site_id=lambda: of)

    return secrets


def test_a_secret_is_read_as_it_was_written_and_shown_nowhere(
    secrets: Callable[..., SiteSecrets], entries: Entries, site: str
) -> None:
    version = secrets().put("api-key", {"key": "s3cr3t", "long": "x" * 10_000})
    entry = secrets().get("api-key")
    assert entry is not None
    assert (entry.value["key"], entry.version) == ("s3cr3t", version)
    assert "s3cr3t" not in repr(entry)
    stored = entries(site, "secret").get("api-key")
    assert stored is not None
    assert isinstance(stored.content, bytes)
    assert b"s3cr3t" not in stored.content


def test_a_secret_opens_for_its_app_site_and_name_only(
    secrets: Callable[..., SiteSecrets], entries: Entries, site: str
) -> None:
    secrets().put("api-key", "s3cr3t")
    stored = entries(site, "secret").get("api-key")
    assert stored is not None
    other_site = uuid.uuid4().hex
    entries(site, "secret").put("other", stored.content, if_version=None, keep_seconds=None)
    entries(other_site, "secret").put("api-key", stored.content, if_version=None, keep_seconds=None)
    for opens, name in (
        (secrets(), "other"),
        (secrets(of=other_site), "api-key"),
        (secrets("app-2"), "api-key"),
    ):
        with pytest.raises(SecretDoesNotOpen):
            opens.get(name)


def test_secrets_expire_change_and_are_listed_as_data_is(
    secrets: Callable[..., SiteSecrets], clock: list[float]
) -> None:
    kept = secrets()
    version = kept.put("api-key", "a", keep_seconds=60)
    kept.put("other", "b")
    with pytest.raises(DataChanged):
        kept.put("api-key", "c", if_version=ABSENT)
    assert [page.names for page in kept.names()] == [["api-key", "other"]]
    assert [page.names for page in kept.names("o")] == [["other"]]
    with pytest.raises(ValueTooLarge):
        kept.put("large", "x" * MAX_VALUE_BYTES)
    kept.put("large", "x" * (MAX_VALUE_BYTES - 2))
    clock[0] += 60
    assert kept.get("api-key") is None
    kept.delete("api-key", if_version=version)
    kept.delete("other")
    assert [page.names for page in kept.names()] == [["large"]]


# --- ids


@pytest.fixture
def ids(dynamodb: AwsService, table: str) -> SiteIds:
    return SiteIds(dynamodb, table=table)


@pytest.fixture
def aliases() -> tuple[str, str, str]:
    one = uuid.uuid4()
    return by_client_key(f"ck-{one}"), by_cloud_id(f"cloud-{one}"), by_installation_id(f"ari-{one}")


def test_a_site_is_found_by_each_of_its_aliases(ids: SiteIds, aliases: tuple[str, str, str]) -> None:
    found = ids.id_of(aliases)
    assert [ids.id_of([alias]) for alias in aliases] == [found] * 3
    assert ids.id_of([by_client_key(str(uuid.uuid4()))]) != found


@pytest.mark.parametrize(
    "orders",
    [
        [(0,), (0, 1, 2)],  # Connect, then Forge beside it
        [(1, 2), (0, 1, 2)],  # Forge, then Connect beside it
        [(2,), (1, 2), (0, 1, 2)],  # Forge whose cloudId came later
        [(0, 1, 2), (1, 2)],  # Connect has ended
    ],
)
def test_a_site_keeps_its_id_in_whatever_order_it_installs(
    ids: SiteIds, aliases: tuple[str, str, str], orders: list[tuple[int, ...]]
) -> None:
    assert len({ids.id_of([aliases[one] for one in known]) for known in orders}) == 1


def test_a_site_is_found_again_when_forge_installs_it_anew(
    ids: SiteIds, aliases: tuple[str, str, str]
) -> None:
    found = ids.id_of(aliases)
    assert ids.id_of([aliases[1], by_installation_id(str(uuid.uuid4()))]) == found


def test_what_is_settled_costs_one_read(
    dynamodb: AwsService, table: str, aliases: tuple[str, str, str]
) -> None:
    counted = Counted(dynamodb)
    ids = SiteIds(counted, table=table)  # type: ignore[arg-type]
    ids.id_of(aliases)
    counted.calls.clear()
    ids.id_of(aliases)
    assert counted.calls == {"GetItem": 1}


def test_of_two_ids_that_both_hold_data_the_stronger_aliass_counts_and_nothing_is_lost(
    ids: SiteIds, entries: Entries, aliases: tuple[str, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    by_connect, by_forge = ids.id_of(aliases[:1]), ids.id_of(aliases[1:])
    for site in (by_connect, by_forge):
        SiteData(entries(site)).put("settings", site)
    assert ids.id_of(aliases) == by_connect
    assert ids.id_of([aliases[1], by_installation_id(str(uuid.uuid4()))]) == by_connect
    for site in (by_connect, by_forge):
        entry = SiteData(entries(site)).get("settings")
        assert entry is not None
        assert entry.value == site
    (logged,) = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert (logged["siteId"], logged["otherSiteId"]) == (by_connect, by_forge)


def test_of_two_ids_the_one_that_holds_data_counts(
    ids: SiteIds, entries: Entries, aliases: tuple[str, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    by_connect, by_forge = ids.id_of(aliases[:1]), ids.id_of(aliases[1:])
    SiteData(entries(by_forge)).put("settings", 1)
    assert ids.id_of(aliases) == by_forge != by_connect
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


class Killed(Exception):
    """The process has died."""


class Dying:
    """DynamoDB for a process that dies before its n-th write; or another overtakes it there."""

    def __init__(self, service: AwsService, before: int, then: Callable[[], object] | None = None) -> None:
        self._service = service
        self._left = before
        self._then = then

    def call(self, operation: str, **asked: object) -> Any:
        if operation == "PutItem":
            self._left -= 1
            if self._left == -1:
                if self._then is None:
                    raise Killed
                self._then()
        return self._service.call(operation, **asked)


WRITES = 4


@pytest.mark.parametrize("before", range(WRITES + 1))
def test_a_process_that_dies_while_it_decides_leaves_one_site(
    dynamodb: AwsService, table: str, ids: SiteIds, aliases: tuple[str, str, str], before: int
) -> None:
    dying = SiteIds(Dying(dynamodb, before), table=table)  # type: ignore[arg-type]
    if before < WRITES:
        with pytest.raises(Killed):
            dying.id_of(aliases)
    else:
        dying.id_of(aliases)
    found = ids.id_of(aliases)
    assert [ids.id_of([alias]) for alias in aliases] == [found] * 3


@pytest.mark.parametrize("before", range(WRITES))
@pytest.mark.parametrize("known", [(0, 1, 2), (0,), (1, 2), (2,)])
def test_two_processes_that_decide_at_once_find_one_site(
    dynamodb: AwsService,
    table: str,
    ids: SiteIds,
    aliases: tuple[str, str, str],
    before: int,
    known: tuple[int, ...],
) -> None:
    theirs: list[str] = []
    overtaken = Dying(dynamodb, before, lambda: theirs.append(ids.id_of([aliases[one] for one in known])))
    ours = SiteIds(overtaken, table=table).id_of(aliases)  # type: ignore[arg-type]
    assert theirs == [ours]
    assert [ids.id_of([alias]) for alias in aliases] == [ours] * 3
