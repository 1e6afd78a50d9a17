"""Artifacts of `sam build`: they hold what the functions need, and nothing else."""

import os
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from bench.artifacts import size_of
from connect_build.bytecode import compile_build
from connect_local.laptop.functions import function_variables
from connect_tools.project import PROJECT
from connect_tools.template import Template

FUNCTIONS = {
    "DescriptorFunction": "functions.descriptor.app",
    "LifecycleFunction": "functions.lifecycle.app",
    "WebhooksFunction": "functions.webhooks.app",
    "ForgeFunction": "functions.forge.app",
    "CallRequestsFunction": "functions.call_requests.app",
    "JiraCallsFunction": "functions.jira_calls.app",
    "PagesFunction": "functions.pages.app",
    "RetentionFunction": "functions.retention.app",
}
OURS = {"JwtLayer": "connect_jwt", "JiraLayer": "connect_jira"}
LAYERS = OURS | {"AppLayer": "shared"}
MAGIC = {"python3.13": 3571, "python3.14": 3627}
"""Magic numbers of bytecode by Python release, from CPython's `pycore_magic_number.h`."""
UNCHECKED_HASH = 0b01  # PEP 552
pytestmark = pytest.mark.xdist_group("built")  # which takes long enough to be made only once
KB, MB = 2**10, 2**20  # as Lambda counts its own limits


def layers_of(function: str) -> list[str]:
    return [layer["Ref"] for layer in Template({}).function(function)["Layers"]]


@pytest.mark.parametrize(
    ("function", "sdk"), [*((function, "direct") for function in FUNCTIONS), ("JiraCallsFunction", "boto3")]
)
def test_a_built_function_is_imported_from_its_artifact_and_layers_alone(
    built: Path, tmp_path: Path, function: str, sdk: str
) -> None:
    module = FUNCTIONS[function]
    layers = [built / layer / "python" for layer in layers_of(function) if layer != "DescriptorLayer"]
    runtime = tmp_path / "runtime"  # what Lambda's Python has besides: boto3 with its dependencies
    runtime.mkdir()
    site_packages = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    for package in ("boto3", "botocore", "s3transfer", "dateutil", "six.py"):
        (runtime / package).symlink_to(site_packages / package)
    template = Template({"AwsSdk": sdk})
    variables = function_variables(function, template, lambda name, attribute: f"{name}-{attribute}")
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


@pytest.mark.parametrize(("layer", "package"), LAYERS.items(), ids=LAYERS)
def test_a_layer_holds_its_package_where_lambda_looks(built: Path, layer: str, package: str) -> None:
    assert (built / layer / "python" / package / "__init__.py").is_file()
    assert not (built / layer / "python" / "python").exists()


@pytest.mark.parametrize(("layer", "package"), OURS.items(), ids=OURS)
def test_a_layers_package_is_what_its_distribution_has(built: Path, layer: str, package: str) -> None:
    sources = PROJECT / Template({}).resource(layer)[1]["ContentUri"] / package
    names = {
        folder: {
            str(file.relative_to(folder))
            for file in folder.rglob("*")
            if file.is_file() and file.suffix != ".pyc"
        }
        for folder in (sources, built / layer / "python" / package)
    }
    assert names[built / layer / "python" / package] == names[sources]
    assert not {"README.md", "pyproject.toml", "LICENSE"} & {
        path.name for path in (built / layer / "python").iterdir()
    }


def test_nothing_is_shipped_that_the_runtime_has_or_that_only_tests_need(built: Path) -> None:
    samples = {sample.name for sample in (PROJECT / "events").iterdir()}
    shipped = {path.name for path in built.rglob("*") if path.parent.name != "connect_jira"}
    assert not shipped & {
        "boto3",
        "botocore",
        "pytest",
        "moto",
        "connect_cli",
        "connect_doctor",
        "connect_tools",
        "connect_local",
        "tests",
        ".env",
        *samples,
    }


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


@pytest.mark.parametrize("artifact", [*FUNCTIONS, *LAYERS])
def test_everything_is_shipped_with_bytecode_that_lambda_loads_as_it_is(built: Path, artifact: str) -> None:
    function = artifact if artifact in FUNCTIONS else "JiraCallsFunction"
    magic = MAGIC[Template({}).function(function)["Runtime"]].to_bytes(2, "little") + b"\r\n"
    sources = list((built / artifact).rglob("*.py"))
    assert sources
    for source in sources:
        header = Path(cache_from_source(str(source))).read_bytes()[:8]
        assert (header[:4], int.from_bytes(header[4:], "little")) == (magic, UNCHECKED_HASH), source


def test_bytecode_is_used_however_old_its_source_looks(built: Path) -> None:
    source = built / "WebhooksFunction" / "functions" / "webhooks" / "app.py"
    before = source.stat()
    os.utime(source, (0, 0))
    program = f"import importlib.machinery as m; m.SourceFileLoader('app', {str(source)!r}).get_code('app')"
    loaded = subprocess.run(
        [sys.executable, "-v", "-c", program], capture_output=True, text=True, check=True
    ).stderr
    os.utime(source, (before.st_atime, before.st_mtime))
    assert f"{cache_from_source(str(source))} matches {source}" in loaded


def test_bytecode_of_another_python_is_not_made(built: Path, tmp_path: Path) -> None:
    template = (built / "template.yaml").read_text(encoding="utf-8")
    (tmp_path / "template.yaml").write_text(template.replace("python3.13", "python3.9"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"has to be made by python3\.9"):
        compile_build(tmp_path)


def test_what_is_shipped_is_small(built: Path) -> None:
    assert sum(size_of(built / layer) for layer in LAYERS) <= 25 * MB
    for function in set(FUNCTIONS) - {"PagesFunction"}:  # which has the files for the browser besides
        assert size_of(built / function) <= 50 * KB, function
