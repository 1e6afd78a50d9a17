"""What `sam build` makes: it holds what the functions need, and nothing else."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from connect_local.functions import function_variables
from connect_local.template import PROJECT, Template

SAM = PROJECT / ".venv" / "bin" / "sam"
FUNCTIONS = {
    "DescriptorFunction": "functions.descriptor.app",
    "LifecycleFunction": "functions.lifecycle.app",
    "WebhooksFunction": "functions.webhooks.app",
    "ForgeFunction": "functions.forge.app",
    "JiraCallsFunction": "functions.jira_calls.app",
    "PagesFunction": "functions.pages.app",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts, built for this machine's processor so that they can be imported here."""
    folder = tmp_path_factory.mktemp("build")
    text = (PROJECT / "template.yaml").read_text(encoding="utf-8")
    machine = {"x86_64": "x86_64", "AMD64": "x86_64"}.get(platform.machine(), "arm64")
    (folder / "template.yaml").write_text(text.replace("arm64", machine), encoding="utf-8")
    build = folder / "build"
    subprocess.run(
        [SAM, "build", "-t", folder / "template.yaml", "-s", PROJECT, "-b", build, "--no-cached"],
        check=True,
        cwd=PROJECT,
        env=os.environ | {"PATH": f"{SAM.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        timeout=300,
    )
    return build


def layers_of(function: str) -> list[str]:
    return [layer["Ref"] for layer in Template({}).function(function)["Layers"]]


@pytest.mark.parametrize(("function", "module"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_a_built_function_is_imported_from_its_artifact_and_layers_alone(
    built: Path, tmp_path: Path, function: str, module: str
) -> None:
    layers = [built / layer / "python" for layer in layers_of(function) if layer != "DescriptorLayer"]
    runtime = tmp_path / "runtime"  # what Lambda's Python has besides: boto3 with its dependencies
    runtime.mkdir()
    site_packages = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    for package in ("boto3", "botocore", "s3transfer", "dateutil", "six.py"):
        (runtime / package).symlink_to(site_packages / package)
    variables = function_variables(function, Template({}), lambda name, attribute: f"{name}-{attribute}")
    path = os.pathsep.join(map(str, [built / function, *layers, runtime]))
    imported = subprocess.run(
        [sys.executable, "-S", "-c", f"import {module} as app; print(app.__file__, callable(app.handler))"],
        env=variables | {"PYTHONPATH": path, "AWS_DEFAULT_REGION": "us-east-1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr
    assert imported.stdout.split() == [str(built / function / f"{module.replace('.', '/')}.py"), "True"]


@pytest.mark.parametrize("layer", ["JwtLayer", "JiraLayer"])
def test_a_layer_holds_its_package_where_lambda_looks(built: Path, layer: str) -> None:
    package = {"JwtLayer": "connect_jwt", "JiraLayer": "connect_jira"}[layer]
    assert (built / layer / "python" / package / "__init__.py").is_file()
    assert not (built / layer / "python" / "python").exists()


def test_nothing_is_shipped_that_the_runtime_has_or_that_only_tests_need(built: Path) -> None:
    shipped = {path.name for path in built.rglob("*")}
    assert not shipped & {"boto3", "botocore", "pytest", "moto", "connect_local", "tests", "events", ".env"}


def test_each_function_ships_its_own_branch_only(built: Path) -> None:
    for function, module in FUNCTIONS.items():
        expected = PROJECT / module.replace(".", "/")
        sources = {path.name for path in expected.parent.glob("*.py")}
        assert {path.name for path in (built / function).rglob("*.py")} == sources


def test_pages_are_shipped_with_their_templates_and_files(built: Path) -> None:
    source = PROJECT / "functions" / "pages"
    shipped = built / "PagesFunction" / "functions" / "pages"
    for folder in ("static", "templates"):
        files = {file.name: file.read_bytes() for file in (source / folder).iterdir()}
        assert files
        assert {file.name: file.read_bytes() for file in (shipped / folder).iterdir()} == files
