"""A site purged from every place that something of it is kept in, over every engine."""

import itertools
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connect_cli.errors import CommandError
from connect_jira.aws.dynamodb import attributes
from connect_jira.aws.service import Aws
from connect_jira.data.aliases import SiteAliases
from connect_jira.data.site_secrets import SiteSecretSealer
from connect_jira.data.storage import Kept, SiteStorage
from connect_jira.installations.activity import Activity
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.installations.sealing import SecretsKey
from connect_jira.installations.store import InstallationStore
from connect_jira.worker.idempotency_store import Attempt, IdempotencyStore
from connect_jira.worker.large_messages import new_key
from connect_jira.worker.purges import Purges
from connect_jwt.identity import AppKey, ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.target_stack import Stack
from connect_tools.tenants import purging
from connect_tools.tenants.purge_target import Target, Targets
from connect_tools.tenants.purging import IN_HAND_SECONDS, IN_MEMORY_SECONDS, Purged, Purging
from connect_tools.tenants.removal import Kind, Removal

NOBODY = "somebody-else"
EVERYTHING = {
    Kind.INSTALLATIONS: 2,
    Kind.SITE_DATA: 3,
    Kind.SITE_SECRETS: 1,
    Kind.ACTIVITY: 1,
    Kind.WORK_DONE: 2,
    Kind.DEAD_LETTERS: 2,
    Kind.LARGE_MESSAGES: 2,
}


@pytest.fixture(autouse=True)
def _nothing_comes_while_a_test_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connect_tools.dlq.queue._LONG_POLL_SECONDS", 0)


class Died(BaseException):
    """The end of a process: nothing is tidied up."""


class App:
    """The app's own code, of one site."""

    def __init__(self, cloud: LaptopCloud, aws: Aws, stack: Stack, name: str) -> None:
        self.stack = stack
        self.client_key = ClientKey(f"{name}-{uuid.uuid4()}")
        self.forge_id = f"ari:cloud:ecosystem::installation/{uuid.uuid4()}"
        self.dynamodb = aws.service("dynamodb")
        table = cloud.attribute("Installations", "Ref")
        self.sites = InstallationStore(self.dynamodb, table=table)
        self.forge = ForgeInstallationStore(self.dynamodb, table=table)
        self.work_done = cloud.attribute("WorkDone", "Ref")
        self.purges = Purges(self.dynamodb, table=self.work_done)
        self._key = SecretsKey(
            aws.service("kms"), key_id=cloud.attribute("SecretsKey", "Arn"), app_key=AppKey("app")
        )
        self.cloud = cloud

    def kept(self) -> Kept:
        """Return the data of the site, as a process finds them that knows nothing yet."""
        storage = SiteStorage(
            self.dynamodb,
            table=self.cloud.attribute("SiteData", "Ref"),
            aliases=SiteAliases(self.sites, self.forge),
            sealer=SiteSecretSealer(self._key),
        )
        return storage.of(self.client_key)

    def install(self, *, updated_at: int = 0) -> None:
        def installed(row: Installation | None) -> Installation:
            return Installation(
                site=Site(
                    client_key=self.client_key,
                    base_url=f"https://{self.client_key}.atlassian.net",
                    installation_id=self.forge_id,
                ),
                state=InstallationState.ENABLED,
                sealed_secret=b"sealed",
                signed_at=1 if row is None else row.signed_at + 1,
                tokens_used={},
                updated_at=updated_at or int(time.time()),
            )

        self.sites.update(self.client_key, installed)

    def uninstall(self, *, updated_at: int = 1) -> None:
        def uninstalled(row: Installation | None) -> Installation | None:
            gone = InstallationState.UNINSTALLED
            return replace(row, state=gone, sealed_secret=None, updated_at=updated_at) if row else None

        self.sites.update(self.client_key, uninstalled)

    def fill(self) -> None:
        """Let something of the site be in every place."""
        self.install()
        self.forge.write(
            ForgeInstallation(
                installation_id=self.forge_id,
                tenant=self.client_key,
                state=ForgeState.ENDED,
                cloud_id=str(uuid.uuid4()),
                updated_at=1,
                revision=1,
            )
        )
        kept = self.kept()
        for number in range(3):
            kept.data.put(f"{number}", "old")
        kept.secrets.put("token", "secret")
        Activity(self.dynamodb, table=self.cloud.attribute("Activity", "Ref")).begin(self.client_key)
        for work in range(2):
            self.work(f"{self.client_key} {work}")
        self.fail({"kind": "webhook", "clientKey": self.client_key})
        self.fail({"kind": "held-event", "clientKey": self.forge_id, "payload": {}})
        for key in (self.client_key, self.forge_id):
            self.keep_large(key)
        self.uninstall()

    def work(self, work_id: str) -> None:
        store = IdempotencyStore(self.dynamodb, table=self.work_done)
        begun = store.begin(
            work_id, client_key=self.client_key, owner="o", digest="", is_idempotent=True, left_ms=1
        )
        assert isinstance(begun, Attempt)
        store.complete(begun, None)

    def fail(self, body: dict[str, Any]) -> None:
        self.cloud.client("sqs").send_message(
            QueueUrl=self.cloud.attribute("FailedJiraCalls", "Ref"), MessageBody=json.dumps(body)
        )

    def keep_large(self, key: str) -> None:
        bucket = self.cloud.attribute("LargeMessages", "Ref")
        self.cloud.client("s3").put_object(Bucket=bucket, Key=new_key(key), Body=b"{}")

    def target(self) -> Target:
        return Targets(self.stack).find(self.client_key)

    def counted(self) -> dict[str, int]:
        keys = (self.client_key, ClientKey(self.forge_id))
        return {kind: number for kind, number in Removal(self.stack, keys).count().items() if number}

    def purge(
        self, wait: Callable[[float], object] = lambda _seconds: None, *, although_installed: bool = False
    ) -> Purged:
        purging = Purging(self.stack, self.target(), wait=wait)  # type: ignore[arg-type]
        return purging.purge(although_installed=although_installed)


@pytest.fixture
def app(cloud: LaptopCloud, aws: Aws, stack: Stack) -> App:
    app = App(cloud, aws, stack, "site")
    app.fill()
    seconds_apart = 1.1  # AWS's clock is read in whole seconds
    time.sleep(seconds_apart)
    return app


def test_everything_goes_from_every_place_and_is_counted(app: App) -> None:
    assert app.counted() == EVERYTHING
    purged = app.purge()
    assert purged.removed == EVERYTHING
    assert (purged.came_back, purged.data_stay) == (False, False)
    assert app.counted() == {}


def test_another_site_keeps_everything(app: App, cloud: LaptopCloud, aws: Aws, stack: Stack) -> None:
    other = App(cloud, aws, stack, "other")
    other.fill()
    time.sleep(1.1)
    app.purge()
    assert other.counted() == EVERYTHING


def test_what_waits_in_the_queue_is_covered_for_every_key_of_the_site(app: App) -> None:
    app.purge()
    for key in (app.client_key, ClientKey(app.forge_id)):
        assert app.purges.covers(key, time.time() - 2)
        assert not app.purges.covers(key, time.time() + 2)


@pytest.mark.parametrize(
    ("installs", "seconds"),
    [(False, IN_HAND_SECONDS), (True, IN_MEMORY_SECONDS)],
    ids=["long gone", "installed"],
)
def test_it_waits_until_no_function_has_anything_of_it_any_more(
    app: App, *, installs: bool, seconds: int
) -> None:
    if installs:
        app.install()
    waited: list[float] = []
    app.purge(waited.append, although_installed=True)
    assert waited == [seconds]


def test_who_finishes_a_purge_waits_for_the_rest_of_the_time(app: App) -> None:
    app.install()
    cut = Cut(app.stack, 5)  # the rows are gone
    with pytest.raises(Died):
        Purging(cut.stack, app.target(), wait=lambda _: None).purge(although_installed=True)
    waited: list[float] = []
    app.purge(waited.append)
    assert IN_HAND_SECONDS < waited[0] <= IN_MEMORY_SECONDS


def test_what_a_worker_still_keeps_while_it_ends_goes_too(app: App) -> None:
    in_hand = app.kept()
    in_hand.data.get("0")  # it has found the site's id

    def work_on(_: float) -> None:
        in_hand.data.put("late", "x")
        app.kept().data.put("later still", "y")  # by aliases that it remembers
        app.work(f"{app.client_key} late")
        time.sleep(1.1)

    assert app.purge(work_on).removed[Kind.SITE_DATA] == EVERYTHING[Kind.SITE_DATA] + 2
    assert app.counted() == {}


def test_a_site_that_installs_the_app_meanwhile_keeps_what_is_new_and_gets_nothing_old(app: App) -> None:
    def come_back(_: float) -> None:
        time.sleep(1.1)
        app.install()
        app.kept().data.put("new", "new")
        app.work(f"{app.client_key} new")
        app.fail({"kind": "webhook", "clientKey": app.client_key, "event": "new"})
        app.keep_large(app.client_key)

    purged = app.purge(come_back)
    assert purged.came_back
    assert purged.removed == {kind: number for kind, number in EVERYTHING.items() if kind != Kind.ACTIVITY}
    kept = app.kept().data
    assert (kept.get("0"), getattr(kept.get("new"), "value", None)) == (None, "new")
    assert app.counted() == {
        Kind.INSTALLATIONS: 1,
        Kind.SITE_DATA: 1,
        Kind.ACTIVITY: 1,
        Kind.WORK_DONE: 1,
        Kind.DEAD_LETTERS: 1,
        Kind.LARGE_MESSAGES: 1,
    }
    assert not app.purges.covers(app.client_key, time.time() - 0.05)


def test_a_site_that_installs_the_app_just_before_keeps_everything(app: App) -> None:
    target = app.target()
    app.install()
    with pytest.raises(CommandError, match="has installed the app meanwhile"):
        Purging(app.stack, target, wait=lambda _: None).purge(although_installed=False)
    assert app.counted() == EVERYTHING
    assert app.purges.read(app.client_key) is None


def test_data_that_another_installation_of_the_site_uses_stay(app: App) -> None:
    """As after an import of the site: another clientKey, and the same Jira."""
    site = app.sites.read(app.client_key)
    assert site is not None
    other = ClientKey(f"other-{uuid.uuid4()}")
    app.sites.write(replace(site, site=replace(site.site, client_key=other), revision=1))
    shared = SiteStorage(
        app.dynamodb,
        table=app.cloud.attribute("SiteData", "Ref"),
        aliases=SiteAliases(app.sites, app.forge),
        sealer=None,  # type: ignore[arg-type]
    )
    forge = app.forge.read(app.forge_id)
    assert forge is not None
    app.forge.write(replace(forge, tenant=other, revision=forge.revision + 1))
    assert shared.of(other).data.get("0") is not None
    purged = app.purge()
    assert purged.data_stay
    assert shared.of(other).data.get("0") is not None


class Cut:
    """The clients of a stack for a process that dies after a number of requests that change something."""

    def __init__(self, stack: Stack, after: int) -> None:
        self.left = after
        self.stack = replace(
            stack, client=lambda name, **options: _CutClient(self, stack.client(name, **options))
        )


class _CutClient:
    def __init__(self, cut: Cut, client: Any) -> None:
        self._cut, self._client = cut, client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if not name.startswith(("put_", "update_", "delete_")):
            return method

        def changing(**asked: Any) -> Any:
            answer = method(**asked)
            self._cut.left -= 1
            if self._cut.left == 0:
                raise Died
            return answer

        return changing


def test_another_run_finishes_it_wherever_it_was_interrupted(
    cloud: LaptopCloud,
    aws: Aws,
    stack: Stack,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if request.node.callspec.params["cloud"] != ("moto", "direct"):
        pytest.skip("the steps are the same with each")
    monkeypatch.setattr(purging, "_date_of", lambda _answer: int(time.time()) + 2)  # instead of waiting
    for after in itertools.count(1):
        app = App(cloud, aws, stack, "site")
        app.fill()
        cut = Cut(stack, after)
        died = False
        try:
            Purging(cut.stack, app.target(), wait=lambda _: None).purge(although_installed=False)
        except Died:
            died = True
        app.purge()
        assert app.counted() == {}
        if not died:
            break
    assert after > sum(EVERYTHING.values())


def test_an_interrupted_purge_of_a_site_that_has_the_app_again_is_finished_without_what_is_new(
    app: App,
) -> None:
    cut = Cut(app.stack, 6)  # the rows are gone
    with pytest.raises(Died):
        Purging(cut.stack, app.target(), wait=lambda _: None).purge(although_installed=False)
    time.sleep(1.1)
    app.install()
    app.fail({"kind": "webhook", "clientKey": app.client_key, "event": "new"})
    target = app.target()
    assert target.is_installed
    purged = Purging(app.stack, target, wait=lambda _: None).finish()
    assert purged.came_back
    assert purged.removed[Kind.DEAD_LETTERS] == EVERYTHING[Kind.DEAD_LETTERS]
    assert app.counted()[Kind.DEAD_LETTERS] == 1


def test_a_site_without_any_row_is_found_by_what_is_kept_for_it(app: App) -> None:
    for key in (app.client_key, app.forge_id):
        name = app.stack.resource("Installations")
        app.dynamodb.call("DeleteItem", TableName=name, Key=attributes({"clientKey": key}))
    assert set(app.target().keys) == {app.client_key, app.forge_id}
    app.purge()
    assert app.counted() == {}
    with pytest.raises(CommandError, match="no site has"):
        Targets(app.stack).find(NOBODY)


def test_an_installation_that_is_another_sites_is_not_purged_with_one_that_names_it(app: App) -> None:
    forge = app.forge.read(app.forge_id)
    assert forge is not None
    app.forge.write(replace(forge, tenant=ClientKey(NOBODY), revision=forge.revision + 1))
    assert app.target().keys == (app.client_key,)
