"""`connect forge manifest` as somebody at a terminal meets it, and that nothing is dropped without a word."""

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from connect_cli.command import main
from connect_cli.errors import CommandError
from connect_jira.events.forge_events import FORGE_EVENTS
from connect_tools.forge.app_ids import UNREGISTERED
from connect_tools.forge.modules import CONNECT_MODULES
from tests.descriptors import (
    APP_ID,
    BASE_URL,
    descriptor,
    forge_manifest,
    own_descriptor,
    page,
    rich_descriptor,
)
from tests.json_values import mutations

type Json = dict[str, Any]


class Terminal:
    """The command in this process, in a folder of its own."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        monkeypatch.chdir(folder)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit status, and what was on stdout and stderr."""
        self._monkeypatch.setattr("sys.argv", ["connect", "forge", "manifest", *arguments])
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        return status, *self._capsys.readouterr()

    def write(self, name: str, content: object) -> str:
        text = content if isinstance(content, str) else json.dumps(content)
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def written(self, name: str = "manifest.yml") -> Json:
        manifest: Json = yaml.safe_load((self.folder / name).read_text(encoding="utf-8"))
        return manifest


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def test_the_projects_app_becomes_a_manifest(terminal: Terminal) -> None:
    status, out, _ = terminal.run("--base-url", f"{BASE_URL}/", "--stage", "prod", "--app-id", APP_ID)
    assert (status, out) == (0, "")
    manifest = terminal.written()
    assert manifest["app"]["id"] == APP_ID
    assert manifest["app"]["connect"] == {
        "key": own_descriptor()["key"],
        "remote": "connect",
        "authentication": "jwt",
    }
    assert manifest["remotes"][0]["baseUrl"] == BASE_URL
    assert manifest["connectModules"]["jira:lifecycle"] == [
        {"key": "lifecycle", "installed": "/lifecycle/installed", "uninstalled": "/lifecycle/uninstalled"}
    ]
    assert manifest["connectModules"]["jira:webhooks"][0]["event"] == "jira:issue_created"
    assert manifest["modules"]["trigger"][3]["events"] == ["avi:jira:created:issue"]
    assert set(manifest["permissions"]["scopes"]) == {
        "read:connect-jira",
        "write:connect-jira",
        "read:app-system-token",
        "read:app-user-token",
        "read:jira-work",
        "read:jira-user",
        "write:jira-work",
    }


def test_the_command_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("connect")), "forge", "manifest", "--base-url", BASE_URL]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert yaml.safe_load((tmp_path / "manifest.yml").read_text())["remotes"][0]["baseUrl"] == BASE_URL


def test_each_stage_is_an_app_of_its_own(terminal: Terminal) -> None:
    terminal.run("--base-url", BASE_URL)
    assert terminal.written()["app"]["connect"]["key"] == own_descriptor("dev")["key"]


def test_stdout_is_the_manifest_and_nothing_else(terminal: Terminal) -> None:
    status, out, err = terminal.run("--base-url", BASE_URL, "--output", "-")
    assert status == 0
    assert yaml.safe_load(out)["remotes"][0]["baseUrl"] == BASE_URL
    assert err.splitlines()
    assert not list(terminal.folder.iterdir())


def test_what_is_said_is_in_the_file_too(terminal: Terminal) -> None:
    _, _, err = terminal.run("--base-url", BASE_URL)
    comments = [
        line for line in (terminal.folder / "manifest.yml").read_text().splitlines() if line[:1] == "#"
    ]
    assert "# - lifecycle.enabled: not sent to an app that Forge delivers; left out" in comments
    assert [line.removeprefix("# - ") for line in comments if line.startswith("# - ")] == err.splitlines()


def test_an_app_that_is_not_registered_has_an_id_that_forge_register_replaces(terminal: Terminal) -> None:
    terminal.run("--base-url", BASE_URL)
    assert terminal.written()["app"]["id"] == UNREGISTERED
    assert "`forge register` writes the app's id" in (terminal.folder / "manifest.yml").read_text()


def test_the_id_that_forge_register_wrote_stays(terminal: Terminal) -> None:
    terminal.run("--base-url", BASE_URL)
    file = terminal.folder / "manifest.yml"
    file.write_text(file.read_text().replace(UNREGISTERED, APP_ID))
    terminal.run("--base-url", "https://moved.example.com")
    assert terminal.written()["app"]["id"] == APP_ID
    assert terminal.written()["remotes"][0]["baseUrl"] == "https://moved.example.com"


NO_MANIFESTS = {
    "no YAML": b"a: [",
    "a list": b"[]",
    "a text": b"manifest",
    "not UTF-8": b"\xff\xfeapp",
    "a NUL": b"\0",
    "of Cloud Foundry": b"applications:\n  - name: app\n",
    "an app that is none": b"app: 7\n",
    "two documents": b"app: {}\n---\napp: {}\n",
    "nested too deeply": b"[" * 3000,
}


@pytest.mark.parametrize("content", NO_MANIFESTS.values(), ids=NO_MANIFESTS)
def test_a_file_that_is_no_manifest_is_replaced_by_force_alone(terminal: Terminal, content: bytes) -> None:
    file = terminal.folder / "manifest.yml"
    file.write_bytes(content)
    status, out, err = terminal.run("--base-url", BASE_URL)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert "--output" in err
    assert "--force" in err
    assert file.read_bytes() == content
    assert terminal.run("--base-url", BASE_URL, "--force")[0] == 0
    assert terminal.written()["app"]["id"] == UNREGISTERED


@pytest.mark.parametrize("content", ["", "\n", "# our app\n", "---\n# later"])
def test_a_file_with_nothing_but_comments_is_written_on(terminal: Terminal, content: str) -> None:
    terminal.write("manifest.yml", content)
    assert terminal.run("--base-url", BASE_URL)[0] == 0
    assert (terminal.folder / "manifest.yml").read_text().startswith(content)
    assert terminal.written()["app"]["id"] == UNREGISTERED


@pytest.mark.parametrize("app_id", ["ari:cloud:ecosystem::app/${APP_ID}", "${APP_ID}", APP_ID])
def test_what_somebody_wrote_stays(terminal: Terminal, app_id: str) -> None:
    written = f"# ours\napp:\n  id: {app_id} # never change\nmodules:\n  function:\n  - key: run\n"
    terminal.write("manifest.yml", written)
    assert terminal.run("--base-url", BASE_URL)[0] == 0
    lines = iter((terminal.folder / "manifest.yml").read_text().splitlines())
    assert all(any(line == other for other in lines) for line in written.splitlines())
    assert terminal.written()["modules"]["function"] == [{"key": "run"}]
    assert terminal.written()["connectModules"]


def test_what_is_kept_or_taken_away_is_said(terminal: Terminal) -> None:
    terminal.run("--base-url", BASE_URL)
    file = terminal.folder / "manifest.yml"
    file.write_text(file.read_text().replace("key: connect # by connect forge manifest", "key: connect"))
    source = terminal.write("other.json", descriptor(baseUrl="https://moved.example.com"))
    status, _, err = terminal.run("--descriptor", source)
    assert status == 0
    assert "manifest.yml: remotes connect: kept, though" in err
    assert "manifest.yml: connectModules.jira:webhooks webhook-jira-issue-created: taken away" in err


def test_the_head_is_renewed_where_it_stands(terminal: Terminal) -> None:
    terminal.run("--base-url", BASE_URL, "--app-id", APP_ID)
    file = terminal.folder / "manifest.yml"
    file.write_text(f"# ours\n\n{file.read_text()}# the end\n")
    terminal.run("--descriptor", terminal.write("other.json", descriptor(description="Text")))
    text = file.read_text()
    assert text.startswith("# ours\n\n# `connect forge manifest` renews what is marked")
    assert text.endswith("# the end\n")
    assert text.count("# - ") == 2
    assert "# - description: it is given in the developer console; left out" in text


LINE_ENDS_AND_MARKS = {"CRLF": ("\r\n", b""), "a byte order mark": ("\n", b"\xef\xbb\xbf")}


@pytest.mark.parametrize(("line_end", "mark"), LINE_ENDS_AND_MARKS.values(), ids=LINE_ENDS_AND_MARKS)
def test_a_file_of_an_editor_on_windows_stays_one(terminal: Terminal, line_end: str, mark: bytes) -> None:
    file = terminal.folder / "manifest.yml"
    text = f"app: # ours\n  id: {APP_ID}\nmodules:\n  function:\n    - key: run\n".replace("\n", line_end)
    file.write_bytes(mark + text.encode())
    assert terminal.run("--base-url", BASE_URL)[0] == 0
    content = file.read_bytes()
    assert content.startswith(mark + text[:20].encode())
    assert content.count(b"\n") == content.count(line_end.encode())
    assert terminal.written()["modules"]["trigger"]


def test_a_file_is_never_half_written(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.run("--base-url", BASE_URL)
    before = (terminal.folder / "manifest.yml").read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("write_bytes", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, step, killed)
            assert terminal.run("--base-url", "https://moved.example.com")[0] == 130
        assert (terminal.folder / "manifest.yml").read_bytes() == before
        assert [file.name for file in terminal.folder.iterdir()] == ["manifest.yml"]


def test_a_link_stays_one_and_permissions_stay(terminal: Terminal) -> None:
    (terminal.folder / "elsewhere").mkdir()
    file = terminal.folder / "elsewhere" / "forge.yml"
    file.write_text(f"app:\n  id: {APP_ID}\n")
    file.chmod(0o640)
    (terminal.folder / "manifest.yml").symlink_to(file)
    assert terminal.run("--base-url", BASE_URL)[0] == 0
    assert (terminal.folder / "manifest.yml").is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert terminal.written()["connectModules"]


def test_the_same_descriptor_gives_the_same_file(terminal: Terminal) -> None:
    first, second = (terminal.run("--base-url", BASE_URL, "--output", "-")[1] for _ in range(2))
    assert first == second


def test_another_descriptor_with_a_base_url_of_its_own(terminal: Terminal) -> None:
    status, _, _ = terminal.run("--descriptor", terminal.write("other.json", descriptor()))
    assert status == 0
    assert terminal.written()["app"]["connect"]["key"] == "com.example.app"


def test_a_base_url_that_is_given_goes_before_the_descriptors(terminal: Terminal) -> None:
    terminal.run(
        "--descriptor", terminal.write("other.json", descriptor()), "--base-url", "https://a.example"
    )
    assert terminal.written()["remotes"][0]["baseUrl"] == "https://a.example"


USAGE = {
    "no base URL anywhere": ((), "--base-url"),
    "a base URL without TLS": (("--base-url", "http://a.example"), "https"),
    "a base URL with a query": (("--base-url", "https://a.example?b=c"), "https"),
    "a base URL that is none": (("--base-url", "https://[a"), "https"),
    "userinfo": (("--base-url", "https://user@a.example"), "https"),
    "an app id that is no ARI": (("--app-id", APP_ID.rpartition("/")[2], "--base-url", BASE_URL), "--app-id"),
    "no such descriptor": (("--descriptor", "missing.json"), "missing.json cannot be read"),
    "an option that is none": (("--no-such",), "--no-such"),
}


@pytest.mark.parametrize(("arguments", "hint"), USAGE.values(), ids=USAGE)
def test_a_wrong_option_is_a_usage_error_in_one_line(
    terminal: Terminal, arguments: tuple[str, ...], hint: str
) -> None:
    status, out, err = terminal.run(*arguments)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert hint in err


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"\0", b"", b"[" * 10**6])
def test_a_file_that_is_not_json_is_bad_input(terminal: Terminal, content: bytes) -> None:
    (terminal.folder / "other.json").write_bytes(content)
    status, out, err = terminal.run("--descriptor", "other.json", "--base-url", BASE_URL)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert not (terminal.folder / "manifest.yml").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_descriptor_that_an_editor_on_windows_saved_is_read(terminal: Terminal, encoding: str) -> None:
    (terminal.folder / "other.json").write_text(json.dumps(descriptor()), encoding=encoding)
    assert terminal.run("--descriptor", "other.json")[0] == 0


NO_DESCRIPTORS: dict[str, object] = {
    "a list": [],
    "a string": '"descriptor"',
    "nothing in it": {},
    "no JWT": descriptor(authentication={"type": "none"}),
    "an unknown scope": descriptor(scopes=["EVERYTHING"]),
    "no scope": descriptor(scopes=[]),
    "no scope but NONE": descriptor(scopes=["NONE"]),
    "a module that is a string": descriptor(modules={"generalPages": ["main"]}),
    "a key that is no text": descriptor(modules={"dialogs": [{"key": []}]}),
    "no URL of installed": descriptor(lifecycle={}),
    "a webhook without an event": descriptor(modules={"webhooks": [{"url": "/a"}]}),
    "regions that are none": descriptor(regionBaseUrls=["EU"]),
    "a region without a URL": descriptor(regionBaseUrls={"EU": None}),
    "translations that are none": descriptor(translations="de"),
    "a migration that is none": descriptor(cloudAppMigration=[]),
    "one that is nested far too deeply": '{"key": ' + "[" * 5000 + "]" * 5000 + "}",
    "one that is nested too deeply": descriptor(
        modules={"dialogs": [{"key": "a", "it": json.loads("[" * 500 + "]" * 500)}]}
    ),
}


@pytest.mark.parametrize("content", NO_DESCRIPTORS.values(), ids=NO_DESCRIPTORS)
def test_a_descriptor_that_is_none_is_said_in_one_line(terminal: Terminal, content: object) -> None:
    terminal.write("other.json", content)
    status, out, err = terminal.run("--descriptor", "other.json")
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert not (terminal.folder / "manifest.yml").exists()


OF_OTHER_FRAMEWORKS = {
    "Express": ("{{appKey}}", "{{localBaseUrl}}"),
    "Spring Boot": ("${addon.key}", "${addon.base-url}"),
}


@pytest.mark.parametrize(("framework", "open_members"), OF_OTHER_FRAMEWORKS.items(), ids=OF_OTHER_FRAMEWORKS)
def test_what_another_framework_fills_in_is_asked_for_and_given_by_options(
    terminal: Terminal, framework: str, open_members: tuple[str, str]
) -> None:
    key, base_url = open_members
    source = descriptor(key=key, baseUrl=base_url, lifecycle={"installed": "installed"})
    asked = ["--descriptor", terminal.write("other.json", source)]
    for options, wanted in (((), "--base-url"), (("--base-url", BASE_URL), "--key")):
        status, _, err = terminal.run(*asked, *options)
        assert (status, len(err.splitlines())) == (2, 1)
        assert framework in err
        assert wanted in err
    assert terminal.run(*asked, "--base-url", BASE_URL, "--key", "com.example.mine")[0] == 0
    written = terminal.written()
    assert written["app"]["connect"]["key"] == "com.example.mine"
    assert written["remotes"][0]["baseUrl"] == BASE_URL


def test_a_placeholder_is_filled_in_wherever_it_stands(terminal: Terminal) -> None:
    panel = {"key": "panel", "url": "{{localBaseUrl}}/panel", "name": {"value": "P"}}
    source = descriptor(baseUrl="{{localBaseUrl}}", modules={"webPanels": [panel]})
    terminal.run("--descriptor", terminal.write("other.json", source), "--base-url", f"{BASE_URL}/")
    assert terminal.written()["connectModules"]["jira:webPanels"][0]["url"] == f"{BASE_URL}/panel"


def test_a_file_that_cannot_be_written_is_said_in_one_line(terminal: Terminal) -> None:
    status, _, err = terminal.run("--base-url", BASE_URL, "--output", "no/such/folder/manifest.yml")
    assert (status, "no/such/folder" in err.splitlines()[-1]) == (1, True)


# --- nothing is dropped without a word -------------------------------------------------------------------

# https://developer.atlassian.com/cloud/jira/platform/webhooks/, and what a Connect app may hear of beside it
WEBHOOKS = """
jira:issue_created jira:issue_updated jira:issue_deleted issue_property_set issue_property_deleted
comment_created comment_updated comment_deleted worklog_created worklog_updated worklog_deleted
jira:worklog_updated attachment_created attachment_deleted issuelink_created issuelink_deleted
issuetype_created issuetype_updated issuetype_deleted project_created project_updated project_deleted
project_soft_deleted project_restored_deleted project_archived project_restored_archived
jira:version_released jira:version_unreleased jira:version_created jira:version_moved jira:version_updated
jira:version_deleted jira:version_merged filter_created filter_updated filter_deleted user_created
user_updated user_deleted option_voting_changed option_watching_changed option_unassigned_issues_changed
option_subtasks_changed option_attachments_changed option_issuelinks_changed option_timetracking_changed
option_timetracking_provider_changed sprint_created sprint_deleted sprint_updated sprint_started
sprint_closed board_created board_updated board_deleted board_configuration_changed
jira_expression_evaluation_failed app_access_to_objects_blocked app_access_to_objects_in_container_blocked
app_policy_changed connect_addon_enabled connect_addon_disabled project_app_enabled project_app_disabled
"""


@pytest.mark.parametrize("event", re.findall(r"\S+", WEBHOOKS))
def test_every_webhook_is_carried_and_has_its_event_or_a_word(event: str) -> None:
    webhook = {"event": event, "url": "/webhooks/it"}
    manifest = forge_manifest(descriptor(modules={"webhooks": [webhook]}))
    (carried,) = manifest.document["connectModules"]["jira:webhooks"]
    assert webhook.items() <= carried.items()
    events = [name for trigger in manifest.document["modules"]["trigger"][3:] for name in trigger["events"]]
    if event in FORGE_EVENTS:
        assert events == [FORGE_EVENTS[event].name]
    else:
        assert events == []
        assert f"webhook {event}: Forge has no such event; it ends with Connect" in manifest.notes


def test_an_event_that_differs_is_said() -> None:
    webhooks = [
        {"event": event, "url": "/webhooks/comment"} for event in ("comment_created", "comment_updated")
    ]
    manifest = forge_manifest(descriptor(modules={"webhooks": webhooks}))
    assert manifest.document["modules"]["trigger"][3]["events"] == ["avi:jira:commented:issue"]
    said = [note for note in manifest.notes if "avi:jira:commented:issue" in note]
    assert len(said) == 2
    assert all("one event" in note for note in said)


@pytest.mark.parametrize(
    ("setting", "value"), [("filter", "project = A"), ("excludeBody", True), ("propertyKeys", ["a"])]
)
def test_a_webhooks_setting_is_carried_and_its_lack_in_forge_is_said(setting: str, value: object) -> None:
    webhook = {"event": "jira:issue_created", "url": "/webhooks/it", setting: value}
    manifest = forge_manifest(descriptor(modules={"webhooks": [webhook]}))
    assert manifest.document["connectModules"]["jira:webhooks"][0][setting] == value
    assert any(setting in note for note in manifest.notes)


FORGES_OWN = {
    "jiraGlobalPermissions": "jira:globalPermission",
    "jiraProjectPermissions": "jira:projectPermission",
}


@pytest.mark.parametrize("kind", sorted(CONNECT_MODULES - {"webhooks"}))
def test_every_kind_of_module_is_carried_with_a_word_about_its_end_or_becomes_forges_own(kind: str) -> None:
    manifest = forge_manifest(descriptor(modules={kind: page()}))
    if kind in FORGES_OWN:
        (permission,) = manifest.document["modules"][FORGES_OWN[kind]]
        assert (permission["name"], permission["migratedFromConnect"]) == ("Main: #1", True)
    else:
        assert manifest.document["connectModules"][f"jira:{kind}"] == [page()]
        assert any(note.startswith(f"modules.{kind}: ") for note in manifest.notes)


def test_a_kind_of_module_that_forge_does_not_take_is_left_out_with_a_word() -> None:
    manifest = forge_manifest(descriptor(modules={"confluenceMacros": [page()]}))
    assert set(manifest.document["connectModules"]) == {"jira:lifecycle"}
    assert "modules.confluenceMacros: Forge takes no such Connect module; left out" in manifest.notes


def test_no_field_of_a_descriptor_vanishes() -> None:
    extra = {name: {"a": "b"} for name in ("vendor", "links", "apiMigrations", "dataResidency", "whatever")}
    notes = forge_manifest(descriptor(description="Text", apiVersion=1, **extra)).notes
    for name in (*extra, "description", "apiVersion", "name"):
        assert any(note.startswith(f"{name}: ") for note in notes), name


@pytest.mark.parametrize("event", ["enabled", "disabled", "dare-migration", "whatever"])
def test_a_lifecycle_event_that_forge_does_not_send_is_left_out_with_a_word(event: str) -> None:
    manifest = forge_manifest(descriptor(lifecycle={"installed": "/installed", event: "/it"}))
    assert set(manifest.document["connectModules"]["jira:lifecycle"][0]) == {"key", "installed"}
    assert any(note.startswith(f"lifecycle.{event}: ") for note in manifest.notes)


READING = {"read:jira-work", "read:jira-user"}
WRITING = READING | {"write:jira-work"}
SCOPES = {
    "READ": READING,
    "write": WRITING,
    "DELETE": WRITING,
    "PROJECT_ADMIN": WRITING | {"manage:jira-project"},
    "ADMIN": WRITING | {"manage:jira-project", "manage:jira-configuration"},
    "ACT_AS_USER": READING,
    "ACCESS_EMAIL_ADDRESSES": READING,
}


@pytest.mark.parametrize(("scope", "native"), SCOPES.items(), ids=SCOPES)
def test_every_scope_has_its_name_in_forge_and_what_it_comes_to_there(scope: str, native: set[str]) -> None:
    scopes = list(dict.fromkeys(["READ", scope]))
    asked_for = forge_manifest(descriptor(scopes=scopes)).document["permissions"]["scopes"]
    of_connect = {f"{name.lower().replace('_', '-')}:connect-jira" for name in scopes}
    assert set(asked_for) == native | of_connect | {"read:app-system-token", "read:app-user-token"}
    assert len(asked_for) == len(set(asked_for))


@pytest.mark.parametrize("scope", ["ACT_AS_USER", "access_email_addresses"])
def test_a_scope_that_forge_has_no_other_for_is_said(scope: str) -> None:
    notes = forge_manifest(descriptor(scopes=["READ", scope])).notes
    assert any(note.startswith(f"scope {scope.upper()}: ") for note in notes)


@pytest.mark.parametrize(
    ("scope", "said"), [("READ", False), ("WRITE", True), ("DELETE", False), ("ADMIN", False)]
)
def test_a_scope_that_counts_as_more_is_said(scope: str, said: bool) -> None:  # noqa: FBT001 - one of a table
    notes = forge_manifest(descriptor(scopes=["READ", scope])).notes
    assert any(note.startswith("scope write:jira-work: it counts as DELETE") for note in notes) is said


def test_a_scope_that_only_an_event_needs_is_asked_for_and_said() -> None:
    webhook = {"event": "filter_created", "url": "/webhooks/it"}
    manifest = forge_manifest(descriptor(modules={"webhooks": [webhook]}))
    assert "manage:jira-configuration" in manifest.document["permissions"]["scopes"]
    assert any(note.startswith("scope manage:jira-configuration: ") for note in manifest.notes)


def test_regions_have_urls_of_their_own_and_one_that_forge_does_not_know_is_said() -> None:
    regions = {"EU": "https://eu.example.com", "MOON": "https://moon.example.com"}
    manifest = forge_manifest(descriptor(regionBaseUrls=regions))
    (remote,) = manifest.document["remotes"]
    assert remote["baseUrl"] == {"default": BASE_URL, "EU": regions["EU"]}
    assert "regionBaseUrls.MOON: Forge knows no such region; left out" in manifest.notes


@settings(deadline=None)
@given(mutations(rich_descriptor()))
def test_no_json_ends_in_anything_but_a_manifest_or_a_sentence(source: Json) -> None:
    with contextlib.suppress(CommandError):
        forge_manifest(source).to_yaml()


def test_a_key_does_not_depend_on_what_is_before_it() -> None:
    one, other = ({"event": event, "url": "/webhooks/it"} for event in ("comment_created", "comment_deleted"))

    def keys(*webhooks: Json) -> dict[str, str]:
        manifest = forge_manifest(descriptor(modules={"webhooks": list(webhooks)}))
        return {each["event"]: each["key"] for each in manifest.document["connectModules"]["jira:webhooks"]}

    assert keys(one, other) == keys(other, one)
    assert keys(other)["comment_deleted"] == keys(one, other)["comment_deleted"]


def test_a_key_that_is_made_is_none_that_another_module_has() -> None:
    modules = {"dialogs": [{"url": "/pages/dialog"}], "generalPages": [page("dialog"), page("lifecycle")]}
    carried = forge_manifest(descriptor(modules=modules)).document["connectModules"]
    keys = [entry["key"] for entries in carried.values() for entry in entries]
    assert sorted(keys) == ["dialog", "dialog-2", "lifecycle", "lifecycle-2"]


def test_two_webhooks_for_one_event_have_two_keys_and_one_event_in_forge() -> None:
    webhooks = [{"event": "jira:issue_created", "url": f"/webhooks/{name}"} for name in "ab"]
    manifest = forge_manifest(descriptor(modules={"webhooks": webhooks}))
    keys = [each["key"] for each in manifest.document["connectModules"]["jira:webhooks"]]
    assert len(set(keys)) == 2
    assert manifest.document["modules"]["trigger"][3]["events"] == ["avi:jira:created:issue"]
