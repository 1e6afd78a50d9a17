"""`connect init --without-demo` on a copy of the repository's files, whatever an owner has made of them."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from connect_cli.command import main
from connect_cli.errors import CommandError
from connect_tools import project
from connect_tools.init.command import make_own
from connect_tools.init.demonstration import FILES, REGISTRATIONS, without_modules
from connect_tools.init.identity import AppIdentity
from connect_tools.project import PROJECT
from tests.descriptors import own_descriptor

pytestmark = pytest.mark.skipif(
    not (PROJECT / FILES[0]).exists(), reason="the demonstration is not in this app any more"
)

APP = AppIdentity(key="test.init.dates", name="Dates", vendor="Tester", vendor_url="https://vendor.test")
DESCRIPTOR = "descriptor/atlassian-connect.json"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("functions", "descriptor", "events", "tests/app"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("template.yaml", "samconfig.toml", "README.md"):
        shutil.copy(PROJECT / name, tmp_path / name)
    return tmp_path


def descriptor(folder: Path) -> Any:
    return json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))


def test_nothing_of_the_demonstration_is_left(repository: Path) -> None:
    lines = make_own(repository, APP, keep_demonstration=False)

    assert {f"removed {file}" for file in FILES} <= set(lines)
    assert not any((repository / file).exists() for file in FILES)
    assert descriptor(repository)["modules"] == {}
    for file, code in REGISTRATIONS.items():
        text = (repository / file).read_text(encoding="utf-8")
        assert (
            text == (PROJECT / file).read_text(encoding="utf-8").partition('\n"""\n')[0] + f'\n"""\n\n{code}'
        )


def test_then_there_is_nothing_to_demonstrate(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_own(repository, APP, keep_demonstration=False)
    monkeypatch.setattr(project, "PROJECT", repository)
    monkeypatch.setattr("sys.argv", ["connect", "demo"])
    monkeypatch.setattr("sys.path", [*sys.path])
    with patch.dict(sys.modules), pytest.raises(SystemExit, match="1"):
        main()
    assert "connect init took the demonstration away" in capsys.readouterr().err


def test_with_it_nothing_of_it_changes(repository: Path) -> None:
    make_own(repository, APP)
    for file in (*FILES, *REGISTRATIONS):
        assert (repository / file).read_bytes() == (PROJECT / file).read_bytes()
    assert descriptor(repository)["modules"].keys() == own_descriptor()["modules"].keys()


def test_again_and_after_a_run_without_it(repository: Path) -> None:
    make_own(repository, APP)
    make_own(repository, APP, keep_demonstration=False)
    assert make_own(repository, APP, keep_demonstration=False) == [
        "nothing to change: the app is test.init.dates already"
    ]


@pytest.mark.parametrize("last", range(3 + len(FILES)))
def test_a_run_that_is_broken_off_is_made_good_by_the_next(
    repository: Path, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    make_own(repository, APP)
    steps = iter([*[None] * last, KeyboardInterrupt])
    for name in ("replace", "unlink"):
        original = getattr(Path, name)

        def stop(self: Path, *arguments: Any, original: Any = original, **more: Any) -> Any:
            if not self.name.startswith(".") or arguments:  # not what clears up behind a replacement
                error = next(steps, None)
                if error:
                    raise error
            return original(self, *arguments, **more)

        monkeypatch.setattr(Path, name, stop)
    with pytest.raises(KeyboardInterrupt):
        make_own(repository, APP, keep_demonstration=False)
    monkeypatch.undo()
    make_own(repository, APP, keep_demonstration=False)
    assert descriptor(repository)["modules"] == {}
    assert not any((repository / file).exists() for file in FILES)
    for file, code in REGISTRATIONS.items():
        assert (repository / file).read_text(encoding="utf-8").endswith(f'"""\n\n{code}')


def test_what_an_owner_has_registered_beside_it_stays(repository: Path) -> None:
    added = "\n\n@reactions.work\ndef mine(arguments: object, site: object) -> None: ...\n"
    file = repository / "functions/jira_calls/reactions.py"
    text = file.read_text(encoding="utf-8") + added
    file.write_text(text, encoding="utf-8")
    make_own(repository, APP, keep_demonstration=False)
    assert file.read_text(encoding="utf-8") == text


def test_modules_of_ones_own_stay_and_so_does_the_layout() -> None:
    own = {"url": "/pages/mine", "key": "mine"}
    demonstrations = [{"url": "/pages/hello-world"}, {"url": "/pages/connection"}]
    for layout in ({"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}):
        for listed in (
            [own, *demonstrations],
            [demonstrations[0], own, demonstrations[1]],
            [*demonstrations, own],
        ):
            text = json.dumps({"modules": {"generalPages": listed, "webhooks": demonstrations}}, **layout)
            expected = json.dumps({"modules": {"generalPages": [own]}}, **layout)
            assert without_modules(text) == expected
    assert without_modules('{"modules": {"configurePage": {"url": "/pages/mine"}}}').endswith('mine"}}}')
    assert without_modules('{"key": "none"}') == '{"key": "none"}'


def test_python_that_cannot_be_read_is_named_with_its_line(repository: Path) -> None:
    (repository / "functions/pages/pages.py").write_text('"""Doc."""\nfrom (\n', encoding="utf-8")
    with pytest.raises(CommandError, match=r"functions/pages/pages.py is malformed in line 2"):
        make_own(repository, APP, keep_demonstration=False)
