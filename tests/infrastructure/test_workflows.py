"""The workflows do what docs/deploying.md says: each script runs, as far as it goes without GitHub."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest
import yaml

from connect_cli.command import connect
from connect_tools.project import PROJECT
from tests.infrastructure.cloudformation import cloudformation
from tests.infrastructure.github import Job, Runner
from tests.node import NodeProcess, node_process

WORKFLOWS = PROJECT / ".github" / "workflows"
DEPLOY = WORKFLOWS / "deploy.yml"
CODE, DOCS = "functions/jira_calls/app.py", "docs/operating.md"
FORGE_APP = "ari:cloud:ecosystem::app/11111111-2222-3333-4444-555555555555"
NOBODY = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com"]

MAKE = """\
#!/bin/sh
# make, which only says what it would do: a target that is not there fails. Then it has set up.
echo "make $*" >> "$DONE"
/usr/bin/env -u MAKEFLAGS PATH="$REAL_PATH" make --dry-run "$@" > /dev/null || exit
case "$*" in
  -C*) mkdir -p "$2/.venv"; ln -sfn "$STAND_INS" "$2/.venv/bin";;
  deploy*) exit "$DEPLOYS";;
  *) mkdir -p .venv; ln -sfn "$STAND_INS" .venv/bin;;
esac
"""
PYTHON = """\
#!/bin/sh
PYTHONPATH="$PWD/tools:$LAYERS" exec "$REAL_PYTHON" "$@"
"""
CONNECT = """\
#!/bin/sh
# smoke finds what the test says, one letter each time: . is whole, F is not
echo "connect $*" >> "$DONE"
if [ "$1" = smoke ]; then
  found=$(head -c 1 "$FOUND"); tail -c +2 "$FOUND" > "$FOUND.rest"; mv "$FOUND.rest" "$FOUND"
  test "$found" = . ; exit
fi
exec "$(dirname "$0")/python" -c 'from connect_cli.command import connect; connect()' "$@"
"""
SAM = """\
#!/bin/sh
gradual=$(grep -o 'GradualDeployment=[a-z]*' samconfig.toml | tr '\\n' ' ')
echo "sam $* of $(git rev-parse HEAD): $gradual" >> "$DONE"
"""
NPM = """\
#!/bin/sh
echo "npm $*" >> "$DONE"
mkdir -p "$2/node_modules/.bin"; ln -sf "$STAND_INS/forge" "$2/node_modules/.bin/forge"
"""
FORGE = """\
#!/bin/sh
echo "forge $* ${FORGE_API_TOKEN:-without a token}" >> "$DONE"
"""
SLEEP = """\
#!/bin/sh
echo "sleep $*" >> "$DONE"
"""
STAND_INS = {"make": MAKE, "python": PYTHON, "connect": CONNECT, "sam": SAM, "npm": NPM, "forge": FORGE} | {
    "sleep": SLEEP
}

LOOKED_AT = (
    ":(glob)*",
    ".github",
    CODE,
    DOCS,
    "descriptor",
    "distributions",
    "requirements",
    "tests/*.json",
    "tools",
)


@dataclass
class GitHub:
    """A repository at GitHub with one commit, and two stages of its stack."""

    node: NodeProcess
    folder: Path
    stacks: dict[str, dict[str, str]]
    aws: dict[str, str]
    variables: dict[str, str] = field(default_factory=lambda: {"AWS_REGION": "eu-west-1"})

    @property
    def workspace(self) -> Path:
        return self.folder / "checkout"

    def git(self, *arguments: str) -> str:
        run = ["git", *NOBODY, *arguments]
        ran = subprocess.run(run, cwd=self.workspace, check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    def commit(self, file: str) -> str:
        with (self.workspace / file).open("a", encoding="utf-8") as opened:
            opened.write("\n# changed\n")
        self.git("commit", "--quiet", "--all", "-m", file)
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        return self.git("rev-parse", "HEAD")

    def push(
        self, ref: str, *, deploys: bool = True, smoke: str = "....", checks: str = "success"
    ) -> dict[str, Job]:
        stand_ins, temporary = self.folder / "stand-ins", self.folder / "temporary"
        temporary.mkdir()
        (self.folder / "done").write_text("", encoding="utf-8")
        (self.folder / "found").write_text(smoke, encoding="utf-8")
        runner = Runner(
            node=self.node,
            workspace=self.workspace,
            temporary=temporary,
            stand_ins=stand_ins,
            variables=self.aws
            | {
                "DEPLOYS": "0" if deploys else "1",
                "DONE": str(self.folder / "done"),
                "FOUND": str(self.folder / "found"),
                "LAYERS": os.pathsep.join(str(PROJECT / "layers" / layer) for layer in ("jira", "jwt")),
                "REAL_PATH": os.environ["PATH"],
                "REAL_PYTHON": sys.executable,
                "STAND_INS": str(stand_ins),
            },
            contexts={
                "github": {"ref": ref, "ref_type": "tag" if ref.startswith("refs/tags/") else "branch"},
                "vars": self.variables,
                "secrets": {"FORGE_EMAIL": "somebody@example.com", "FORGE_API_TOKEN": "with a token"},
            },
        )
        return runner.run(DEPLOY, lambda _: checks)

    @property
    def done(self) -> list[str]:
        return (self.folder / "done").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def node() -> Iterator[NodeProcess]:
    with node_process(Path(__file__).with_name("expressions.mjs")) as process:
        yield process


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is here, committed: as much of it as the scripts look at."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *LOOKED_AT],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.split("\0"):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    for arguments in (["init", "--quiet", "--initial-branch=main"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run(["git", *NOBODY, *arguments], cwd=folder, check=True)
    return folder


@pytest.fixture
def github(node: NodeProcess, checkout: Path, tmp_path: Path) -> Iterator[GitHub]:
    subprocess.run(["git", "clone", "--quiet", str(checkout), str(tmp_path / "checkout")], check=True)
    (tmp_path / "stand-ins").mkdir()
    for name, script in STAND_INS.items():
        (tmp_path / "stand-ins" / name).write_text(script, encoding="utf-8")
        (tmp_path / "stand-ins" / name).chmod(0o755)
    stacks: dict[str, dict[str, str]] = {}
    with cloudformation(stacks) as aws:
        repository = GitHub(node, tmp_path, stacks, aws)
        for stage in ("dev", "prod"):
            stacks[f"connect-lambda-{stage}"] = {
                "Commit": repository.git("rev-parse", "HEAD"),
                "DescriptorUrl": f"https://{stage}.example.com/atlassian-connect.json",
            }
        yield repository


SMOKE = "connect smoke --stack connect-lambda-{} --alarms release"


def with_parameter(github: GitHub, stage: str, parameter: str) -> str:
    """Give a stage a parameter in samconfig.toml, in place of what it says of it; the commit."""
    config = github.workspace / "samconfig.toml"
    text = re.sub(rf', "{parameter.partition("=")[0]}=[^"]*"', "", config.read_text(encoding="utf-8"))
    config.write_text(text.replace(f'"Stage={stage}"', f'"Stage={stage}", "{parameter}"'), encoding="utf-8")
    return github.commit("samconfig.toml")


def test_main_goes_to_dev_and_is_looked_at(github: GitHub) -> None:
    github.commit(CODE)

    jobs = github.push("refs/heads/main")

    assert (jobs["stack"].result, jobs["stack"].environment) == ("success", "dev")
    assert github.done == ["make .venv/sam", "make deploy STAGE=dev", SMOKE.format("dev")]


def test_a_change_of_docs_deploys_nothing(github: GitHub) -> None:
    github.commit(DOCS)

    jobs = github.push("refs/heads/main")

    assert jobs["stack"].result == "success"
    assert github.done == ["make .venv/sam", SMOKE.format("dev")]
    assert jobs["forge"].result == "skipped"


def test_what_an_earlier_run_did_not_deploy_is_deployed_with_the_docs_after_it(github: GitHub) -> None:
    github.commit(CODE)
    github.push("refs/heads/main", checks="failure")
    assert github.done == []
    (github.folder / "temporary").rename(github.folder / "earlier")
    github.commit(DOCS)

    github.push("refs/heads/main")

    assert "make deploy STAGE=dev" in github.done


def test_a_tag_goes_to_prod_and_the_alarms_get_time(github: GitHub) -> None:
    github.commit(CODE)

    jobs = github.push("refs/tags/v1.0.0")

    assert (jobs["stack"].result, jobs["stack"].environment) == ("success", "prod")
    back = github.folder / "temporary" / "back"
    assert github.done == [
        "make .venv/sam",
        f"make -C {back} build",
        "make deploy STAGE=prod",
        SMOKE.format("prod"),
        "sleep 900",
        SMOKE.format("prod"),
    ]


@pytest.mark.parametrize("smoke", ["FF.", ".FF."], ids=["at once", "by an alarm, a quarter of an hour later"])
def test_a_release_that_does_no_good_goes_back_to_what_ran(github: GitHub, smoke: str) -> None:
    before = with_parameter(github, "prod", "GradualDeployment=true")
    github.stacks["connect-lambda-prod"]["Commit"] = before
    github.commit(CODE)

    jobs = github.push("refs/tags/v1.0.0", smoke=smoke)

    assert jobs["stack"].result == "failure"
    *_, went_back, looked = github.done
    # the alarms that go off would stop a gradual way back
    assert went_back == f"sam deploy --config-env prod of {before}: GradualDeployment=false "
    assert looked == SMOKE.format("prod")
    assert jobs["forge"].result == "skipped"


def test_one_failure_of_the_smoke_test_is_looked_at_again(github: GitHub) -> None:
    github.commit(CODE)

    jobs = github.push("refs/tags/v1.0.0", smoke="F..")

    assert jobs["stack"].result == "success"
    assert "sleep 60" in github.done


def test_a_deployment_that_fails_is_cloudformations_to_take_back(github: GitHub) -> None:
    github.commit(CODE)

    jobs = github.push("refs/tags/v1.0.0", deploys=False)

    assert jobs["stack"].result == "failure"
    assert github.done[-1] == "make deploy STAGE=prod"


def test_where_nothing_ran_before_there_is_nothing_to_go_back_to(github: GitHub) -> None:
    del github.stacks["connect-lambda-prod"]["Commit"]
    github.commit(CODE)

    jobs = github.push("refs/tags/v1.0.0", smoke="FF")

    assert jobs["stack"].result == "failure"
    assert not any(line.startswith("sam ") for line in github.done)
    said = next(step.said for step in jobs["stack"].steps if step.name == "Roll back")
    assert said is not None
    assert "nothing to roll back to" in said


def test_dev_does_not_go_back(github: GitHub) -> None:
    github.commit(CODE)

    jobs = github.push("refs/heads/main", smoke="FF")

    assert jobs["stack"].result == "failure"
    assert not any(line.startswith("sam ") for line in github.done)


def test_a_tag_on_another_branch_releases_nothing(github: GitHub) -> None:
    github.commit(CODE)
    github.git("update-ref", "refs/remotes/origin/main", "HEAD~1")

    jobs = github.push("refs/tags/v1.0.0")

    assert jobs["stack"].outcome("A release is a commit of main") == "failure"
    assert github.done == []


def test_until_the_region_is_set_nothing_is_deployed(github: GitHub) -> None:
    del github.variables["AWS_REGION"]
    github.commit(CODE)

    jobs = github.push("refs/tags/v1.0.0")

    assert {name: job.result for name, job in jobs.items()} == {
        "checks": "success",
        "stack": "skipped",
        "forge": "skipped",
    }


# --- Forge -------------------------------------------------------------------------------------------------


def test_without_an_app_of_forge_nothing_is_deployed_there(github: GitHub) -> None:
    github.commit(CODE)

    assert github.push("refs/heads/main")["forge"].result == "skipped"


def test_the_manifest_goes_along_with_dev(github: GitHub) -> None:
    with_parameter(github, "dev", f"ForgeAppId={FORGE_APP}")

    job = github.push("refs/heads/main")["forge"]

    assert (job.result, job.environment) == ("success", "forge-development")
    manifest = yaml.safe_load((github.workspace / "manifest.yml").read_text(encoding="utf-8"))
    assert manifest["app"]["id"] == FORGE_APP
    assert manifest["remotes"][0]["baseUrl"] == "https://dev.example.com"
    assert [line for line in github.done if line.startswith(("forge", "npm"))] == [
        "npm --prefix .github/forge ci --ignore-scripts",
        "forge settings set usage-analytics false without a token",
        "forge lint -e development with a token",
        "forge deploy -e development --non-interactive with a token",
    ]


def test_a_manifest_of_another_app_is_not_deployed(github: GitHub) -> None:
    with_parameter(github, "dev", f"ForgeAppId={FORGE_APP}")
    other = FORGE_APP.replace("1", "9")
    (github.workspace / "manifest.yml").write_text(f"app:\n  id: {other}\n", encoding="utf-8")

    job = github.push("refs/heads/main")["forge"]

    assert job.outcome("Write the manifest") == "failure"
    assert not any(line.startswith("forge deploy") for line in github.done)


@pytest.mark.parametrize(("switch", "result"), [("true", "success"), ("", "skipped")])
def test_a_production_deployment_of_forge_has_a_switch_of_its_own(
    github: GitHub, switch: str, result: str
) -> None:
    with_parameter(github, "prod", f"ForgeAppId={FORGE_APP}")
    github.variables["FORGE_PRODUCTION"] = switch

    job = github.push("refs/tags/v1.0.0")["forge"]

    assert job.result == result
    deployed = "forge deploy -e production --non-interactive with a token" in github.done
    assert deployed is (result == "success")


def test_forge_is_named_an_environment_each_time() -> None:
    commands = [script for script in scripts(DEPLOY) if re.search(r"/forge (lint|deploy)", script)]
    assert commands
    assert all(' -e "$FORGE_ENVIRONMENT"' in script for script in commands)


def test_forges_command_is_pinned_with_all_that_it_needs() -> None:
    folder = PROJECT / ".github" / "forge"
    (wanted,) = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"].items()
    packages = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]

    assert packages[f"node_modules/{wanted[0]}"]["version"] == wanted[1]
    assert packages[f"node_modules/{wanted[0]}"]["bin"] == {"forge": "out/bin/cli.js"}
    assert all("integrity" in package for path, package in packages.items() if path)


# --- all workflows -----------------------------------------------------------------------------------------


def scripts(workflow: Path) -> list[str]:
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
    return [step["run"] for job in jobs for step in job.get("steps", []) if "run" in step]


ALL_SCRIPTS = [(file.name, script) for file in sorted(WORKFLOWS.glob("*.yml")) for script in scripts(file)]


def typed(command: str) -> Iterator[list[str]]:
    """The words after a command, in each place where a workflow types it."""
    for _, script in ALL_SCRIPTS:
        for words in re.findall(rf"(?<![\w/.]){command} ([^\n|&;]*)", script.replace("\\\n", " ")):
            yield words.split()


def test_each_target_of_make_is_there() -> None:
    targets = {word for words in typed("make") for word in words if re.fullmatch(r"[a-z./]+", word)}
    assert {"check", "test", "rehearse", "deploy", "build"} <= targets
    for target in targets:
        asked = ["make", "--dry-run", "--question", target]
        ran = subprocess.run(asked, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert "No rule to make target" not in ran.stderr, ran.stderr


def test_each_command_of_connect_has_the_options_that_it_is_given() -> None:
    commands = list(typed("[.]venv/bin/connect"))
    assert commands
    for words in commands:
        command: click.Command = connect
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None
            command = found
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_an_action_has_one_pin_in_all_workflows() -> None:
    pins: dict[str, set[str]] = {}
    for file in WORKFLOWS.glob("*.yml"):
        for name, pin in re.findall(r"uses: ([\w-]+/[\w/-]+)@(.*)", file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), (file.name, name)
            pins.setdefault(name, set()).add(pin)
    assert pins
    assert {name: pin for name, pin in pins.items() if len(pin) > 1} == {}


@pytest.mark.parametrize(
    ("results", "passes"),
    [
        ("success success success", True),
        ("success failure success", False),
        ("success success skipped", False),
        ("success cancelled success", False),
    ],
)
def test_all_checks_are_passed_only_if_each_is(results: str, *, passes: bool) -> None:
    jobs = yaml.safe_load((WORKFLOWS / "checks.yml").read_text(encoding="utf-8"))["jobs"]
    assert set(jobs["all"]["needs"]) == set(jobs) - {"all"}
    (step,) = jobs["all"]["steps"]

    ran = subprocess.run(["bash", "-ec", step["run"]], env=os.environ | {"RESULTS": results}, check=False)

    assert (ran.returncode == 0) is passes
