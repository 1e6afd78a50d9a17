"""The rehearsal's own words, without an emulator."""

from pathlib import Path

import pytest

from connect_tools.project import PROJECT
from tests.rehearsal.bridges import NotDeployed, alias_of
from tests.rehearsal.conftest import NOT_ON_MINISTACK
from tests.rehearsal.release import stage_settings
from tests.rehearsal.versions import FROM, NoVersionBefore, export, version_before

FOREIGN = [file.read_text(encoding="utf-8") for file in (PROJECT / "tests" / "e2e").rglob("test_*.py")]


@pytest.mark.parametrize("name", NOT_ON_MINISTACK)
def test_what_it_skips_is_there(name: str) -> None:
    test = name.partition("[")[0]
    assert any(f"def {test}(" in text for text in FOREIGN)


def test_a_route_that_leads_nowhere_is_named() -> None:
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/x/functions/${GoneAliaslive}/invocations"
    )
    operation = {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": uri}}}
    with pytest.raises(NotDeployed, match=r"^the route GET /x leads to GoneAliaslive, which is no function"):
        alias_of(operation, "GET /x", {})
    assert alias_of(operation, "GET /x", {"GoneAliaslive": "arn"}) == "arn"


def test_a_version_that_git_does_not_have_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FROM, "v0.0.0-never")
    with pytest.raises(NoVersionBefore, match="give FROM=a tag or a commit that git has"):
        version_before()


def test_the_version_that_is_named_is_taken_with_its_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FROM, "HEAD")
    assert version_before() == "HEAD"
    assert (export("HEAD", tmp_path) / "template.yaml").is_file()


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_its_stages_are_those_of_samconfig(stage: str) -> None:
    assert f"Stage={stage}" in stage_settings(PROJECT, stage)["deploy"]["parameters"]["parameter_overrides"]
