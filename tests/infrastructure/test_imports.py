"""Modules that a function must not load. pyproject.toml has the contracts for import-linter."""

import os
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions

import pytest
from packaging.utils import canonicalize_name

from connect_local.laptop.functions import function_variables
from connect_tools.aws_environment import NOBODYS
from connect_tools.project import PROJECT
from connect_tools.template import Template

POWERTOOLS = {"aws_lambda_powertools", "jmespath", "typing_extensions", "botocore"}
USUAL = POWERTOOLS | {"cachetools", "urllib3"}
RSA = {"cryptography", "jwt", "_cffi_backend", "_openssl"}
MAY_LOAD = {
    "descriptor": set[str](),
    "lifecycle": USUAL | RSA,
    "webhooks": USUAL,
    "forge": USUAL | RSA,
    "call_requests": USUAL,
    "retention": USUAL,
    "jira_calls": USUAL,
    "pages": USUAL,
}
"""Modules that are neither the project's own nor the standard library's."""
EXPLAINS = "connect_jwt.diagnosis"
SELDOM = {
    EXPLAINS,
    "connect_jira.web.refusals",
    "connect_jira.jira.refusals",
    "connect_jira.shapes",
    "connect_jira.message_shapes",
}
SLOW_AND_RARE = SELDOM | {"asyncio", "botocore.session", "unittest"}
DESCRIPTOR_AVOIDS = {"dataclasses", "inspect", "urllib.parse", "logging", "http.client", "ssl"}
"""It only fills in a base URL; each of these costs it more than all that it does."""
LAYERS_OF_THE_APP = {"jira_calls": ["jwt", "jira", "app"], "pages": ["jwt", "jira", "app"]}
LAYERS_OF = {"descriptor": ["jira"], **LAYERS_OF_THE_APP}
OF_THE_APP = {"shared"} | {
    module
    for module, distributions in packages_distributions().items()
    for name in distributions
    if f"{canonicalize_name(name)}==" in (PROJECT / "layers" / "app" / "requirements.txt").read_text("utf-8")
}
"""The modules that the app's owner has decided on."""


@cache
def loaded_by(function: str, **parameters: str) -> set[str]:
    """The modules that are there when a function is ready, and would not be without it."""
    name = "".join(part.capitalize() for part in function.split("_")) + "Function"
    variables = function_variables(
        name, Template(parameters), lambda resource, attribute: f"{resource}-{attribute}"
    )
    layers = [PROJECT / "layers" / layer for layer in LAYERS_OF.get(function, ["jwt", "jira"])]
    program = (
        f"import sys; before = set(sys.modules); import functions.{function}.app;"
        "print(*set(sys.modules) - before, sep='\\n')"
    )
    return set(
        subprocess.run(
            [sys.executable, "-c", program],
            env=variables | NOBODYS | {"PYTHONPATH": os.pathsep.join(map(str, [PROJECT, *layers]))},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
    )


def among(modules: set[str], named: set[str]) -> set[str]:
    """The modules that are named, or are in a package that is."""
    return {module for module in modules if any(f"{module}.".startswith(f"{name}.") for name in named)}


@pytest.mark.parametrize("function", MAY_LOAD)
def test_a_function_loads_only_what_it_uses(function: str) -> None:
    loaded = loaded_by(function)
    assert f"functions.{function}.app" in loaded
    foreign = {module.partition(".")[0] for module in loaded} - sys.stdlib_module_names - {"__mp_main__"}
    own = {"functions", "connect_jira", "connect_jwt"}
    assert foreign - own <= MAY_LOAD[function] | (OF_THE_APP if function in LAYERS_OF_THE_APP else set())


@pytest.mark.parametrize("function", MAY_LOAD)
def test_boto3_is_loaded_at_the_start_where_it_is_chosen_and_nowhere_else(function: str) -> None:
    speaks_to_aws = function != "descriptor"
    assert ("boto3" in loaded_by(function, AwsSdk="boto3")) == speaks_to_aws
    assert "boto3" not in loaded_by(function, AwsSdk="direct")


@pytest.mark.parametrize("function", MAY_LOAD)
def test_what_is_slow_to_load_and_seldom_used_waits_until_it_is(function: str) -> None:
    assert not among(loaded_by(function), SLOW_AND_RARE)


def test_the_descriptor_is_served_by_next_to_nothing() -> None:
    assert not among(loaded_by("descriptor"), DESCRIPTOR_AVOIDS)


def test_what_verifies_atlassians_own_signatures_is_loaded_where_they_come_and_nowhere_else() -> None:
    with_rsa = {function for function in MAY_LOAD if among(loaded_by(function), {"jwt.algorithms"})}
    assert with_rsa == {"lifecycle", "forge"}
