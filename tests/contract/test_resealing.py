"""Another key for all that is sealed, over every engine: interrupted anywhere, and beside a busy app.

moto's keys are real ones: what was sealed by one does not open once that one is gone.
"""

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from moto.kms.models import kms_backends

from connect_cli.errors import CommandError
from connect_jira.aws.dynamodb import attributes
from connect_jira.aws.service import Aws, AwsService
from connect_jira.data.entries import SiteEntries
from connect_jira.data.site_secrets import SiteSecrets, SiteSecretSealer
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation, InstallationState, PreviousSecret, Site
from connect_jira.installations.sealing import SecretsKey, SharedSecretSealer, SystemTokenSealer
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.target_stack import Stack
from connect_tools.template import ACCOUNT, REGION
from connect_tools.tenants import reseal
from connect_tools.tenants.resealing import Pass, Resealing
from connect_tools.tenants.sealed_values import Kind

APP = AppKey("app")
SITE = ClientKey("site")
FORGE = "ari:cloud:ecosystem::installation/8db33309-1d2e-4f6a-bb0c-6a0b6f6f2f11"
FIRST, SECOND, NEWEST = (SharedSecret(letter * 40) for letter in "abc")
TOKEN, NEWER_TOKEN = "t" * 6000, "n" * 6000


class Died(BaseException):
    """The end of a process: nothing is tidied up."""


class Cut:
    """DynamoDB and KMS for a process that dies after a number of requests."""

    def __init__(self, dynamodb: AwsService, kms: Any, *, after: int) -> None:
        self._dynamodb, self._kms = dynamodb, kms
        self._left = after

    def call(self, operation: str, **asked: Any) -> Any:
        return self._one(lambda: self._dynamodb.call(operation, **asked))

    def re_encrypt(self, **asked: Any) -> Any:
        return self._one(lambda: self._kms.re_encrypt(**asked))

    def _one(self, request: Callable[[], Any]) -> Any:
        answer = request()
        self._left -= 1
        if self._left == 0:
            raise Died
        return answer


class Meanwhile:
    """DynamoDB where somebody else is quicker with the first write of a table."""

    def __init__(self, dynamodb: AwsService, table: str, act: Callable[[], object]) -> None:
        self._dynamodb, self._table = dynamodb, table
        self._act: Callable[[], object] | None = act

    def call(self, operation: str, **asked: Any) -> Any:
        if operation == "UpdateItem" and asked["TableName"] == self._table and self._act:
            act, self._act = self._act, None
            act()
        return self._dynamodb.call(operation, **asked)


class App:
    """Two installations of the app and a secret of its own, and whoever opens and seals them."""

    def __init__(self, cloud: LaptopCloud, aws: Aws) -> None:
        self.kms = cloud.client("kms")
        self.dynamodb = aws.service("dynamodb")
        self.installations = cloud.attribute("Installations", "Ref")
        self.site_data = cloud.attribute("SiteData", "Ref")
        self._aws_kms = aws.service("kms")
        self.sites = InstallationStore(self.dynamodb, table=self.installations)
        self.forge = ForgeInstallationStore(self.dynamodb, table=self.installations)
        self.site_id = uuid.uuid4().hex
        self.old = self.new_key()
        self.use(self.old)
        self.fill()
        self.use(self.new_key(), self.old)

    def new_key(self) -> str:
        arn: str = self.kms.create_key()["KeyMetadata"]["Arn"]
        return arn

    def use(self, key: str, other: str = "") -> None:
        """Deploy the functions with a key that seals, and another that opens."""
        self.key = key
        secrets_key = SecretsKey(self._aws_kms, key_id=key, other_key_id=other, app_key=APP)
        self.sealer, self.tokens = SharedSecretSealer(secrets_key), SystemTokenSealer(secrets_key)
        entries = SiteEntries(
            self.dynamodb, table=self.site_data, site_id=lambda: self.site_id, kind="secret"
        )
        self.secrets = SiteSecrets(entries, SiteSecretSealer(secrets_key), site_id=lambda: self.site_id)

    def fill(self) -> None:
        for row in self.dynamodb.call("Scan", TableName=self.installations)["Items"]:
            key = {"clientKey": row["clientKey"]}
            self.dynamodb.call("DeleteItem", TableName=self.installations, Key=key)
        for row in self.dynamodb.call("Scan", TableName=self.site_data)["Items"]:
            key = {"site": row["site"], "entry": row["entry"]}
            self.dynamodb.call("DeleteItem", TableName=self.site_data, Key=key)
        self.sites.write(
            Installation(
                site=Site(client_key=SITE, base_url="https://site.atlassian.net"),
                state=InstallationState.ENABLED,
                sealed_secret=self.sealer.seal(SITE, SECOND),
                previous_secrets=(PreviousSecret(self.sealer.seal(SITE, FIRST), 2**40),),
                signed_at=1,
                tokens_used={"digest": "body"},
                updated_at=1,
            )
        )
        self.forge.write(
            ForgeInstallation(
                installation_id=FORGE,
                tenant=SITE,
                state=ForgeState.LIVE,
                sealed_token=self.tokens.seal(FORGE, TOKEN),
                token_expires_at=1000,
                revision=1,
            )
        )
        self.secrets.put("api-key", {"of": "another system"})

    def opened(self) -> tuple[list[SharedSecret], str, object]:
        site, forge, secret = self.sites.read(SITE), self.forge.read(FORGE), self.secrets.get("api-key")
        assert site is not None
        assert forge is not None
        assert forge.sealed_token is not None
        assert secret is not None
        shared = [self.sealer.open(SITE, sealed) for sealed in site.verifying_secrets(0)]
        return shared, self.tokens.open(FORGE, forge.sealed_token), secret.value

    def install_anew(self) -> None:
        """The site sends `installed`, and gets a new secret."""
        sealed = self.sealer.seal(SITE, NEWEST)
        self.sites.update(SITE, lambda row: replace(row, sealed_secret=sealed) if row else None)

    def renew(self) -> None:
        """Forge brings a newer token."""
        sealed = self.tokens.seal(FORGE, NEWER_TOKEN)
        self.forge.update(FORGE, lambda row: replace(row, sealed_token=sealed) if row else None)

    def resealing(
        self, dynamodb: Any = None, kms: Any = None, tell: Callable[[Pass], None] = print
    ) -> Resealing:
        return Resealing(
            dynamodb or self.dynamodb,
            kms or self.kms,
            installations=self.installations,
            site_data=self.site_data,
            app_key=APP,
            key=self.key,
            tell=tell,
        )

    def reseal(self, dynamodb: Any = None) -> tuple[int, Pass]:
        return self.resealing(dynamodb).until_proved()


SEALED = 4
BEFORE = ([SECOND, FIRST], TOKEN, {"of": "another system"})


@pytest.fixture
def app(cloud: LaptopCloud, aws: Aws) -> App:
    """One whose functions seal with a new key already, and open what the old one has sealed."""
    return App(cloud, aws)


def forget_the_old_key(app: App) -> None:
    """Delete it, for which moto has no waiting time, and deploy the functions without it."""
    del kms_backends[ACCOUNT][REGION].keys[app.old.rpartition("/")[2]]
    app.use(app.key)


def test_everything_opens_afterwards_though_the_old_key_is_gone(app: App) -> None:
    resealed, proof = app.reseal()
    assert (resealed, proof.is_proof, proof.unreadable) == (SEALED, True, [])
    assert proof.found == dict.fromkeys(Kind, 1)
    forget_the_old_key(app)
    assert app.opened() == BEFORE


def test_without_it_nothing_opens_once_the_old_key_is_gone(app: App) -> None:
    forget_the_old_key(app)
    with pytest.raises(Exception, match=r"secret-does-not-open|kms:Decrypt failed"):
        app.opened()


def test_a_second_run_finds_it_done_and_writes_nothing(app: App) -> None:
    app.reseal()
    site = app.sites.read(SITE)
    resealed, _ = app.reseal()
    assert resealed == 0
    assert app.sites.read(SITE) == site


def test_nothing_but_the_sealed_values_and_the_count_of_writes_changes(app: App) -> None:
    site, forge, secret = app.sites.read(SITE), app.forge.read(FORGE), app.secrets.get("api-key")
    key = attributes({"clientKey": SITE})
    app.dynamodb.call(
        "UpdateItem",
        TableName=app.installations,
        Key=key,
        UpdateExpression="SET ofNewerCode = :it",
        ExpressionAttributeValues=attributes({":it": "kept"}),
    )
    app.reseal()
    assert site is not None
    assert forge is not None
    after, forge_after = app.sites.read(SITE), app.forge.read(FORGE)
    assert after is not None
    assert forge_after is not None
    assert after == replace(
        site,
        sealed_secret=after.sealed_secret,
        previous_secrets=tuple(
            replace(one, sealed=new.sealed)
            for one, new in zip(site.previous_secrets, after.previous_secrets, strict=True)
        ),
        revision=site.revision + 1,
    )
    assert forge_after == replace(forge, sealed_token=forge_after.sealed_token, revision=forge.revision + 1)
    assert app.secrets.get("api-key") == secret, "its version has changed"
    row = app.dynamodb.call("GetItem", TableName=app.installations, Key=key)["Item"]
    assert row["ofNewerCode"] == {"S": "kept"}


def test_it_goes_on_wherever_it_was_interrupted(app: App) -> None:
    old = app.old
    for after in range(1, 100):
        app.use(old)
        app.fill()
        app.use(app.new_key(), old)
        cut = Cut(app.dynamodb, app.kms, after=after)
        died = True
        with suppress(Died):
            app.resealing(cut, cut).until_proved()
            died = False
        assert app.opened() == BEFORE, "the app goes on meanwhile"
        app.reseal()
        app.use(app.key)
        assert app.opened() == BEFORE
        if not died:
            break
    assert after > 2 * SEALED


def test_a_newer_secret_that_comes_meanwhile_stays(app: App) -> None:
    app.reseal(Meanwhile(app.dynamodb, app.installations, app.install_anew))
    forget_the_old_key(app)
    assert app.opened()[0][0] == NEWEST


def test_a_newer_token_that_forge_brings_meanwhile_stays(app: App) -> None:
    app.reseal(Meanwhile(app.dynamodb, app.installations, app.renew))
    forget_the_old_key(app)
    assert app.opened()[1] == NEWER_TOKEN


def test_a_secret_of_the_apps_own_that_it_writes_or_deletes_meanwhile_stays_so(app: App) -> None:
    app.reseal(Meanwhile(app.dynamodb, app.site_data, lambda: app.secrets.put("api-key", "newest")))
    forget_the_old_key(app)
    assert app.opened()[2] == "newest"


def test_a_row_that_is_deleted_meanwhile_does_not_come_back(app: App) -> None:
    key = attributes({"clientKey": SITE})

    def delete() -> None:
        app.dynamodb.call("DeleteItem", TableName=app.installations, Key=key)
        app.secrets.delete("api-key")

    app.reseal(Meanwhile(app.dynamodb, app.installations, delete))
    assert app.sites.read(SITE) is None
    assert app.secrets.get("api-key") is None


def test_what_an_older_function_still_seals_meanwhile_is_met_by_the_next_pass(app: App) -> None:
    new, old = app.key, app.old

    def older_function() -> None:
        app.use(old)
        app.install_anew()
        app.use(new, old)

    _, proof = app.resealing().until_proved(before_proof=older_function)
    assert proof.is_proof
    forget_the_old_key(app)
    assert app.opened()[0][0] == NEWEST


def test_a_function_that_never_ends_to_seal_by_the_old_key_is_told_of(app: App) -> None:
    new, old = app.key, app.old

    def older_function(_: Pass) -> None:
        app.use(old)
        app.install_anew()
        app.use(new, old)

    with pytest.raises(CommandError, match="every function"):
        app.resealing(tell=older_function).until_proved()


def test_a_value_that_no_key_opens_for_its_owner_is_told_of_and_left(app: App) -> None:
    site = app.sites.read(SITE)
    assert site is not None
    copied = replace(site.site, client_key=ClientKey("copied"))
    app.sites.write(replace(site, site=copied, previous_secrets=(), revision=1))
    _, proof = app.reseal()
    assert proof.unreadable == ["sharedSecrets of copied"]
    forget_the_old_key(app)
    assert app.opened() == BEFORE


@pytest.fixture
def deployed(app: App, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setattr(reseal, "OLDER_FUNCTIONS_SECONDS", 0)
    monkeypatch.setattr(reseal, "app_key_of", lambda _stage: APP)
    return replace(stack, variables=lambda _function: {"SECRETS_KEY": app.key, "STAGE": "prod"})


def test_a_table_that_is_still_under_the_other_key_is_named(
    deployed: Stack, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    if "dynamodb-local" in request.node.name:
        pytest.skip("it encrypts nothing")
    assert not reseal.reseal(deployed, per_second=1000, as_json=False)
    printed = capsys.readouterr()
    assert "the table WorkDone is still encrypted by arn:aws:kms:" in printed.out
    assert "needs the other key no more" not in printed.out
    assert "Interrupted, it goes on" in printed.err


def test_functions_that_seal_by_different_keys_are_waited_for(app: App, deployed: Stack) -> None:
    old = app.old
    halfway = replace(
        deployed,
        variables=lambda function: {"SECRETS_KEY": old if function == "ForgeFunction" else app.key},
    )
    with pytest.raises(CommandError, match="until the deployment is complete"):
        reseal.reseal(halfway, per_second=1000, as_json=True)
    assert app.opened() == BEFORE
