"""The wheels of `make wheels` in empty environments: their content, requirements and commands."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path

import pytest
from atlassian_jwt.url_utils import hash_url
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.distributions.environments import PROJECT, Environment, interpreter
from tests.distributions.test_readme import files

pytestmark = pytest.mark.timeout(600)

WHEELS = {
    "connect_jwt": ["layers/jwt/connect_jwt", "tools/connect_cli", "tools/connect_doctor"],
    "connect_jira": ["layers/jira/connect_jira"],
    "connect_lambda": ["tools/connect_tools", "local/connect_local"],
}
SUPPORTED = ["3.11", "3.12", "3.13", "3.14"]
OF_THE_JWT = {"doctor", "qsh", "sign"}
OF_ANY_STACK = OF_THE_JWT | {"call", "demo", "dlq", "forge", "init", "invoke", "job", "shapes"}
OF_ANY_STACK |= {"smoke", "tenants", "up"}
RECENT = "https://site.atlassian.net/rest/api/3/project/recent"
FORUMS = (
    "curl -H 'Authorization: JWT eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJiM2UwZjY1MC1hODZjLTNmN2UtYjFkYi00MzY0NTJmODVkZjciLCJpYXQiOjE2Mzg0NjAwODgsImV4cCI6MTYzODQ2MzY4"
    "OCwicXNoIjoiNDk1MzM3NmE0YTYyMGEzMzdmYWI1OTU0MDlkZWY0ZjY5NTI3MDc3N2E5NTM2ZmRlZDk4YTQ3OTBiMWFkMzgzMiIsInN1"
    "YiI6IjYwZjAwYWQ4Zjc0OWM0MDA2ODBkYWY0NyJ9.kIehfv_fCdgu-ztmtf0t0tjW2jaS1xqu71a7wxb_pBQ'"
    f" {RECENT}"
)
"""The request of the forum's unanswered question."""

Environments = Callable[..., Environment]


def wheel(folder: Path, name: str) -> zipfile.ZipFile:
    (path,) = folder.glob(f"{name}-*.whl")
    return zipfile.ZipFile(path)


def metadata(folder: Path, name: str) -> dict[str, list[str]]:
    with wheel(folder, name) as archive:
        (path,) = (path for path in archive.namelist() if path.endswith(".dist-info/METADATA"))
        message = Parser().parsestr(archive.read(path).decode())
    return {field: message.get_all(field, []) for field in message} | {"": [str(message.get_payload())]}


def project(name: str) -> dict[str, object]:
    with (PROJECT / "distributions" / name.replace("_", "-") / "pyproject.toml").open("rb") as file:
        return dict(tomllib.load(file)["project"])


@pytest.mark.parametrize(("name", "packages"), WHEELS.items(), ids=WHEELS)
def test_a_wheel_has_its_packages_and_nothing_else(wheels: Path, name: str, packages: list[str]) -> None:
    expected: set[str] = set()
    for package in packages:
        tracked = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", package],
            cwd=PROJECT, check=True, capture_output=True, text=True,
        ).stdout.split()  # fmt: skip
        folder = package.rpartition("/")[0]
        expected |= {path.removeprefix(f"{folder}/") for path in tracked if (PROJECT / path).exists()}
    with wheel(wheels, name) as archive:
        held = {path for path in archive.namelist() if ".dist-info/" not in path}
        contents = [archive.read(path) for path in archive.namelist()]
    assert held == expected
    assert {f"{package.rpartition('/')[2]}/py.typed" for package in packages} <= held
    assert not any(str(place).encode() in content for content in contents for place in (PROJECT, Path.home()))


@pytest.mark.parametrize("name", WHEELS)
def test_a_wheel_says_what_it_is(wheels: Path, name: str) -> None:
    said = metadata(wheels, name)
    readme = (PROJECT / "distributions" / name.replace("_", "-") / "README.md").read_text(encoding="utf-8")
    assert said["Name"] == [name.replace("_", "-")]
    assert said["Version"] == [project(name)["version"]]
    assert said["License-Expression"] == ["Apache-2.0"]
    assert said[""][0].strip() == readme.strip()


def test_what_is_asked_for_takes_what_is_tested(wheels: Path) -> None:
    pins = dict(
        re.findall(
            r"^([\w.-]+)==([\w.]+)", (PROJECT / "requirements" / "dev.txt").read_text("utf-8"), re.MULTILINE
        )
    ) | dict.fromkeys(("connect-jwt", "connect-jira", "connect-lambda"), "0.1.0")
    for name in WHEELS:
        for asked in map(Requirement, metadata(wheels, name).get("Requires-Dist", [])):
            assert asked.specifier.contains(pins[canonicalize_name(asked.name)]), asked


def listed(environment: Environment) -> set[str]:
    printed = environment.run("connect", "--help")
    assert printed.returncode == 0, printed.stderr
    return set(re.findall(r"^  (\w+) +\S", printed.stdout.partition("Commands:")[2], re.MULTILINE))


def in_a_line(printed: subprocess.CompletedProcess[str]) -> str:
    assert (printed.stdout, printed.stderr.count("\n")) == ("", 1)
    return printed.stderr


@pytest.mark.parametrize("version", SUPPORTED)
def test_tokens_of_sites_need_nothing_but_python(environment: Environments, version: str) -> None:
    alone = environment("connect-jwt", python=interpreter(version))
    assert alone.installed() == {"connect-jwt"}
    program = """
import time
from connect_jwt import AppKey, SharedSecret, SignedRequest, SigningIdentity
from connect_jwt import parse_token, sign_request, verify_request_token
site, secret = "https://site.atlassian.net", SharedSecret("of the site")
identity = SigningIdentity(app_key=AppKey("my.app"), base_url=site, shared_secret=secret)
token = sign_request(identity, "GET", f"{site}/x?a=b", now=time.time())
request = SignedRequest("GET", "/x", "a=b")
print(verify_request_token(parse_token(token), request=request, secrets=[secret], now=time.time()).client_key)
"""
    printed = alone.run("python", "-c", program)
    assert (printed.stdout, printed.stderr) == ("my.app\n", "")


def test_the_command_without_its_extra_says_what_to_install(environment: Environments) -> None:
    printed = environment("connect-jwt").run("connect", "qsh", "GET", "/x")
    assert printed.returncode == 1
    assert "pip install 'connect-jwt[cli]'" in in_a_line(printed)


@pytest.mark.parametrize("version", SUPPORTED)
def test_the_command_of_connect_jwt_explains_a_401(environment: Environments, version: str) -> None:
    cli = environment("connect-jwt[cli]", python=interpreter(version))
    assert not cli.installed() & {"boto3", "connect-jira", "connect-lambda", "cryptography", "pyjwt"}
    assert listed(cli) == OF_THE_JWT
    explained = cli.run("connect", "doctor", "--curl", "-", "--app-key", "my.app", stdin=FORUMS)
    assert (explained.returncode, explained.stdout.splitlines()[0]) == (1, "Refused: iss-is-client-key")
    hashed = cli.run("connect", "qsh", "GET", RECENT)
    assert hashed.stdout == f"GET&/rest/api/3/project/recent&\n{hash_url('GET', RECENT)}\n"
    url = "https://site.atlassian.net/rest/api/3/myself"
    app = ("--app-key", "my.app", "--secret", "of the site")
    signed = cli.run("connect", "sign", "GET", url, *app)
    told = cli.run("connect", "doctor", signed.stdout.strip(), "--method", "GET", "--url", url, *app)
    assert (told.returncode, told.stderr) == (0, "")


def test_all_about_a_cause_and_an_event_need_no_checkout(environment: Environments) -> None:
    cli = environment("connect-jwt[cli]")
    told = cli.run("connect", "doctor", "--explain", "iss-is-client-key")
    assert (told.returncode, told.stderr) == (0, "")
    assert "`iss-is-client-key`" in told.stdout
    event = (PROJECT / "events" / "webhooks-issue_created.json").read_text(encoding="utf-8")
    told = cli.run("connect", "doctor", "--event", "-", stdin=event)
    assert told.stdout.startswith(("Refused", "Accepted", "Not sure"))


@pytest.mark.parametrize("option", ["--stack=prod", "--local"])
def test_asking_a_running_app_comes_with_another_distribution(environment: Environments, option: str) -> None:
    printed = environment("connect-jwt[cli]").run("connect", "doctor", option, "--client-key", "c")
    assert printed.returncode == 2
    assert "pip install connect-lambda" in in_a_line(printed)


EVERY_MODULE = (
    "import importlib, pkgutil, sys; package = importlib.import_module(sys.argv[1]);"
    "found = list(pkgutil.walk_packages(package.__path__, f'{package.__name__}.'));"
    "[importlib.import_module(module.name) for module in found]; print(len(found))"
)


@pytest.mark.parametrize(
    ("requirement", "package"),
    [
        ("connect-jwt[rsa]", "connect_jwt"),
        ("connect-jwt[cli]", "connect_cli"),
        ("connect-jira[boto3]", "connect_jira"),
        ("connect-lambda", "connect_tools"),
        ("connect-lambda[local]", "connect_local.laptop"),
        ("connect-lambda[local]", "connect_local.jira"),
        ("connect-lambda[local]", "connect_local.demo"),
    ],
)
def test_a_distribution_asks_for_all_that_it_imports(
    environment: Environments, requirement: str, package: str
) -> None:
    printed = environment(requirement).run("python", "-c", EVERY_MODULE, package)
    assert printed.returncode == 0, printed.stderr
    assert int(printed.stdout) > 1


def test_boto3_is_asked_for_only_by_whom_it_is_chosen(environment: Environments) -> None:
    plain = environment("connect-jira")
    assert not plain.installed() & {"boto3", "botocore"}
    printed = plain.run("python", "-c", "import connect_jira.composition")
    assert (printed.returncode, printed.stderr) == (0, "")


def test_an_operator_needs_no_emulator(environment: Environments) -> None:
    tools = environment("connect-lambda")
    assert not tools.installed() & {"moto", "uvicorn", "starlette", "awslambdaric", "werkzeug"}
    assert listed(tools) == OF_ANY_STACK
    descriptor = str(PROJECT / "descriptor" / "atlassian-connect.json")
    base_url = ("--base-url", "https://app.example.com", "--output", "-")
    manifest = tools.run("connect", "forge", "manifest", "--descriptor", descriptor, *base_url)
    assert (manifest.returncode, "connectModules:" in manifest.stdout) == (0, True), manifest.stderr
    nobody = tools.run("connect", "dlq", "list", "--port", "1")
    assert (nobody.returncode, "nothing answers on port 1" in in_a_line(nobody)) == (1, True)


def test_a_descriptor_for_every_stage_is_filled_in_where_connect_jira_is(environment: Environments) -> None:
    descriptor = str(PROJECT / "descriptor" / "atlassian-connect.json")
    asked = ("connect", "doctor", "--curl", "-", "--descriptor", descriptor, "--stage", "prod")
    filled_in = environment("connect-lambda").run(*asked, stdin=FORUMS)
    assert (filled_in.returncode, filled_in.stderr) == (1, "")
    left_open = environment("connect-jwt[cli]").run(*asked, stdin=FORUMS)
    assert (left_open.returncode, "give the key as --app-key" in in_a_line(left_open)) == (2, True)


def test_the_laptop_says_what_it_needs(environment: Environments, tmp_path: Path) -> None:
    printed = environment("connect-lambda").run("connect", "demo", cwd=PROJECT)
    assert printed.returncode == 1
    assert "pip install 'connect-lambda[local]'" in in_a_line(printed)
    elsewhere = environment("connect-lambda[local]").run("connect", "up", cwd=tmp_path)
    assert (elsewhere.returncode, "no template.yaml here" in in_a_line(elsewhere)) == (1, True)


def test_the_main_job_is_done_by_what_is_installed(environment: Environments) -> None:
    shown = environment("connect-lambda[local]").run("connect", "demo", cwd=PROJECT / "docs")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "Every step held." in shown.stdout


def test_what_is_installed_last_takes_nothing_from_what_was_there(environment: Environments) -> None:
    together = environment("connect-lambda", "connect-jwt[cli,rsa]", "connect-jira")
    assert listed(together) == OF_ANY_STACK


def test_the_types_are_installed_too(environment: Environments, tmp_path: Path) -> None:
    typed = environment("connect-jwt[rsa]")
    for name in ("atlassian.py", "why.py"):
        (tmp_path / name).write_text(files()[name], encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", typed.program("python"), "."],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
