"""Each exception that checkov makes in `make check` has a reason, and checkov speaks to nobody."""

import re

import yaml

from connect_tools.project import PROJECT
from tests.infrastructure.parts import ours

CONFIGURATION = (PROJECT / ".checkov.yaml").read_text(encoding="utf-8")


def test_an_exception_for_the_whole_template_has_its_reason_above_it() -> None:
    lines = CONFIGURATION.partition("skip-check:\n")[2].splitlines()
    excepted = [at for at, line in enumerate(lines) if line.startswith("  - ")]

    assert [line.strip()[2:] for line in (lines[at] for at in excepted)] == yaml.safe_load(CONFIGURATION)[
        "skip-check"
    ]
    assert excepted
    assert all(lines[at - 1].startswith("  # ") for at in excepted)


def test_an_exception_for_one_resource_has_its_reason_beside_it() -> None:
    template = ours()
    excepted = re.findall(r"\{id: (\w+)(.*)\}$", template, flags=re.MULTILINE)

    assert excepted
    assert all(re.fullmatch(r', comment: "[^"]{20,}"', reason) for _, reason in excepted)
    assert template.count("checkov:") == len(
        re.findall(r"checkov:\n        skip:\n          - \{id: ", template)
    )


def test_checkov_sends_and_downloads_nothing() -> None:
    configuration = yaml.safe_load(CONFIGURATION)

    assert configuration["skip-download"] is True
    assert configuration["skip-results-upload"] is True
