"""The parts of a manifest that Forge uses.

https://developer.atlassian.com/platform/forge/manifest-reference/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connect_jwt.scopes import FORGE_SCOPES
from connect_local.jira.entities import Json
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.forge.manifest_source import manifest_source, member
from connect_tools.descriptor import Descriptor, DescriptorInvalid, read_descriptor
from connect_tools.forge.modules import SENT_LIFECYCLE

_CONNECT_SCOPE = ":connect-jira"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A path of the app that Forge calls.

    Attributes:
        key: in the manifest
        url: the whole URL
        brings_token: True if the app's system token goes with the call
        brings_user_token: True if that of a page's user does
    """

    key: str
    url: str
    brings_token: bool
    brings_user_token: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """A module that calls an endpoint: its key in the manifest, and the endpoint."""

    key: str
    endpoint: Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeManifest:
    """One manifest.

    Attributes:
        app_id: an ARI
        descriptor: of the Connect app that it carries, or would carry: its name, scopes and webhooks
        carries_connect: True if Jira is to treat it as a Connect app, too
        scopes: in Forge's names
        scopes_for_absent: for offline users (`allowImpersonation`), in Connect's names
        endpoints: that pages may call, by key
        triggers: those of each event
        hourly: those of the scheduled triggers
        pre_uninstall: those that are called before an uninstall
    """

    app_id: str
    descriptor: Descriptor
    carries_connect: bool
    scopes: tuple[str, ...]
    scopes_for_absent: frozenset[str]
    endpoints: Mapping[str, Endpoint]
    triggers: Mapping[str, tuple[Trigger, ...]]
    hourly: tuple[Trigger, ...]
    pre_uninstall: tuple[Trigger, ...]


def load_manifest(source: Json, *, base_url: str | None = None) -> ForgeManifest:
    """Read a manifest. Modules that are functions of Forge's own runtime are passed over.

    Args:
        source: the manifest as an object, or the path of its file
        base_url: of the app, if it differs from the manifest's

    Raises:
        NotCarriedOut: it is none that this Forge can read; the sentence says what is missing, and what to do
    """
    manifest = manifest_source(source)
    urls = _remotes(manifest)
    connect_remote = _connect_remote(manifest, urls)
    if base_url is not None:
        urls[connect_remote] = base_url
    endpoints = {entry["key"]: _endpoint(entry, urls) for entry in _modules(manifest, "endpoint")}
    triggers: dict[str, tuple[Trigger, ...]] = {}
    for module, trigger in _calling(manifest, "trigger", endpoints):
        for event in member(
            module, "events", list, "name the events that the app is to hear of", below="modules.trigger[]."
        ):
            name = str(event.get("eventType") if isinstance(event, dict) else event)
            triggers[name] = (*triggers.get(name, ()), trigger)
    return ForgeManifest(
        app_id=member(manifest, "app.id", str, "run forge register, which writes it"),
        descriptor=_descriptor(manifest, urls[connect_remote]),
        carries_connect="connectModules" in manifest,
        scopes=tuple(_asked_for(manifest)),
        scopes_for_absent=frozenset(_as_connect_has_them(_for_absent(manifest))),
        endpoints=endpoints,
        triggers=triggers,
        hourly=tuple(trigger for _, trigger in _calling(manifest, "scheduledTrigger", endpoints)),
        pre_uninstall=tuple(trigger for _, trigger in _calling(manifest, "preUninstall", endpoints)),
    )


def _remotes(manifest: Json) -> dict[str, str]:
    """The base URL of each remote; of several regions' it is the default one."""
    urls = {}
    for remote in member(manifest, "remotes", list, "add the app as one, since this Forge runs no functions"):
        key = member(remote, "key", str, "give each a key", below="remotes[].")
        path = "baseUrl.default" if isinstance(remote.get("baseUrl"), dict) else "baseUrl"
        urls[key] = member(remote, path, str, "say where the app is", below="remotes[].")
    return urls


def _connect_remote(manifest: Json, urls: Mapping[str, str]) -> str:
    """The key of the remote that the Connect app is at."""
    connect = member(manifest, "app.connect", dict, "add it with the key that the app has under Connect")
    if "remote" not in connect and len(urls) == 1:
        return next(iter(urls))
    return _one_of(connect.get("remote"), urls, "app.connect.remote", "one of the remotes")


def _endpoint(entry: dict[str, Any], urls: Mapping[str, str]) -> Endpoint:
    below = "modules.endpoint[]."
    remote = _one_of(entry.get("remote"), urls, f"{below}remote", "one of the remotes")
    path = member(entry, "route.path", str, "say which path is called", below=below)
    return Endpoint(
        key=entry["key"],
        url=f"{urls[remote].rstrip('/')}/{path.removeprefix('/')}",
        brings_token=_is_enabled(entry.get("auth"), "appSystemToken"),
        brings_user_token=_is_enabled(entry.get("auth"), "appUserToken"),
    )


def _is_enabled(auth: Json, token: str) -> bool:
    member = auth.get(token) if isinstance(auth, dict) else None
    return isinstance(member, dict) and member.get("enabled") is True


def _calling(
    manifest: Json, kind: str, endpoints: Mapping[str, Endpoint]
) -> Iterator[tuple[dict[str, Any], Trigger]]:
    """The modules of a kind that call an endpoint; others call functions."""
    for module in _modules(manifest, kind):
        if "endpoint" in module:
            name = f"modules.{kind}[].endpoint"
            called = _one_of(module["endpoint"], endpoints, name, "one of modules.endpoint")
            yield module, Trigger(module["key"], endpoints[called])


def _one_of(key: object, those: Mapping[str, object], name: str, what_they_are: str) -> str:
    if not isinstance(key, str) or key not in those:
        raise NotCarriedOut(f"The manifest's {name} must be the key of {what_they_are}.")
    return key


def _modules(manifest: Json, kind: str) -> list[dict[str, Any]]:
    modules = manifest.get("modules") or {}
    entries = modules.get(kind, []) if isinstance(modules, dict) else None
    if not isinstance(entries, list):
        raise NotCarriedOut(f"The manifest's modules must be an object, and its modules.{kind} a list.")
    for entry in entries:
        member(entry, "key", str, "give each module one", below=f"modules.{kind}[].")
    return entries


def _descriptor(manifest: Json, base_url: str) -> Descriptor:
    lifecycle, webhooks = {"installed": "/none"}, []
    if "connectModules" in manifest:
        told = member(manifest, "connectModules.jira:lifecycle", list, "add it with the path of installed")[0]
        lifecycle = {name: told[name] for name in SENT_LIFECYCLE if isinstance(told, dict) and name in told}
        webhooks = manifest["connectModules"].get("jira:webhooks", [])
    try:
        return read_descriptor(
            {
                "key": member(manifest, "app.connect.key", str, "add the key that the app has under Connect"),
                "baseUrl": base_url,
                "authentication": {"type": "jwt"},
                "scopes": _scopes(manifest),
                "lifecycle": lifecycle,
                "modules": {"webhooks": webhooks},
            }
        )
    except DescriptorInvalid as invalid:
        raise NotCarriedOut(f"The manifest's Connect part cannot be installed: {invalid}") from invalid


def _asked_for(manifest: Json) -> list[str]:
    """The scopes: a list, or an object when some may be used for a user who is away."""
    permissions = member(manifest, "permissions", dict, "add the scopes of what the app does")
    scopes = permissions.get("scopes", [])
    return [str(scope) for scope in scopes] if isinstance(scopes, list | dict) else []


def _scopes(manifest: Json) -> list[str]:
    """As Connect calls them: what the app may do with Forge's tokens is what both allow."""
    asked_for = _asked_for(manifest)
    connect = [
        scope.removesuffix(_CONNECT_SCOPE).upper().replace("-", "_")
        for scope in asked_for
        if scope.endswith(_CONNECT_SCOPE)
    ]
    return connect or _as_connect_has_them(asked_for)


def _for_absent(manifest: Json) -> list[str]:
    """The scopes that may be used for a user who is away."""
    scopes = manifest["permissions"].get("scopes")
    members = scopes if isinstance(scopes, dict) else {}
    return [
        str(scope)
        for scope, how in members.items()
        if isinstance(how, dict) and how.get("allowImpersonation") is True
    ]


def _as_connect_has_them(native: list[str]) -> list[str]:
    return [scope for scope, natives in FORGE_SCOPES.items() if natives and set(natives) <= set(native)]
