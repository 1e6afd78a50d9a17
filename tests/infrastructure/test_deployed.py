"""The pipeline learns from the stack which commit runs, and deploys what differs from it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from connect_build import deployed
from connect_build.commit import write_commit
from connect_build.deployed import DEPLOYED
from connect_cli.errors import CommandError
from connect_tools.project import PROJECT
from connect_tools.template import Template
from tests.infrastructure.cloudformation import cloudformation

STACK = "connect-lambda-prod"
FORGE_APP = "ari:cloud:ecosystem::app/11111111-2222-3333-4444-555555555555"


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        config = (PROJECT / "samconfig.toml").read_text(encoding="utf-8")
        self.commit("samconfig.toml", config)

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com"]
        run = ["git", *identity, *arguments]
        return subprocess.run(run, cwd=self.folder, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, file: str, content: str) -> str:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", file)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


type Stacks = dict[str, dict[str, str]]


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stacks]:
    """The outputs of the stacks that there are, by name."""
    there: Stacks = {}
    with cloudformation(there) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield there


@pytest.mark.usefixtures("stacks")
def test_where_there_is_no_stack_everything_is_to_be_deployed(repository: Repository) -> None:
    assert deployed.deployed("prod", repository.folder) == {
        "stack": STACK,
        "commit": "",
        "changed": "true",
        "base-url": "",
        "forge-app-id": "",
    }


def test_a_change_of_docs_is_nothing_to_deploy(repository: Repository, stacks: Stacks) -> None:
    commit = repository.git("rev-parse", "HEAD")
    stacks[STACK] = {"Commit": commit, "DescriptorUrl": "https://app.example.com/x/atlassian-connect.json"}
    for file in ("docs/operating.md", "README.md", "tests/app/test_due.py", ".github/workflows/checks.yml"):
        repository.commit(file, "changed")

    said = deployed.deployed("prod", repository.folder)

    assert (said["commit"], said["changed"]) == (commit, "false")
    assert said["base-url"] == "https://app.example.com/x"


@pytest.mark.parametrize("file", ["functions/pages/pages.py", "layers/app/shared/due.py", "template.yaml"])
def test_a_change_of_what_is_deployed_is(repository: Repository, stacks: Stacks, file: str) -> None:
    stacks[STACK] = {"Commit": repository.git("rev-parse", "HEAD")}
    repository.commit(file, "changed")
    repository.commit("docs/operating.md", "a change of docs after it does not hide it")

    assert deployed.deployed("prod", repository.folder)["changed"] == "true"


@pytest.mark.parametrize("said", ["unknown", "0" * 40, f"{'0' * 40}-dirty", "HEAD", "--all"])
def test_a_commit_that_the_checkout_does_not_have_is_none(
    repository: Repository, stacks: Stacks, said: str
) -> None:
    stacks[STACK] = {"Commit": said}

    answer = deployed.deployed("prod", repository.folder)

    assert (answer["commit"], answer["changed"]) == ("", "true")


@pytest.mark.usefixtures("stacks")
def test_the_forge_app_is_the_one_of_the_stage(repository: Repository) -> None:
    config = (repository.folder / "samconfig.toml").read_text(encoding="utf-8")
    repository.commit(
        "samconfig.toml", config.replace('"Stage=dev"', f'"Stage=dev", "ForgeAppId={FORGE_APP}"')
    )

    assert deployed.deployed("dev", repository.folder)["forge-app-id"] == FORGE_APP
    assert deployed.deployed("prod", repository.folder)["forge-app-id"] == ""


def test_a_stage_that_is_none_is_said_in_one_sentence(repository: Repository) -> None:
    with pytest.raises(CommandError, match=r"samconfig.toml has .* for the stage nix"):
        deployed.deployed("nix", repository.folder)


def test_what_is_built_into_the_deployment_counts_as_deployed() -> None:
    built = {
        resource["CodeUri" if kind.endswith("Function") else "ContentUri"].partition("/")[0]
        for kind in ("AWS::Serverless::Function", "AWS::Serverless::LayerVersion")
        for resource in Template({}).resources(kind).values()
    }
    assert built | {"template.yaml", "samconfig.toml"} <= set(DEPLOYED)


BUILT = """\
Outputs:
  BusName:
    Description: elsewhere
    Value:
      Ref: Bus
  Commit:
    Description: What the stack was built of
    Value: unknown
Resources: {}
"""
"""As `sam build` writes it."""


def test_the_commit_is_written_into_what_was_built(repository: Repository) -> None:
    (repository.folder / ".gitignore").write_text("build\n", encoding="utf-8")
    head = repository.commit("docs/page.md", "text")
    build = repository.folder / "build"
    build.mkdir()
    (build / "template.yaml").write_text(BUILT, encoding="utf-8")

    assert write_commit(build, repository.folder) == head
    assert (build / "template.yaml").read_text(encoding="utf-8") == BUILT.replace("unknown", head)
    (repository.folder / "docs" / "page.md").write_text("changed", encoding="utf-8")
    assert write_commit(build, repository.folder) == f"{head}-dirty"


def test_without_git_the_commit_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(BUILT, encoding="utf-8")

    assert write_commit(tmp_path, tmp_path) == "unknown"


def test_a_template_without_the_output_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(BUILT.replace("Commit:", "Other:"), encoding="utf-8")

    with pytest.raises(ValueError, match="no output Commit"):
        write_commit(tmp_path, tmp_path)


def test_the_template_has_the_output() -> None:
    template = (PROJECT / "template.yaml").read_text(encoding="utf-8")
    assert "  Commit:\n    Description: What the stack was built of\n    Value: unknown #" in template
