"""Manifests that the laptop's Forge reads, and its messages for the others."""

import contextlib
import copy
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.forge.manifests import Endpoint, Trigger, load_manifest
from tests.descriptors import APP_ID, BASE_URL, forge_manifest, rich_descriptor
from tests.json_values import mutations

type Json = dict[str, Any]

CREATED = "avi:jira:created:issue"

CONVERTED: Json = {
    "app": {
        "id": APP_ID,
        "connect": {"key": "com.example.app", "remote": "connect", "authentication": "jwt"},
        "runtime": {"name": "nodejs20.x"},
    },
    "remotes": [{"key": "connect", "baseUrl": "https://app.example"}],
    "connectModules": {
        "jira:lifecycle": [{"key": "lifecycle-events", "installed": "/installed", "enabled": "/enabled"}],
        "jira:webhooks": [{"key": "webhook-1", "event": "jira:issue_created", "url": "/created"}],
    },
    "permissions": {"scopes": ["read:connect-jira"]},
}
"""As Atlassian's converter makes them of a descriptor: https://www.npmjs.com/package/connect-to-forge."""

NATIVE: Json = CONVERTED | {
    "remotes": [
        {"key": "connect", "baseUrl": "https://app.example"},
        {"key": "events", "baseUrl": {"default": "https://events.example/", "EU": "https://eu.example"}},
    ],
    "modules": {
        "function": [{"key": "main", "handler": "index.run"}],
        "trigger": [
            {"key": "seen", "endpoint": "told", "events": [{"eventType": CREATED, "filter": {}}]},
            {"key": "ours", "function": "main", "events": [CREATED]},
        ],
        "scheduledTrigger": [{"key": "hour", "endpoint": "called", "interval": "hour"}],
        "endpoint": [
            {
                "key": "told",
                "remote": "events",
                "route": {"path": "told"},
                "auth": {"appSystemToken": {"enabled": True}},
            },
            {"key": "called", "remote": "connect", "route": {"path": "/called"}},
        ],
    },
    "permissions": {"scopes": {"read:jira-work": {"allowImpersonation": True}, "read:jira-user": {}}},
}


def holder_of(source: Json, path: str) -> tuple[Any, str]:
    """Return the parent of the member at a path, and the member's name."""
    *within, name = path.split(".")
    holder: Any = source
    for each in within:
        holder = holder[int(each) if each.isdigit() else each]
    return holder, name


def without(source: Json, path: str) -> Json:
    source = copy.deepcopy(source)
    holder, name = holder_of(source, path)
    del holder[name]
    return source


def with_value(source: Json, path: str, value: object) -> Json:
    source = copy.deepcopy(source)
    holder, name = holder_of(source, path)
    holder[int(name) if name.isdigit() else name] = value
    return source


def test_a_manifest_of_atlassians_converter_is_read() -> None:
    manifest = load_manifest(CONVERTED)
    assert (manifest.carries_connect, dict(manifest.triggers), manifest.hourly) == (True, {}, ())
    assert manifest.descriptor.base_url == "https://app.example"
    assert manifest.descriptor.scopes == {"READ"}
    assert manifest.descriptor.lifecycle == {"installed": "/installed"}, "Forge sends no enabled"
    assert [webhook.url for webhook in manifest.descriptor.webhooks] == ["/created"]


def test_each_endpoint_is_at_its_own_remote() -> None:
    manifest = load_manifest(NATIVE)
    told = Endpoint(key="told", url="https://events.example/told", brings_token=True)
    called = Endpoint(key="called", url="https://app.example/called", brings_token=False)
    assert manifest.triggers == {CREATED: (Trigger("seen", told),)}
    assert manifest.hourly == (Trigger("hour", called),)
    assert manifest.descriptor.scopes == {"READ"}


def test_a_base_url_that_is_given_is_the_connect_remotes() -> None:
    manifest = load_manifest(NATIVE, base_url="http://127.0.0.1:3000")
    assert manifest.descriptor.base_url == "http://127.0.0.1:3000"
    assert manifest.hourly[0].endpoint.url == "http://127.0.0.1:3000/called"
    assert manifest.triggers[CREATED][0].endpoint.url == "https://events.example/told"


def test_what_the_command_writes_of_everything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "manifest.yml"
    file.write_text(forge_manifest(rich_descriptor()).to_yaml(), encoding="utf-8")
    manifest = load_manifest(str(file))
    assert manifest.descriptor.base_url == BASE_URL
    assert {trigger.endpoint.url for trigger in manifest.hourly} == {f"{BASE_URL}/forge/refresh"}


def test_variables_have_their_value_or_their_default(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = ["APP_UUID", {"key": "HOST", "default": "app.example"}]
    source = with_value(CONVERTED, "app.id", "ari:cloud:ecosystem::app/${APP_UUID}")
    source = with_value(source, "remotes.0.baseUrl", "https://${HOST}/app")
    source["environment"] = {"variables": variables}
    monkeypatch.delenv("APP_UUID", raising=False)
    with pytest.raises(NotCarriedOut, match=r"variable \$\{APP_UUID\} in the manifest's app.id has no value"):
        load_manifest(source)
    monkeypatch.setitem(os.environ, "APP_UUID", "5f1bbd0e")
    manifest = load_manifest(source)
    assert manifest.app_id == "ari:cloud:ecosystem::app/5f1bbd0e"
    assert manifest.descriptor.base_url == "https://app.example/app"


MISSING = (
    "app",
    "app.id",
    "app.connect",
    "app.connect.key",
    "app.connect.remote",
    "remotes",
    "remotes.1.key",
    "remotes.0.baseUrl",
    "remotes.1.baseUrl.default",
    "connectModules.jira:lifecycle",
    "modules.trigger.0.key",
    "modules.trigger.0.events",
    "modules.endpoint.0.remote",
    "modules.endpoint.0.route",
    "permissions",
)


@pytest.mark.parametrize("path", MISSING)
def test_the_member_that_is_missing_is_named(path: str) -> None:
    with pytest.raises(NotCarriedOut) as refused:
        load_manifest(without(NATIVE, path))
    named = path.replace(".0.", "[].").replace(".1.", "[].")
    assert named in str(refused.value)
    assert str(refused.value).endswith(".")


WRONG = {
    "app": (7, "app"),
    "app.connect.key": ("a b", "key"),
    "app.connect.remote": ("elsewhere", "app.connect.remote"),
    "remotes": ({}, "remotes"),
    "remotes.0": ("connect", "remotes[].key"),
    "connectModules": (None, "connectModules"),
    "connectModules.jira:lifecycle": (["installed"], "lifecycle.installed"),
    "connectModules.jira:webhooks": ([{"key": "a", "url": "/a"}], "webhooks"),
    "modules": (["trigger"], "modules must be an object"),
    "modules.trigger": ({}, "modules.trigger"),
    "modules.trigger.0.endpoint": ("nowhere", "modules.trigger[].endpoint"),
    "modules.scheduledTrigger.0.endpoint": ([], "modules.scheduledTrigger[].endpoint"),
    "modules.endpoint.0.remote": ("elsewhere", "modules.endpoint[].remote"),
    "modules.endpoint.0.route": ("/told", "modules.endpoint[].route.path"),
}


@pytest.mark.parametrize("path", WRONG)
def test_a_member_that_is_wrong_is_named(path: str) -> None:
    value, named = WRONG[path]
    with pytest.raises(NotCarriedOut) as refused:
        load_manifest(with_value(NATIVE, path, value))
    assert named in str(refused.value)


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"\0", b"- a", b"", b"[" * 5000, b"&a [*a]"])
def test_a_file_that_is_no_manifest_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "manifest.yml"
    file.write_bytes(content)
    with pytest.raises(NotCarriedOut, match="manifest"):
        load_manifest(str(file))


@settings(deadline=None)
@given(mutations(NATIVE))
def test_no_json_ends_in_anything_but_a_manifest_or_a_sentence(source: Json) -> None:
    with contextlib.suppress(NotCarriedOut):
        load_manifest(source)
