"""The manifest before Atlassian's own `@forge/manifest`, which `forge lint` and `forge deploy` ask first."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connect_jira.events.forge_events import FORGE_EVENTS
from connect_tools.forge.app_ids import UNREGISTERED
from connect_tools.forge.file import ManifestFile
from connect_tools.forge.manifest import Manifest
from connect_tools.forge.modules import CONNECT_MODULES
from connect_tools.project import PROJECT
from tests.descriptors import APP_ID, descriptor, forge_manifest, own_descriptor, rich_descriptor
from tests.manifests import IN_BRACKETS, IN_LINES
from tests.node import NodeProcess

NOT_MODULES_OF_A_DESCRIPTOR = {"lifecycle", "translations", "cloudAppMigration"}

MANIFESTS = {
    "the project's own": forge_manifest(own_descriptor()),
    "its dev stage, before forge register": forge_manifest(own_descriptor("dev"), UNREGISTERED),
    "an app without modules": forge_manifest(descriptor()),
    "an app with nearly everything": forge_manifest(rich_descriptor()),
}
each_manifest = pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS)


def written(manifest: Manifest, folder: Path) -> str:
    (folder / "manifest.yml").write_text(manifest.to_yaml(), encoding="utf-8")
    return str(folder)


@each_manifest
def test_it_is_valid_without_a_warning(forge: NodeProcess, manifest: Manifest, tmp_path: Path) -> None:
    assert forge.ask("validate", folder=written(manifest, tmp_path)) == {"success": True, "errors": []}


@each_manifest
def test_it_asks_for_the_scopes_of_its_events(forge: NodeProcess, manifest: Manifest, tmp_path: Path) -> None:
    answer = forge.ask("validateTriggers", folder=written(manifest, tmp_path))
    assert answer == {"success": True, "errors": []}


@each_manifest
def test_every_trigger_calls_an_endpoint_that_is_there(forge: NodeProcess, manifest: Manifest) -> None:
    modules = manifest.document["modules"]
    triggers = [*modules["trigger"], *modules["preUninstall"], *modules["scheduledTrigger"]]
    for trigger in triggers:
        assert forge.ask("invalidEndpoints", module=trigger, endpoints=modules["endpoint"]) == []
    assert {trigger["endpoint"] for trigger in triggers} == {each["key"] for each in modules["endpoint"]}
    remotes = {remote["key"] for remote in manifest.document["remotes"]}
    assert {endpoint["remote"] for endpoint in modules["endpoint"]} <= remotes


OF_OWNERS = """
the app last; lists that are not set off; four spaces; one way here and another there; comments everywhere
blank lines; a variable for the id; remotes and endpoints; a remote of regions; by Atlassian's converter
a Connect app at another remote; what is left after Connect; scopes that may impersonate
endpoints that are called like ours; a licence, an access and a store; nothing but an app
no end of the last line; dashes in lines of their own; ours already, unmarked; scopes in brackets
modules in braces; nothing in them; nothing at all; no id; ours in braces
"""


@pytest.mark.parametrize("shape", re.split(r"; |\n", OF_OWNERS.strip()))
def test_a_manifest_of_somebody_elses_is_valid_with_ours_in_it(
    forge: NodeProcess, shape: str, tmp_path: Path
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "index.js").touch()  # of the functions' handler
    (tmp_path / "manifest.yml").write_text((IN_LINES | IN_BRACKETS)[shape], encoding="utf-8")
    ManifestFile(str(tmp_path / "manifest.yml"), force=False).write(forge_manifest(rich_descriptor()))
    assert forge.ask("validate", folder=str(tmp_path)) == {"success": True, "errors": []}


def test_pages_that_ask_as_their_user_have_the_manifest_that_the_docs_give(
    forge: NodeProcess, tmp_path: Path
) -> None:
    page = (PROJECT / "docs" / "connect-to-forge.md").read_text(encoding="utf-8")
    section = page.partition("## Who may, on a page of Forge's")[2].partition("\n## ")[0]
    modules, permissions = (
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    )
    document = copy.deepcopy(forge_manifest(own_descriptor()).document)
    document["modules"]["endpoint"] += modules["modules"].pop("endpoint")
    document["modules"] |= modules["modules"]
    scopes = {scope: {"allowImpersonation": False} for scope in document["permissions"]["scopes"]}
    document["permissions"]["scopes"] = scopes | permissions["permissions"]["scopes"]
    document["resources"] = [{"key": "main", "path": "static"}]
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "index.html").touch()
    (tmp_path / "manifest.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    assert forge.ask("validate", folder=str(tmp_path)) == {"success": True, "errors": []}


def test_it_is_still_the_commands_after_forge_register(forge: NodeProcess, tmp_path: Path) -> None:
    file = tmp_path / "manifest.yml"
    file.write_text(forge_manifest(rich_descriptor(), UNREGISTERED).to_yaml(), encoding="utf-8")
    forge.ask("register", file=str(file), id=APP_ID)
    registered = file.read_text(encoding="utf-8")
    assert APP_ID in registered
    manifest = forge_manifest(descriptor())
    ManifestFile(str(file), force=False).write(manifest)
    renewed = yaml.safe_load(file.read_text(encoding="utf-8"))
    for section in ("remotes", "connectModules", "modules"):
        assert renewed[section] == manifest.document[section]
    assert set(renewed["permissions"]["scopes"]) == set(manifest.document["permissions"]["scopes"])


def test_the_validation_can_fail(forge: NodeProcess, tmp_path: Path) -> None:
    manifest = forge_manifest(own_descriptor())
    manifest.document["connectModules"]["jira:noSuchPages"] = []
    manifest.document["permissions"]["scopes"] = ["read:app-system-token", "read:no-such-scope"]
    folder = written(manifest, tmp_path)
    assert not forge.ask("validate", folder=folder)["success"]
    assert not forge.ask("validateTriggers", folder=folder)["success"]
    assert forge.ask("invalidEndpoints", module={"endpoint": "nowhere"}, endpoints=[]) == ["nowhere"]


def test_each_event_is_one_of_forges_and_needs_the_scopes_that_we_say(forge: NodeProcess) -> None:
    for event in FORGE_EVENTS.values():
        required = forge.ask("scopesOfEvent", event=event.name)
        assert required is not None, f"{event.name} is unknown"
        assert forge.ask("missingScopes", existing=list(event.scopes), required=required["current"]) == []
        assert list(event.scopes) == required["current"]


def test_the_kinds_of_connect_module_are_those_that_forge_takes(forge: NodeProcess) -> None:
    prefix = "connect-jira:"
    taken = {name.removeprefix(prefix) for name in forge.ask("moduleNames") if name.startswith(prefix)}
    assert taken == CONNECT_MODULES | NOT_MODULES_OF_A_DESCRIPTOR


@each_manifest
def test_the_file_is_plain_yaml_that_says_what_the_document_says(manifest: Manifest) -> None:
    text = manifest.to_yaml()
    assert yaml.safe_load(text) == manifest.document
    assert not any(sign in text for sign in ("&id", "*id", "!!", "\t"))


# --- by field, where the validation does not look --------------------------------------------------------


def entries(manifest: Manifest) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in ("connectModules", "modules"):
        for kind, modules in manifest.document[part].items():
            for module in modules:
                yield kind, module


@each_manifest
def test_every_entry_has_a_key_of_its_own(manifest: Manifest) -> None:
    keys = [module["key"] for _, module in entries(manifest)]
    assert len(keys) == len(set(keys))
    assert all(key and key.replace("-", "").isalnum() for key in keys)


@each_manifest
def test_an_endpoints_key_is_short_enough_and_it_is_brought_the_apps_token(manifest: Manifest) -> None:
    for endpoint in manifest.document["modules"]["endpoint"]:
        assert len(endpoint["key"]) <= 23
        assert endpoint["auth"] == {"appSystemToken": {"enabled": True}}
        assert endpoint["route"]["path"].startswith("/forge/")


@each_manifest
def test_installations_are_told_of_and_tokens_come_every_hour(manifest: Manifest) -> None:
    modules = manifest.document["modules"]
    paths = {endpoint["key"]: endpoint["route"]["path"] for endpoint in modules["endpoint"]}
    told = {(*trigger["events"], paths[trigger["endpoint"]]) for trigger in modules["trigger"][:3]}
    assert told == {
        (f"avi:forge:{event}:app", f"/forge/lifecycle/{event}")
        for event in ("installed", "upgraded", "uninstalled")
    }
    assert [paths[module["endpoint"]] for module in modules["preUninstall"]] == [
        "/forge/lifecycle/pre-uninstall"
    ]
    assert modules["scheduledTrigger"][0]["interval"] == "hour"


def test_connect_modules_are_what_the_descriptor_says_with_a_key() -> None:
    source = rich_descriptor()
    carried = forge_manifest(source).document["connectModules"]
    for kind, content in source["modules"].items():
        if kind.endswith("Permissions"):
            continue
        modules = content if isinstance(content, list) else [content]
        without_keys = [
            {name: value for name, value in entry.items() if name != "key" or "key" in module}
            for entry, module in zip(carried[f"jira:{kind}"], modules, strict=True)
        ]
        assert without_keys == modules
