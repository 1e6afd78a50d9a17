"""The app's own part of template.yaml: its example works once it is no comment any more."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from aws_lambda_powertools.utilities.parameters.base import BaseProvider

from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import Template
from tests.infrastructure.expanded import expanded
from tests.infrastructure.parts import MARK, TEXT, ours, with_example

ADDED = {"Reminders", "TrackerApiKey", "AppPolicy"}
ROLES = ["JiraCallsRole", "PagesRole"]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(with_example(), encoding="utf-8")
    return tmp_path / "template.yaml"


def test_the_part_is_the_last_of_the_template_and_of_its_resources() -> None:
    assert TEXT.count(MARK) == 1
    sections = re.findall(r"^(\w+):", TEXT, flags=re.MULTILINE)
    assert sections[-1] == "Resources"
    assert TEXT.index(MARK) > TEXT.index("\nResources:\n")


def test_the_example_is_off_as_it_is_shipped() -> None:
    assert set(Template({}).all_resources()) & ADDED == set()


def test_the_example_adds_its_resources_and_variables_and_changes_nothing_of_ours() -> None:
    with_it, without = expanded(with_example()), expanded()
    changed = {name for name in with_it if with_it[name] != without.get(name)}
    kinds = {with_it[name]["Type"] for name in changed - ADDED}
    assert changed >= ADDED
    assert kinds <= {"AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias"}
    variables = with_it["JiraCallsFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["REMINDERS_TABLE"] == {"Ref": "Reminders"}
    assert variables["TRACKER_API_KEY"] == {"Ref": "TrackerApiKey"}


def test_the_examples_permissions_are_for_what_it_adds_and_for_the_apps_functions_only() -> None:
    policy = expanded(with_example())["AppPolicy"]["Properties"]
    assert policy["Roles"] == [{"Ref": role} for role in ROLES]
    for statement in policy["PolicyDocument"]["Statement"]:
        (reference,) = statement["Resource"].values()
        assert (reference[0] if isinstance(reference, list) else reference) in ADDED


def test_the_example_is_there_on_the_laptop(example: Path) -> None:
    template = Template({}, example)
    cloud = LaptopCloud(template)
    cloud.start()
    try:
        made = cloud.resources()
        table = cloud.client("dynamodb").describe_table(TableName=made["Reminders"])["Table"]
        secret = cloud.client("secretsmanager").get_secret_value(SecretId=made["TrackerApiKey"])
        assert cloud.missing() == []
    finally:
        cloud.stop()
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["site", "issue"]
    assert len(secret["SecretString"]) == 40


def test_a_secret_is_read_once_in_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Provider(BaseProvider):
        """Counts what it is asked for."""

        asked = 0

        def _get(self, name: str, **_options: Any) -> str:
            self.asked += 1
            return name

        def _get_multiple(self, path: str, **_options: Any) -> dict[str, str]:
            raise NotImplementedError(path)

    now = [datetime(2026, 11, 26, tzinfo=UTC)]
    clock = SimpleNamespace(now=lambda *_: now[0])
    monkeypatch.setattr("aws_lambda_powertools.utilities.parameters.base.datetime", clock)
    provider = Provider()  # type: ignore[no-untyped-call]  # of Powertools
    for minutes, reads in ((0, 1), (4, 1), (2, 2)):
        now[0] += timedelta(minutes=minutes)
        provider.get("key")
        assert provider.asked == reads


def test_an_exception_of_the_example_has_its_reason_beside_it() -> None:
    example = yaml.safe_load(re.sub(r"!\w+", "", with_example().partition("\nResources:\n")[2]))
    for name in ADDED:
        for exception in example[name].get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(exception["comment"]) >= 20


def test_the_parts_of_ours_are_tested_without_the_apps_own() -> None:
    assert ours() + MARK == TEXT[: TEXT.index(MARK) + len(MARK)]
