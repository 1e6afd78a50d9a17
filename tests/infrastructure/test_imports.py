"""Who may import whom, and what a function must not load."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from connect_local.functions import function_variables
from connect_local.template import PROJECT, Template

PACKAGES = {
    "connect_jwt": PROJECT / "layers" / "jwt" / "connect_jwt",
    "connect_jira": PROJECT / "layers" / "jira" / "connect_jira",
    "functions": PROJECT / "functions",
    "connect_local": PROJECT / "local" / "connect_local",
}
MAY_IMPORT = {
    "connect_jwt": {"connect_jwt"},
    "connect_jira": {"connect_jira", "connect_jwt"},
    "functions": {"functions", "connect_jira", "connect_jwt"},
    "connect_local": {"connect_local", "connect_jira", "connect_jwt"},
}
NEVER = {"pydantic", "requests", "moto", "connect_local"}
MUST_NOT_LOAD = {
    "descriptor": NEVER | {"boto3", "botocore", "jwt", "cryptography", "aws_lambda_powertools", "urllib3"},
    "lifecycle": NEVER,
    "webhooks": NEVER,
    "forge": NEVER,
    "call_requests": NEVER,
    "jira_calls": NEVER,
    "pages": NEVER | {"jinja2"},
}
LAYERS_OF = {"descriptor": ["jira"]}


def imported_by(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package: str) -> None:
    files = list(PACKAGES[package].rglob("*.py"))
    assert files
    for file in files:
        assert (imported_by(file) & set(PACKAGES)) <= MAY_IMPORT[package], file


def test_the_pure_package_knows_nothing_of_aws() -> None:
    for file in PACKAGES["connect_jwt"].rglob("*.py"):
        assert not imported_by(file) & {"boto3", "botocore", "aws_lambda_powertools"}, file


@pytest.mark.parametrize("function", MUST_NOT_LOAD)
def test_a_function_loads_only_what_it_needs(function: str) -> None:
    name = "".join(part.capitalize() for part in function.split("_")) + "Function"
    variables = function_variables(name, Template({}), lambda resource, attribute: f"{resource}-{attribute}")
    layers = [PROJECT / "layers" / layer for layer in LAYERS_OF.get(function, ["jwt", "jira"])]
    program = f"import functions.{function}.app, sys; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        env=variables
        | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": os.pathsep.join(map(str, [PROJECT, *layers]))},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert f"functions.{function}.app" in loaded
    assert not {module.partition(".")[0] for module in loaded} & MUST_NOT_LOAD[function]
