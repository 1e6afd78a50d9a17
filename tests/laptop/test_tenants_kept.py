"""`connect tenants show` and `export`: everything kept of a site, nothing of another, and no secret."""

import base64
import json
import stat
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connect_cli.errors import CommandError
from connect_jira.data.aliases import by_client_key, by_installation_id
from connect_jira.data.entries import SiteEntries
from connect_jira.data.site_data import SiteData
from connect_jira.data.site_ids import SiteIds
from connect_jira.installations.activity import Activity
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation, InstallationState, PreviousSecret, Site
from connect_jira.installations.sealing import SharedSecretSealer, SystemTokenSealer
from connect_jira.installations.store import InstallationStore
from connect_jira.worker.idempotency_store import Attempt, IdempotencyStore
from connect_jira.worker.large_messages import new_key
from connect_jwt.identity import ClientKey, SharedSecret
from connect_tools.stack_services import service_of
from connect_tools.target_stack import Stack
from connect_tools.tenants import export, showing
from connect_tools.tenants.secrets_key import secrets_key_of
from tests.laptop.idle_stack import IdleStack

NOW = int(time.time())
SECRET = "the shared secret " * 3
TOKEN = "the.system.token"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with IdleStack() as idle:
        resources = idle.cloud.resources()
        variables = {"STAGE": "dev", "SECRETS_KEY": resources["SecretsKey"]}
        yield Stack(
            name="the stack", resources=resources, client=idle.cloud.client, variables=lambda _name: variables
        )


class KeptSite:
    """A site of which something is kept everywhere."""

    def __init__(self, stack: Stack) -> None:
        self.client_key = ClientKey(str(uuid.uuid4()))
        self.forge_id = f"ari:cloud:ecosystem::installation/{uuid.uuid4()}"
        self.address = f"https://{self.client_key}.atlassian.net"
        self._stack = stack
        self._dynamodb = service_of(stack, "dynamodb")
        self._install()
        self._keep_data()
        self._remember()

    def _install(self) -> None:
        key, table = secrets_key_of(self._stack), self._stack.resource("Installations")
        sealed = SharedSecretSealer(key).seal(self.client_key, SharedSecret(SECRET))
        connect = Installation(
            site=Site(client_key=self.client_key, base_url=self.address, installation_id=self.forge_id),
            state=InstallationState.ENABLED,
            sealed_secret=sealed,
            previous_secrets=(PreviousSecret(sealed, NOW + 3600),),
            signed_at=NOW,
            tokens_used={},
            updated_at=NOW,
        )
        InstallationStore(self._dynamodb, table=table).write(connect)
        forge = ForgeInstallation(
            installation_id=self.forge_id,
            tenant=self.client_key,
            state=ForgeState.LIVE,
            cloud_id=str(uuid.uuid4()),
            app_version="2.1.0",
            sealed_token=SystemTokenSealer(key).seal(self.forge_id, TOKEN),
            token_expires_at=NOW + 3600,
            revision=1,
        )
        ForgeInstallationStore(self._dynamodb, table=table).write(forge)
        self.sealed = [sealed, forge.sealed_token or b""]

    def _keep_data(self) -> None:
        table = self._stack.resource("SiteData")
        aliases = [by_client_key(self.client_key), by_installation_id(self.forge_id)]
        self.site_id = SiteIds(self._dynamodb, table=table).id_of(aliases)
        data = SiteEntries(self._dynamodb, table=table, site_id=lambda: self.site_id, kind="data")
        self.entries: dict[str, Any] = {
            f"key-{number:03}": {"of": self.client_key, "n": number} for number in range(120)
        }
        for name, value in self.entries.items():
            SiteData(data).put(name, value)
        secrets = SiteEntries(self._dynamodb, table=table, site_id=lambda: self.site_id, kind="secret")
        self.sealed.append(b"sealed for site.secrets")
        secrets.put("api-key", self.sealed[-1], if_version=None, keep_seconds=None)

    def _remember(self) -> None:
        stack, client_key = self._stack, self.client_key
        activity = Activity(self._dynamodb, table=stack.resource("Activity"))
        activity.record_webhook(client_key, "jira:issue_created")
        activity.record_call(client_key, "GET /rest/api/3/myself", 401, code="app-not-installed")
        done = IdempotencyStore(self._dynamodb, table=stack.resource("WorkDone"))
        for name in (client_key, ClientKey(self.forge_id)):
            about: dict[str, Any] = {"client_key": name, "is_idempotent": True, "left_ms": 1000}
            attempt = done.begin(f"work of {name}", owner="o", **about)
            assert isinstance(attempt, Attempt)
            done.complete(attempt, {"status": 200, "of": name})
        webhook = {"kind": "webhook", "clientKey": client_key, "event": "x", "webhookId": "w", "payload": {}}
        stack.client("sqs").send_message(
            QueueUrl=stack.resource("FailedJiraCalls"), MessageBody=json.dumps(webhook)
        )
        stack.client("s3").put_object(
            Bucket=stack.resource("LargeMessages"), Key=new_key(client_key), Body=json.dumps(webhook).encode()
        )


@pytest.fixture(scope="module")
def sites(stack: Stack) -> tuple[KeptSite, KeptSite]:
    return KeptSite(stack), KeptSite(stack)


def secrets_in(text: str, *sites: KeptSite) -> list[bytes | str]:
    sealed = [one for site in sites for one in site.sealed]
    assert len(sealed) == 3 * len(sites)
    forms = [form for one in sealed for form in (base64.b64encode(one).decode(), repr(one), one.hex())]
    return [form for form in (SECRET, TOKEN, *forms) if form in text]


def test_an_export_has_everything_of_the_site_and_nothing_of_another(
    stack: Stack, sites: tuple[KeptSite, KeptSite], capsys: pytest.CaptureFixture[str]
) -> None:
    site, other = sites
    export.export(stack, site.address, output=None)
    printed = capsys.readouterr()
    kept = json.loads(printed.out)
    assert (kept["site"]["clientKey"], kept["site"]["version"]) == (site.client_key, "2.1.0")
    assert {row["clientKey"] for row in kept["installations"]} == {site.client_key, site.forge_id}
    assert kept["siteIds"] == {
        site.site_id: sorted([by_client_key(site.client_key), by_installation_id(site.forge_id)])
    }
    assert {entry["key"]: entry["value"] for entry in kept["data"]} == site.entries
    assert kept["secretNames"] == ["api-key"]
    assert {row["result"]["of"] for row in kept["workDone"]} == {site.client_key, site.forge_id}
    assert [(letter["clientKey"], letter["body"]["event"]) for letter in kept["deadLetters"]] == [
        (site.client_key, "x")
    ]
    assert [one["message"]["clientKey"] for one in kept["largeMessages"]] == [site.client_key]
    assert "JiraCalls" in " ".join(kept["notHere"])
    assert not {other.client_key, other.forge_id, other.site_id} & set(
        json.dumps(kept).replace('"', " ").split()
    )
    assert secrets_in(printed.out, site) == []
    assert "120 data, 1 secretNames, 2 workDone, 1 deadLetters, 1 largeMessages" in printed.err


def test_an_export_to_a_file_is_its_owners_alone_and_replaces_none(
    stack: Stack, sites: tuple[KeptSite, KeptSite], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "site.json"
    export.export(stack, sites[0].client_key, output=file)
    assert capsys.readouterr().out == ""
    assert json.loads(file.read_text(encoding="utf-8"))["site"]["clientKey"] == sites[0].client_key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="is there already"):
        export.export(stack, sites[1].client_key, output=file)
    assert list(tmp_path.iterdir()) == [file]


def test_an_export_that_breaks_off_leaves_no_file(
    stack: Stack, sites: tuple[KeptSite, KeptSite], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: object) -> Iterator[dict[str, Any]]:
        raise CommandError("AWS: no")

    monkeypatch.setattr("connect_tools.tenants.kept.Kept.large_messages", broken)
    with pytest.raises(CommandError, match="AWS: no"):
        export.export(stack, sites[0].client_key, output=tmp_path / "site.json")
    assert list(tmp_path.iterdir()) == []


def test_what_is_shown_says_that_there_are_secrets_and_opens_them_only_if_asked(
    stack: Stack, sites: tuple[KeptSite, KeptSite], capsys: pytest.CaptureFixture[str]
) -> None:
    site, _ = sites
    showing.show(stack, site.client_key, opens=False, as_json=True)
    printed = capsys.readouterr().out
    said = json.loads(printed)
    assert (said["connect"]["hasSecret"], "secretOpens" in said["connect"]) == (True, False)
    assert said["forge"][0]["hasToken"]
    assert (said["dataEntries"], said["secretNames"]) == (120, ["api-key"])
    assert [refusal["code"] for refusal in said["refusals"]] == ["app-not-installed"]
    assert said["lastEvent"]["event"] == "jira:issue_created"
    assert secrets_in(printed, site) == []
    showing.show(stack, site.client_key, opens=True, as_json=False)
    readable = capsys.readouterr().out
    for line in ("secretOpens", "tokenOpens", "hasSecret"):
        assert any(one.split() == [line, "yes"] for one in readable.splitlines()), line
    assert secrets_in(readable, site) == []


def test_a_secret_that_kms_does_not_open_is_said_not_to_open(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    site = KeptSite(stack)
    store = InstallationStore(service_of(stack, "dynamodb"), table=stack.resource("Installations"))
    of_another = SharedSecretSealer(secrets_key_of(stack)).seal(ClientKey("another"), SharedSecret(SECRET))
    store.update(site.client_key, lambda row: row and replace(row, sealed_secret=of_another))
    showing.show(stack, site.client_key, opens=True, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert (said["connect"]["secretOpens"], said["forge"][0]["tokenOpens"]) == (False, True)
