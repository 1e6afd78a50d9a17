"""What Forge goes by in a manifest.

https://developer.atlassian.com/platform/forge/manifest-reference/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from connect_local.forge.scopes import NATIVE
from connect_local.jira.descriptor import Descriptor, read_descriptor
from connect_local.jira.entities import Json
from connect_local.jira.errors import DescriptorInvalid, NotCarriedOut

_CONNECT_SCOPE = ":connect-jira"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A path of the app that Forge calls.

    Attributes:
        key: in the manifest
        url: the whole URL
        brings_token: whether the app's system token goes with the call
    """

    key: str
    url: str
    brings_token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeManifest:
    """One manifest.

    Attributes:
        app_id: an ARI
        descriptor: of the Connect app that it carries, or would carry: its name, scopes and webhooks
        carries_connect: whether Jira is to treat it as a Connect app, too
        triggers: the endpoints that are called for an event
        hourly: the endpoints that are called every hour
    """

    app_id: str
    descriptor: Descriptor
    carries_connect: bool
    triggers: Mapping[str, tuple[Endpoint, ...]]
    hourly: tuple[Endpoint, ...]


def load_manifest(source: Json, *, base_url: str | None = None) -> ForgeManifest:
    """Read a manifest.

    Args:
        source: the manifest as an object, or the path of its file
        base_url: where the app is, if not where the manifest says

    Raises:
        NotCarriedOut: it is none that this Forge can read
    """
    if isinstance(source, str):
        try:
            source = yaml.safe_load(Path(source).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as unreadable:
            raise NotCarriedOut(f"{source} is no manifest that can be read.") from unreadable
    try:
        return _read(source, base_url)
    except (AttributeError, KeyError, TypeError, IndexError) as malformed:
        raise NotCarriedOut("manifest must be a manifest as connect forge manifest writes it.") from malformed


def _read(source: dict[str, Any], base_url: str | None) -> ForgeManifest:
    (remote,) = source["remotes"]
    url = base_url or remote["baseUrl"]
    modules = source["modules"]
    endpoints = {
        entry["key"]: Endpoint(
            key=entry["key"],
            url=f"{url.rstrip('/')}{entry['route']['path']}",
            brings_token=entry.get("auth", {}).get("appSystemToken", {}).get("enabled") is True,
        )
        for entry in modules["endpoint"]
    }
    triggers: dict[str, tuple[Endpoint, ...]] = {}
    for trigger in modules.get("trigger", []):
        for event in trigger["events"]:
            triggers[event] = (*triggers.get(event, ()), endpoints[trigger["endpoint"]])
    return ForgeManifest(
        app_id=source["app"]["id"],
        descriptor=_descriptor(source, url),
        carries_connect="connectModules" in source,
        triggers=triggers,
        hourly=tuple(endpoints[entry["endpoint"]] for entry in modules.get("scheduledTrigger", [])),
    )


def _descriptor(source: dict[str, Any], base_url: str) -> Descriptor:
    connect = source.get("connectModules", {})
    (lifecycle,) = connect.get("jira:lifecycle", [{"key": "none", "installed": "/none"}])
    key = source["app"]["connect"]["key"]
    try:
        return read_descriptor(
            {
                "key": key,
                "name": key[:80],
                "baseUrl": base_url,
                "authentication": {"type": "jwt"},
                "scopes": _scopes(source["permissions"]["scopes"]),
                "lifecycle": {name: path for name, path in lifecycle.items() if name != "key"},
                "modules": {"webhooks": connect.get("jira:webhooks", [])},
            }
        )
    except DescriptorInvalid as invalid:
        raise NotCarriedOut(f"The manifest's Connect part cannot be installed: {invalid}") from invalid


def _scopes(asked_for: list[str]) -> list[str]:
    """As Connect calls them: what the app may do with Forge's tokens is what both allow."""
    connect = [
        scope.removesuffix(_CONNECT_SCOPE).upper().replace("-", "_")
        for scope in asked_for
        if scope.endswith(_CONNECT_SCOPE)
    ]
    return connect or [
        scope for scope, natives in NATIVE.items() if natives and set(natives) <= set(asked_for)
    ]
