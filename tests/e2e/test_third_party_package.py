"""Third-party packages for the app's own code: from pyproject.toml into the built layer."""

import re
import shutil
from pathlib import Path

import pytest

from bench.artifacts import DEPLOYED, build
from connect_build.layer_requirements import NotLocked, check_locked, lock
from connect_tools.project import PROJECT
from connect_tools.template import Template

PURE, COMPILED = "text-unidecode", "msgpack"
NO_ARM64_WHEEL = "pywin32"
NO_WHEEL_AT_ALL = "docopt"
pytestmark = [pytest.mark.xdist_group("built"), pytest.mark.timeout(300)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what is built."""
    for name in ("descriptor", "functions", "layers", "requirements"):
        shutil.copytree(
            PROJECT / name, tmp_path / "project" / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "template.yaml"):
        shutil.copy(PROJECT / name, tmp_path / "project")
    return tmp_path / "project"


def ask_for(project: Path, *packages: str) -> None:
    file = project / "pyproject.toml"
    asked, changed = re.subn(
        r"^app = \[.*?\]$",
        f"app = {list(packages)}",
        file.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    assert changed == 1
    file.write_text(asked, encoding="utf-8")


def test_a_package_of_group_app_is_in_the_layer_of_reactions_and_pages(project: Path, tmp_path: Path) -> None:
    ask_for(project, PURE, COMPILED)
    with pytest.raises(NotLocked, match=rf"layers/app/requirements\.txt does not have {PURE}: run make lock"):
        check_locked("app", project)
    lock("app", project)
    check_locked("app", project)
    pinned = (project / "layers" / "app" / "requirements.txt").read_text(encoding="utf-8")
    built = build(tmp_path, machine=DEPLOYED, project=project)

    layer = built / "AppLayer" / "python"
    assert f"{PURE}==" in pinned
    assert "--hash=sha256:" in pinned
    assert (layer / "text_unidecode" / "data.bin").is_file()
    assert list((layer / "text_unidecode" / "__pycache__").glob("*.cpython-313.pyc"))
    (extension,) = (layer / "msgpack").glob("*.so")
    assert extension.read_bytes()[18:20] == b"\xb7\x00", "ELF's e_machine: EM_AARCH64"
    template = Template({}, built / "template.yaml")
    having = {
        name
        for name in template.resources("AWS::Serverless::Function")
        if {"Ref": "AppLayer"} in template.function(name)["Layers"]
    }
    assert having == {"JiraCallsFunction", "PagesFunction"}


@pytest.mark.parametrize("package", [NO_ARM64_WHEEL, NO_WHEEL_AT_ALL])
def test_a_package_without_a_wheel_for_lambda_is_refused_in_one_line(project: Path, package: str) -> None:
    ask_for(project, package)
    before = (project / "layers" / "app" / "requirements.txt").read_text(encoding="utf-8")

    with pytest.raises(NotLocked) as refused:
        lock("app", project)

    assert str(refused.value).startswith(f"{package}: no wheel for Python 3.13 on Linux and arm64")
    assert "\n" not in str(refused.value)
    assert (project / "layers" / "app" / "requirements.txt").read_text(encoding="utf-8") == before


def test_what_else_uv_says_is_handed_on(project: Path) -> None:
    ask_for(project, f"{COMPILED}>=9999")
    with pytest.raises(NotLocked, match=rf"only {COMPILED}<=.* is available"):
        lock("app", project)
