"""A Forge manifest, from a descriptor.

https://developer.atlassian.com/platform/forge/manifest-reference/
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connect_cli.errors import CommandError
from connect_tools.descriptor_rules.fault import Fault
from connect_tools.descriptor_rules.faults import faults_of
from connect_tools.forge.app_ids import UNREGISTERED
from connect_tools.forge.marks import marked_lines
from connect_tools.forge.modules import connect_modules, member_object, permission_modules
from connect_tools.forge.native import REMOTE, native_modules, product_events
from connect_tools.forge.scopes import TOKEN_SCOPES, connect_scopes, native_scopes

type Json = dict[str, Any]

RUNTIME = "nodejs24.x"
"""A manifest must name one, though nothing of the app runs on it."""

_IN_THE_MANIFEST = {
    "key", "baseUrl", "authentication", "scopes", "lifecycle", "modules",
    "enableLicensing", "editionsEnabled", "translations", "cloudAppMigration", "regionBaseUrls",
}  # fmt: skip
_ELSEWHERE = {
    "name": "the name is given to forge register",
    "description": "it is given in the developer console",
    "vendor": "it is given in the developer console",
    "links": "they are given in the developer console",
    "dataResidency": "Forge has the module migration:dataResidency instead",
}
_REGIONS = {"EU", "US", "AU", "DE", "SG", "CA", "IN", "KR", "JP", "GB", "CH"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest, and what of the descriptor is not in it.

    Attributes:
        document: as `manifest.yml` has it
        notes: a sentence each
    """

    document: Json
    notes: tuple[str, ...]

    def head(self) -> str:
        """Return the file's head: the owner of the marked parts, and the notes."""
        lines = [
            "`connect forge manifest` renews what is marked, from the descriptor. The rest is yours.",
            *(
                ["`forge register` writes the app's id."]
                if self.document["app"]["id"] == UNREGISTERED
                else []
            ),
            *(f"- {note}" for note in self.notes),
        ]
        return "".join(f"# {line}\n" for line in lines)

    def to_yaml(self) -> str:
        """The file."""
        return self.head() + "".join(f"{line}\n" for line in marked_lines(self.document))


def manifest_of(descriptor: Json, *, app_id: str, taken_keys: Iterable[str] = ()) -> Manifest:
    """The manifest of an app that is delivered by Forge and answers as a Connect app and as a Forge remote.

    Args:
        descriptor: of one stage, with the base URL that the app is reached by
        app_id: the ARI that `forge register` gave the app, or `UNREGISTERED`
        taken_keys: of modules that are beside it in the manifest; no module is given one of them

    Raises:
        CommandError: there is no manifest for such an app
    """
    if faults := [fault for fault in faults_of(descriptor) if _concerns_forge(fault)]:
        raise CommandError(" ".join(map(str, faults)))
    notes: list[str] = []
    scopes = [str(scope) for scope in descriptor.get("scopes", [])]
    carried = connect_modules(descriptor, notes, taken_keys)
    events = product_events(descriptor, notes)
    native = native_scopes(scopes, notes)
    if not native:
        raise CommandError(
            "Forge gives no tokens to an app without a scope: the descriptor must ask for READ"
        )
    of_events = [scope for event in events for scope in event.scopes]
    notes += [
        f"scope {scope}: asked for because of a webhook's event, beyond the descriptor's own scopes"
        for scope in dict.fromkeys(of_events)
        if scope not in native
    ]
    notes += _unplaced(descriptor)
    document = {
        "app": {
            "id": app_id,
            "connect": {"key": descriptor["key"], "remote": REMOTE, "authentication": "jwt"},
            "runtime": {"name": RUNTIME},
            **_licensing(descriptor),
        },
        "remotes": [_remote(descriptor, notes)],
        "connectModules": carried,
        "modules": native_modules(events) | permission_modules(descriptor),
        "permissions": {
            "scopes": list(dict.fromkeys([*connect_scopes(scopes), *TOKEN_SCOPES, *native, *of_events]))
        },
    }
    return Manifest(document, tuple(notes))


def _licensing(descriptor: Json) -> Json:
    if not descriptor.get("enableLicensing"):
        return {}
    editions = {"editionsEnabled": True} if descriptor.get("editionsEnabled") else {}
    return {"licensing": {"enabled": True, **editions}}


def _remote(descriptor: Json, notes: list[str]) -> Json:
    regions = member_object(descriptor, "regionBaseUrls")
    notes += [
        f"regionBaseUrls.{region}: Forge knows no such region; left out"
        for region in regions
        if region not in _REGIONS
    ]
    of_regions = {region: url for region, url in regions.items() if region in _REGIONS}
    for region, url in of_regions.items():
        if not str(url).startswith("https://"):
            raise CommandError(f"the descriptor's regionBaseUrls.{region} must be an https URL")
    return {
        "key": REMOTE,
        "baseUrl": {"default": descriptor["baseUrl"], **of_regions} if of_regions else descriptor["baseUrl"],
        "operations": ["storage", "compute", "fetch", "other"],
        "storage": {"inScopeEUD": True},
    }


def _unplaced(descriptor: Json) -> list[str]:
    return [
        f"{name}: {_ELSEWHERE.get(name, 'a manifest has no place for it')}; left out"
        for name in descriptor
        if name not in _IN_THE_MANIFEST
    ]


def _concerns_forge(fault: Fault) -> bool:
    """True if there can be no manifest because of it; of modules, what Forge does not take is left out."""
    return not fault.path.startswith("modules.") or fault.path.startswith("modules.webhooks")
