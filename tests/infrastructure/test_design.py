"""The CSS that is Atlassian's own is what Atlassian has published."""

import os
import re
from pathlib import Path

import pytest

from connect_build.design import PACKAGES, STATIC, design_files


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    if not PACKAGES.is_dir():
        if os.environ.get("CI"):
            pytest.fail("`npm ci` in tests/")
        pytest.skip("Atlassian's packages are missing: `npm ci` in tests/")
    return design_files()


@pytest.mark.parametrize("name", ["tokens.css", "css-reset.css"])
def test_what_is_vendored_is_made_from_the_pinned_packages(files: dict[str, str], name: str) -> None:
    assert (STATIC / name).read_text(encoding="utf-8") == files[name], "run `make design`"


def test_nothing_else_is_vendored(files: dict[str, str]) -> None:
    marked = {file.name for file in STATIC.iterdir() if file.read_text(encoding="utf-8").startswith("/* @")}
    assert marked == set(files)


def test_every_token_that_is_used_exists_in_light_and_in_dark() -> None:
    used = _names(r"var\((--ds-[\w-]+)", STATIC / "app.css")
    tokens = (STATIC / "tokens.css").read_text(encoding="utf-8")
    always, _, dark = tokens.partition('html[data-color-mode="dark"]')
    assert used
    assert used <= _names(r"(--ds-[\w-]+):", always), "run `make design`"
    colours = {name for name in used if re.search(r"text|background|border$|surface|icon|skeleton", name)}
    assert colours
    assert colours <= _names(r"(--ds-[\w-]+):", dark)


def _names(pattern: str, text: str | Path) -> set[str]:
    return set(re.findall(pattern, text.read_text(encoding="utf-8") if isinstance(text, Path) else text))
