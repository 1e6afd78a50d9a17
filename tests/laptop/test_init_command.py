"""`connect init` on a copy of the repository's files: all that it has to change, and nothing else."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connect_cli.command import main
from connect_jira.descriptor import load_descriptor
from connect_tools import project
from connect_tools.init.identity import STAGES, stack_name
from connect_tools.project import PROJECT
from connect_tools.template import Template
from tests.descriptors import own_descriptor

HOLD_IT = ["template.yaml", "samconfig.toml", "README.md", "events", "descriptor", "bench/peers/ace"]
EXAMPLES_KEY = "com.example.connect" + "-lambda"
DATES = (
    "--key",
    "test.init.dates",
    "--name",
    "Dates of a Test",
    "--vendor",
    "Tester",
    "--vendor-url",
    "https://vendor.test",
)
OTHER = ("--key", "Other_App", "--name", 'Größe: "7" #1', "--vendor", "O'Neill & Söhne")  # fmt: skip

type Files = dict[str, bytes]
type Init = Callable[..., tuple[int, str, str]]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in HOLD_IT:
        to = tmp_path / name
        to.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (PROJECT / name).is_dir() else shutil.copy)(PROJECT / name, to)
    return tmp_path


@pytest.fixture
def init(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Init:
    monkeypatch.setattr(project, "PROJECT", repository)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["connect", "init", *arguments])
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        return status, *capsys.readouterr()

    return run


def files(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def descriptor_at(folder: Path, stage: str) -> dict[str, Any]:
    path = folder / "descriptor" / "atlassian-connect.json"
    return load_descriptor({"DESCRIPTOR_PATH": str(path), "STAGE": stage})


def key_in_template(folder: Path, stage: str) -> str:
    template = Template({"Stage": stage}, folder / "template.yaml")
    key: str = template.resolve({"Fn::FindInMap": ["App", "Key", {"Ref": "Stage"}]}, lambda *_: None)
    return key


def edit(file: Path, was: str, becomes: str) -> None:
    text = file.read_bytes().decode()
    assert was in text
    file.write_bytes(text.replace(was, becomes).encode())


# --- all of it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [DATES, OTHER])
def test_the_app_is_another_at_every_stage(init: Init, repository: Path, asked: tuple[str, ...]) -> None:
    status, out, err = init(*asked)

    assert (status, err) == (0, "")
    _, key, _, name, _, vendor, *_ = asked
    assert descriptor_at(repository, "prod")["key"] == key
    assert descriptor_at(repository, "dev")["name"] == f"{name} (dev)"
    assert descriptor_at(repository, "prod")["vendor"]["name"] == vendor
    for stage in STAGES:
        assert key_in_template(repository, stage) == descriptor_at(repository, stage)["key"]
    assert f"# {name}\n" in (repository / "README.md").read_text(encoding="utf-8")
    assert {line.split()[1] for line in out.splitlines() if line.startswith("changed ")} == {
        name for name, content in files(repository).items() if content != (PROJECT / name).read_bytes()
    }


def test_the_stages_are_those_of_the_template() -> None:
    template = (PROJECT / "template.yaml").read_text(encoding="utf-8")
    assert f"AllowedValues: [{', '.join(STAGES)}]" in template


def test_the_former_key_and_name_stand_nowhere_any_more(init: Init, repository: Path) -> None:
    init(*DATES)
    was = own_descriptor()
    for name, content in files(repository).items():
        lines = [line for line in content.splitlines() if b"connect init" not in line]
        assert was["key"].encode() not in b"\n".join(lines), name
    for name in ("descriptor/atlassian-connect.json", "template.yaml"):
        assert was["name"].encode() not in files(repository)[name]
    assert f'"{stack_name(was["key"])}-' not in (repository / "samconfig.toml").read_text(encoding="utf-8")


def test_the_examples_key_is_written_nowhere_else_but_in_the_documentation() -> None:
    asked = ["git", "grep", "-l", "--untracked", EXAMPLES_KEY, "--", ".", ":!docs", ":!CHANGELOG.md"]
    found = subprocess.run(asked, cwd=PROJECT, capture_output=True, text=True, check=False).stdout.split()
    assert {file for file in found if not file.startswith(tuple(HOLD_IT))} == set()


def test_there_and_back_is_the_same_to_the_byte(init: Init, repository: Path) -> None:
    before, app = files(repository), own_descriptor()
    back = ("--key", app["key"], "--name", app["name"], "--vendor", app["vendor"]["name"])
    for asked in (OTHER, DATES):
        assert init(*asked)[0] == 0
        assert files(repository) != before
    init(*back, "--vendor-url", app["vendor"]["url"])
    assert files(repository) == before


def test_again_changes_nothing(init: Init, repository: Path) -> None:
    init(*DATES)
    before = files(repository)
    assert init(*DATES) == (0, "nothing to change: the app is test.init.dates already\n", "")
    assert files(repository) == before


@pytest.mark.parametrize("then", [DATES, (*OTHER, "--vendor-url", "https://other.test")])
def test_a_run_that_is_broken_off_anywhere_is_made_good_by_the_next(
    init: Init, repository: Path, tmp_path_factory: pytest.TempPathFactory, then: tuple[str, ...]
) -> None:
    fresh = tmp_path_factory.mktemp("fresh") / "repository"
    shutil.copytree(repository, fresh)
    init(*DATES)
    init(*then)
    expected, steps = files(repository), 0
    replace = Path.replace
    for last in range(100):
        shutil.rmtree(repository)
        shutil.copytree(fresh, repository)
        with pytest.MonkeyPatch.context() as patched:
            steps = 0

            def stop(self: Path, target: Path, *, last: int = last) -> Path:
                nonlocal steps
                if steps == last:
                    raise KeyboardInterrupt
                steps += 1
                return replace(self, target)

            patched.setattr(Path, "replace", stop)
            if init(*DATES)[0] == 0:
                break
        init(*then)
        assert files(repository) == expected
    assert steps > len(HOLD_IT)


# --- what its owner has written stays ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "layout",
    [{"indent": "\t"}, {"indent": None, "separators": (",", ":")}, {"indent": 4, "ensure_ascii": True}],
    ids=["tabs", "one line", "four spaces"],
)
def test_the_descriptors_layout_stays(init: Init, repository: Path, layout: dict[str, Any]) -> None:
    file = repository / "descriptor" / "atlassian-connect.json"
    source = json.loads(file.read_text(encoding="utf-8")) | {"description": "Über \U0001f600 / \\ all"}
    file.write_text(json.dumps(source, **layout), encoding="utf-8")
    init(*DATES)
    source |= {"key": "test.init.dates{{keySuffix}}", "name": "Dates of a Test{{nameSuffix}}"}
    source["vendor"] = {"name": "Tester", "url": "https://vendor.test"}
    for module in source["modules"].get("adminPages", []):
        if module["name"]["value"] == own_descriptor()["name"]:
            module["name"]["value"] = "Dates of a Test"
    assert file.read_text(encoding="utf-8") == json.dumps(source, **layout)


def test_line_ends_and_modes_stay(init: Init, repository: Path) -> None:
    changed = [path for path in repository.rglob("*") if path.is_file()]
    for path in changed:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        path.chmod(0o640)
    before = files(repository)
    assert init(*DATES)[0] == 0
    for name, content in files(repository).items():
        assert content.count(b"\r\n") == content.count(b"\n") == before[name].count(b"\n")
        assert (repository / name).stat().st_mode & 0o777 == 0o640
    assert key_in_template(repository, "dev") == "test.init.dates-dev"
    assert b"# Dates of a Test\r\n" in files(repository)["README.md"]


def test_a_stack_a_title_and_a_description_of_ones_own_stay(init: Init, repository: Path) -> None:
    app = own_descriptor()
    edit(
        repository / "samconfig.toml", f'stack_name = "{stack_name(app["key"])}-prod"', 'stack_name = "mine"'
    )
    edit(repository / "README.md", f"# {app['name']}\n", "# Everything about dates\n")
    edit(repository / "template.yaml", f'"{app["name"]}: the whole backend', '"Ours: a part')
    init(*DATES)
    init(*OTHER)
    samconfig = (repository / "samconfig.toml").read_text(encoding="utf-8")
    assert 'stack_name = "mine"' in samconfig
    assert 's3_prefix = "Other-App-prod"' in samconfig
    assert (repository / "README.md").read_text(encoding="utf-8").startswith("# Everything about dates\n")
    assert 'Description: "Ours: a part' in (repository / "template.yaml").read_text(encoding="utf-8")


def test_a_key_that_is_a_word_is_not_taken_for_that_word(init: Init, repository: Path) -> None:
    init("--key", "app", "--name", "app", "--vendor", "app")
    with_words = files(repository)
    init(*DATES)
    for name, content in files(repository).items():
        lines = zip(with_words[name].splitlines(), content.splitlines(), strict=True)
        changed = [new for old, new in lines if new != old]
        assert all(
            re.search(rb"dates|Dates of a Test|Tester|vendor.test|content-length", line) for line in changed
        ), name


# --- the samples -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [None, DATES], ids=["as they are", "of another app"])
def test_a_samples_body_has_the_length_that_its_header_says(
    init: Init, repository: Path, asked: tuple[str, ...] | None
) -> None:
    if asked:
        init(*asked)
    lengths = 0
    for file in (repository / "events").glob("lifecycle-*.json"):
        event = json.loads(file.read_text(encoding="utf-8"))
        assert int(event["headers"]["content-length"]) == len(event["body"].encode())
        assert json.loads(event["body"])["key"] == descriptor_at(repository, "dev")["key"]
        lengths += 1
    assert lengths


# --- what Jira or AWS would refuse -------------------------------------------------------------------------

REFUSED = {
    "a space in the key": ("com.acme due", "Due", "Tester", "letters, digits, dots"),
    "a slash in the key": ("com/acme", "Due", "Tester", "letters, digits, dots"),
    "a letter that is not ASCII": ("com.äcme", "Due", "Tester", "letters, digits, dots"),
    "no key": ("", "Due", "Tester", "--key"),
    "a key that is too long with a stage": ("a" * 73, "Due", "Tester", "stage staging"),
    "a key with the placeholder": ("com.acme{{keySuffix}}", "Due", "Tester", "{{keySuffix}}"),
    "a name that is too long with a stage": ("com.acme", "D" * 71, "Tester", "stage staging"),
    "no name": ("com.acme", " ", "Tester", "--name"),
    "a name of two lines": ("com.acme", "Due\nDates", "Tester", "--name"),
    "no vendor": ("com.acme", "Due", "", "--vendor"),
}


@pytest.mark.parametrize(("key", "name", "vendor", "said"), REFUSED.values(), ids=REFUSED)
def test_what_jira_refuses_is_refused_in_one_line(
    init: Init, repository: Path, key: str, name: str, vendor: str, said: str
) -> None:
    before = files(repository)
    status, out, err = init("--key", key, "--name", name, "--vendor", vendor)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert said in err
    assert files(repository) == before


def test_the_longest_key_is_taken(init: Init) -> None:
    assert init("--key", "a" * 72, "--name", "D" * 71, "--vendor", "Tester")[0] == 1
    assert init("--key", "a" * 72, "--name", "D" * 70, "--vendor", "Tester")[0] == 0


@pytest.mark.parametrize("url", ["acme", "ftp://acme.test", "https://", "https://a cme", "http://[", ""])
def test_a_website_is_a_url(init: Init, url: str) -> None:
    status, _, err = init(*DATES[:6], "--vendor-url", url)
    assert (status, err.count("\n")) == (1, 1)
    assert "--vendor-url" in err


@pytest.mark.parametrize(
    "key", ["test.init.dates", "Other_App", "com.acme.7", "a." + "b" * 70, "a._", "..", "9"]
)
def test_a_stack_of_every_stage_has_a_name_that_aws_takes(key: str) -> None:
    for stage in STAGES:
        name = f"{stack_name(key)}-{stage}"
        assert re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name)
        queue = (
            Template({}).resource("JiraCalls")[1]["QueueName"]["Fn::Sub"].replace("${AWS::StackName}", name)
        )
        assert re.fullmatch(r"[\w-]{1,80}", queue)


TOLD = "descriptor/atlassian-connect.json"
BROKEN: dict[str, tuple[str, str | bytes | None, str]] = {
    "no descriptor": (TOLD, None, "cannot be read"),
    "a descriptor that ends early": (TOLD, '{\n"key": "a",', "is malformed in line 2"),
    "a descriptor that is a list": (TOLD, "[]", "has no key"),
    "a descriptor without a vendor": (TOLD, '{"key": "a", "name": "b"}', "has no vendor.name"),
    "a descriptor in another encoding": (TOLD, b'{"key": "\xe4"}', "is not UTF-8"),
    "a template without the keys": ("template.yaml", "Resources: {}", "has no Mappings.App.Key.prod"),
    "no template": ("template.yaml", None, "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "content", "said"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_not_what_it_should_be_is_named_in_one_line(
    init: Init, repository: Path, file: str, content: str | bytes | None, said: str
) -> None:
    (repository / file).unlink()
    if content is not None:
        (repository / file).write_bytes(content.encode() if isinstance(content, str) else content)
    before = files(repository)
    status, out, err = init(*DATES)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert f"{file} {said}" in err
    assert files(repository) == before


def test_it_says_that_the_examples_website_is_still_there(init: Init, repository: Path) -> None:
    file = repository / "descriptor" / "atlassian-connect.json"
    edit(file, json.dumps(own_descriptor()["vendor"]["url"]), '"https://example.com"')
    assert "--vendor-url" in init(*DATES[:6])[1]
    assert "--vendor-url" not in init(*DATES)[1]
