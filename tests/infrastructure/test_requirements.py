"""The compiled requirements say what pyproject.toml asks for, and the same everywhere."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from connect_tools.project import PROJECT

COMPILED = {
    "dev": PROJECT / "requirements" / "dev.txt",
    "sam": PROJECT / "requirements" / "sam.txt",
    "rehearsal": PROJECT / "requirements" / "rehearsal.txt",
    "layer-jwt": PROJECT / "layers" / "jwt" / "requirements.txt",
    "layer-jira": PROJECT / "layers" / "jira" / "requirements.txt",
    "app": PROJECT / "layers" / "app" / "requirements.txt",
}
LAYERS = ("layer-jwt", "layer-jira", "app")


def asked_for(group: str) -> list[Requirement]:
    with (PROJECT / "pyproject.toml").open("rb") as file:
        groups = tomllib.load(file)["dependency-groups"]
    requirements: list[Requirement] = []
    for entry in groups[group]:
        if isinstance(entry, dict):
            requirements += asked_for(entry["include-group"])
        else:
            requirements.append(Requirement(entry))
    return requirements


def pinned(file: Path) -> dict[str, str]:
    pins = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(pins)


@pytest.mark.parametrize("group", COMPILED)
def test_what_is_asked_for_is_pinned_to_a_version_that_fits(group: str) -> None:
    pins = pinned(COMPILED[group])
    for requirement in asked_for(group):
        name = canonicalize_name(requirement.name)
        assert requirement.specifier.contains(pins[name]), f"{name}: run make lock"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_has_the_versions_that_are_tested(layer: str) -> None:
    tested = pinned(COMPILED["dev"])
    for name, version in pinned(COMPILED[layer]).items():
        assert tested[name] == version, f"{name}: run make lock"


@pytest.mark.parametrize("group", COMPILED)
def test_every_pin_has_hashes_and_no_file_names_a_host(group: str) -> None:
    text = COMPILED[group].read_text(encoding="utf-8")
    for pin in re.split(r"\n(?=[\w.-]+(?:\[|==))", text):
        if re.match(r"[\w.-]+.*==", pin):
            assert "--hash=sha256:" in pin
    assert "://" not in text


def test_the_layers_do_not_bundle_what_the_runtime_has() -> None:
    for layer in ("layer-jwt", "layer-jira"):
        assert not pinned(COMPILED[layer]).keys() & {"boto3", "botocore"}
