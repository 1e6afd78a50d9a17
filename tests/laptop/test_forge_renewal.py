"""Parts of a manifest that `connect forge manifest` keeps, and those that it owns."""

from typing import Any

import pytest
import yaml

from connect_cli.errors import CommandError
from connect_tools.forge.app_ids import UNREGISTERED
from connect_tools.forge.manifest import manifest_of
from connect_tools.forge.renewal import owners_keys, renewed
from connect_tools.forge.yaml_text import YamlText
from tests.descriptors import BASE_URL, descriptor, forge_manifest, rich_descriptor
from tests.manifests import HEADER, IN_BRACKETS, IN_LINES

type Json = dict[str, Any]

RICH = rich_descriptor()
SMALL = descriptor()


def merge(
    text: str, source: Json, *, force: bool = False, app_id: str = UNREGISTERED
) -> tuple[str, list[str]]:
    manifest = manifest_of(source, app_id=app_id, taken_keys=owners_keys(YamlText(text)))
    return renewed(text, manifest.document, force=force)


def renew(text: str, source: Json, **options: Any) -> str:
    return merge(text, source, **options)[0]


def notes(text: str, source: Json, **options: Any) -> list[str]:
    return merge(text, source, **options)[1]


def holds(text: Any, part: Any) -> bool:
    """Return whether a document holds all of another; nothing is held by anything."""
    if isinstance(part, dict):
        return isinstance(text, dict) and all(name in text and holds(text[name], part[name]) for name in part)
    if isinstance(part, list):
        return isinstance(text, list) and all(any(holds(item, each) for item in text) for each in part)
    return bool(text == part or part is None)


def in_any_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: in_any_order(each) for name, each in value.items()}
    return sorted(map(in_any_order, value), key=str) if isinstance(value, list) else value


each_shape = pytest.mark.parametrize("text", (IN_LINES | IN_BRACKETS).values(), ids=IN_LINES | IN_BRACKETS)


@pytest.mark.parametrize("text", IN_LINES.values(), ids=IN_LINES)
def test_every_line_stays_where_it_is(text: str) -> None:
    for source in (RICH, SMALL):
        lines = iter(renew(text, source).split("\n"))
        lost = [line for line in text.split("\n") if not any(line == other for other in lines)]
        assert lost == []


@each_shape
def test_what_the_owner_wrote_is_said_and_what_was_missing_is_added(text: str) -> None:
    for source in (RICH, SMALL):
        result, ours = yaml.safe_load(renew(text, source)), forge_manifest(source).document
        assert holds(result, yaml.safe_load(text))
        assert set(ours["modules"]) <= set(result["modules"])
        assert set(ours["permissions"]["scopes"]) <= set(result["permissions"]["scopes"])
        for kind, modules in ours["modules"].items():
            assert {module["key"] for module in modules} <= {each["key"] for each in result["modules"][kind]}


@each_shape
def test_nothing_changes_the_second_time(text: str) -> None:
    once = renew(text, RICH)
    assert renew(once, RICH) == once


@each_shape
def test_what_the_descriptor_has_no_more_goes(text: str) -> None:
    then = yaml.safe_load(renew(renew(text, RICH), SMALL))
    assert in_any_order(then) == in_any_order(yaml.safe_load(renew(text, SMALL)))


OWN = renew(HEADER, RICH)
"""The command's own, beside somebody's app."""

MOVED = RICH | {"baseUrl": "https://moved.example", "key": "com.moved"}


def test_its_own_part_is_renewed() -> None:
    webhook = {"event": "jira:issue_created", "url": "/moved", "filter": "project = A"}
    source = MOVED | {"modules": {"webhooks": [webhook]}, "regionBaseUrls": {"US": "https://us.example"}}
    result, document = yaml.safe_load(renew(OWN, source)), forge_manifest(source).document
    assert result["app"]["connect"] == document["app"]["connect"]
    for section in ("remotes", "connectModules", "modules", "permissions"):
        assert in_any_order(result[section]) == in_any_order(document[section])


def test_what_the_descriptor_says_no_more_is_taken_out_of_its_own_part() -> None:
    webhook = {"event": "jira:issue_created", "url": "/a", "filter": "project = A", "excludeBody": True}
    before = renew(HEADER, SMALL | {"modules": {"webhooks": [webhook]}})
    after = SMALL | {"modules": {"webhooks": [{"event": "jira:issue_created", "url": "/a"}]}}
    assert yaml.safe_load(renew(before, after)) == yaml.safe_load(renew(HEADER, after))


def test_what_the_owner_adds_to_the_remote_stays() -> None:
    text = OWN.replace(
        "inScopeEUD: true\n", "inScopeEUD: false # not with us\n    auth: {appUserToken: {}}\n"
    )
    remote = yaml.safe_load(renew(text, MOVED))["remotes"][0]
    assert (remote["storage"], remote["auth"]) == ({"inScopeEUD": False}, {"appUserToken": {}})
    assert remote["baseUrl"]["default"] == "https://moved.example"


def test_an_entry_whose_mark_is_deleted_is_the_owners() -> None:
    text = OWN.replace("key: connect # by connect forge manifest", "key: connect")
    source = RICH | {"baseUrl": "https://moved.example"}
    said = (
        "remotes connect: kept, though the descriptor says otherwise (baseUrl.default); --force replaces that"
    )
    assert merge(text, source) == (text, [said])
    assert renew(text, source, force=True) == OWN.replace(BASE_URL, "https://moved.example")


@pytest.mark.parametrize("shape", ["endpoints that are called like ours", "by Atlassian's converter"])
def test_nothing_is_added_to_an_entry_of_the_owners(shape: str) -> None:
    source = RICH | {"lifecycle": {"installed": "/lifecycle/installed", "uninstalled": "/gone"}}
    before, after = yaml.safe_load(IN_LINES[shape]), yaml.safe_load(renew(IN_LINES[shape], source))
    for section in ("modules", "connectModules"):
        for kind, entries in before.get(section, {}).items():
            assert after[section][kind][: len(entries)] == entries
    assert any("kept, though" in note for note in notes(IN_LINES[shape], source))


def test_a_comment_stays_when_what_it_is_about_goes() -> None:
    text = OWN.replace("  jira:dialogs:\n", "  # they open\n  jira:dialogs: # by a click\n  # and close\n")
    assert text != OWN
    renewed_text = renew(text, SMALL)
    for comment in ("  # they open\n", "  # by a click\n", "  # and close\n"):
        assert comment in renewed_text
    assert "jira:dialogs" not in renewed_text


def test_variables_stay_in_its_own_part_too() -> None:
    text = OWN.replace("com.example.app #", "${CONNECT_KEY} #").replace(BASE_URL, "https://${STACK}/prod")
    assert renew(text, MOVED) == text


def test_the_id_of_forge_register_stays_and_what_stood_for_it_goes() -> None:
    other = "ari:cloud:ecosystem::app/00000000-6ac3-4a3d-9ad7-c4ba8ad1f3b0"
    text, said = merge(HEADER, SMALL, app_id=other)
    assert text.startswith(HEADER)
    assert said == ["app.id: kept, though --app-id is another; --force replaces that"]
    assert yaml.safe_load(renew(HEADER, SMALL, app_id=other, force=True))["app"]["id"] == other
    converted = renew(IN_LINES["by Atlassian's converter"], SMALL, app_id=other)
    assert yaml.safe_load(converted)["app"]["id"] == other


def test_what_a_converter_gave_another_key_is_not_there_twice() -> None:
    webhook = {"event": "jira:issue_created", "url": "/webhooks/jira:issue_created"}
    text = renew(IN_LINES["by Atlassian's converter"], SMALL | {"modules": {"webhooks": [webhook]}})
    connect_modules = yaml.safe_load(text)["connectModules"]
    assert [webhook["key"] for webhook in connect_modules["jira:webhooks"]] == ["webhook-1"]
    assert [module["key"] for module in connect_modules["jira:lifecycle"]] == ["lifecycle-events"]


def test_a_page_that_was_rewritten_for_forge_is_not_carried_under_connect() -> None:
    text, said = merge(IN_LINES["what is left after Connect"], RICH)
    pages = yaml.safe_load(text)["connectModules"]["jira:generalPages"]
    assert [page["key"] for page in pages] == ["second"]
    assert "connectModules.jira:generalPages main: left out, since a Forge module has its key" in said


def test_a_key_that_the_command_makes_is_none_of_the_owners() -> None:
    text = renew(IN_LINES["keys that ours would have"], RICH)
    result = yaml.safe_load(text)
    keys = [
        entry["key"]
        for section in ("modules", "connectModules")
        for entries in result[section].values()
        for entry in entries
    ]
    assert len(keys) == len(set(keys))
    assert result["connectModules"]["jira:lifecycle"][0]["key"] == "lifecycle-2"


def test_the_remote_that_is_there_for_connect_is_used() -> None:
    result = yaml.safe_load(renew(IN_LINES["a Connect app at another remote"], SMALL))
    assert [remote["key"] for remote in result["remotes"]] == ["server"]
    assert {endpoint["remote"] for endpoint in result["modules"]["endpoint"]} == {"server"}


def test_what_is_taken_away_is_said() -> None:
    said = notes(OWN, SMALL)
    assert "connectModules.jira:dialogs dialog: taken away, since the descriptor has it no more" in said
    assert "permissions.scopes manage:jira-project: taken away, since the descriptor has it no more" in said


def test_what_nothing_here_understands_stays_too() -> None:
    modules = "modules:\n  function:\n    - key: !mine run\n      ? [a, b]\n      : !set {c}\n"
    assert modules in renew(HEADER + modules, RICH)


LEFT = {
    "comments within brackets": ("permissions:\n  scopes: [ # two\n    a, b]\n", "line 6"),
    "an alias within brackets": ("x: &x a\npermissions: {scopes: [*x]}\n", "aliases"),
    "modules that are none": ("modules: [a]\n", "modules is not an object"),
    "a list that is none": ("permissions:\n  scopes: read:jira-work\n", "permissions.scopes is not a list"),
    "an alias for a list": ("x: &x [a]\npermissions:\n  scopes: *x\n", "permissions.scopes is not a list"),
    "a section twice": ("modules:\n  function: []\nmodules:\n  trigger: []\n", "modules twice"),
}


@pytest.mark.parametrize(("text", "why"), LEFT.values(), ids=LEFT)
def test_what_cannot_be_renewed_without_loss_is_said(text: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        renew(HEADER + text, RICH)
