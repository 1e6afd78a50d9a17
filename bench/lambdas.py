"""Functions as Lambda has them: from their artifacts, under AWS's runtime client."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3

from bench.samples import APP, SECRET, SITE, forge_claims, sample
from bench.stand_ins import Aws, Site
from bench.trust import Trust
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation, InstallationState
from connect_jira.installations.installation import Site as InstalledSite
from connect_jira.installations.sealing import SecretsKey, SharedSecretSealer
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from connect_local.jira.forge.platform import LAPTOP_APP_ID
from connect_local.laptop.environment import Environment
from connect_local.laptop.functions import function_variables
from connect_tools.aws_environment import NOBODYS
from connect_tools.template import Template

if TYPE_CHECKING:
    from connect_jira.aws.service import AwsService

type Event = Callable[[], dict[str, Any]]
"""Makes an event of now."""

_BROUGHT = (
    "awslambdaric",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "runtime_client*.so",
    "s3transfer",
    "simplejson",
    "six.py",
    "snapshot_restore_py.py",
    "urllib3",
)
_LOADS = """
import importlib, sys
before = set(sys.modules)
importlib.import_module(sys.argv[1])
own = ("functions", "connect_jira", "connect_jwt")
for name, module in sys.modules.items():
    if name not in before and name.partition(".")[0] not in own and module.__spec__:
        print(name)
"""
_HANDLERS = Path(__file__).with_name("handlers")
_TEMPLATE = Template(
    {"BaseUrl": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", "ForgeAppId": LAPTOP_APP_ID}
)
_TIMEOUT = 20.0


def lambdas_python(folder: Path) -> Path:
    """Return the libraries of Lambda's Python besides the standard library, with bytecode."""
    runtime = folder / "runtime"
    runtime.mkdir()
    site_packages = Path(boto3.__file__).parents[1]
    for pattern in _BROUGHT:
        for found in site_packages.glob(pattern):
            copy = shutil.copytree if found.is_dir() else shutil.copy2
            copy(found, runtime / found.name)
    subprocess.run([sys.executable, "-m", "compileall", "-q", runtime], check=True)  # noqa: S603 - ourselves
    return runtime


def without_bytecode(build: Path, folder: Path) -> Path:
    """A copy of a build as `sam build` leaves it."""
    return Path(
        shutil.copytree(build, folder / "without-bytecode", ignore=shutil.ignore_patterns("__pycache__"))
    )


@dataclass(frozen=True, slots=True)
class Lambdas:
    """Starts functions.

    Attributes:
        build: output of `sam build` for this machine
        runtime: libraries of Lambda's Python
        trust: their certificate authorities
        aws: that they use
        site: that they call
        sdk: their AWS client, `direct` or `boto3`
    """

    build: Path
    runtime: Path
    trust: Trust
    aws: Aws
    site: Site
    sdk: str = "direct"

    def start(self, function: str) -> Environment:
        """Start a function of the template in a process of its own."""
        handler = _TEMPLATE.function(function)["Handler"]
        return self._start(self.build / function, self._layers(function), handler, function)

    def start_other(
        self, handler: str, *, layers_of: str, variables: Mapping[str, str] | None = None
    ) -> Environment:
        """Start a function of `bench/handlers` with the layers of another."""
        return self._start(
            _HANDLERS, self._layers(layers_of), f"{handler}.handler", layers_of, variables or {}
        )

    def needs(self, function: str) -> list[str]:
        """The modules that a function of the template loads and that are not its own, in that order."""
        module, _, _ = _TEMPLATE.function(function)["Handler"].rpartition(".")
        told = subprocess.run(  # noqa: S603 - the project's own function
            [sys.executable, "-S", "-c", _LOADS, module],
            env=self._environment(self.build / function, self._layers(function), function),
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return told.stdout.split()

    def install(self) -> None:
        """Write the rows of the site and of an installation by Forge, as installs would."""
        variables, aws = self._variables("WebhooksFunction"), cast("AwsService", self.aws)
        sealer = SharedSecretSealer(SecretsKey(aws, key_id=variables["SECRETS_KEY"], app_key=APP))
        table = variables["INSTALLATIONS_TABLE"]
        InstallationStore(aws, table=table).write(
            Installation(
                site=InstalledSite(client_key=SITE, base_url=self.site.url),
                state=InstallationState.ENABLED,
                sealed_secret=sealer.seal(SITE, SECRET),
                signed_at=0,
                tokens_used={},
                updated_at=0,
            )
        )
        ForgeInstallationStore(aws, table=table).write(_forge_installation())
        self.aws.asked.clear()

    def _layers(self, function: str) -> list[Path]:
        layers = [layer["Ref"] for layer in _TEMPLATE.function(function)["Layers"]]
        return [self.build / layer / "python" for layer in layers if (self.build / layer).is_dir()]

    def _variables(self, function: str) -> dict[str, str]:
        def attribute(name: str, what: str) -> str:
            return self.aws.url if name in {"JiraCalls", "FailedJiraCalls"} else f"{name}-{what}"

        return function_variables(function, _TEMPLATE, attribute) | {
            **NOBODYS,
            **self.trust.variables,
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_SDK": self.sdk,
            "INSTALL_KEYS_URL": self.aws.url,
            "FORGE_KEYS_URL": self.aws.forge_keys_url,
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _environment(self, folder: Path, layers: list[Path], function: str) -> dict[str, str]:
        path = os.pathsep.join(map(str, [folder, *layers, self.runtime]))
        return {**self._variables(function), "PYTHONPATH": path}

    def _start(
        self,
        folder: Path,
        layers: list[Path],
        handler: str,
        function: str,
        variables: Mapping[str, str] | None = None,
    ) -> Environment:
        return Environment(
            [sys.executable, "-S", "-m", "awslambdaric", handler],
            {**self._environment(folder, layers, function), **(variables or {})},
            arn=f"arn:aws:lambda:us-east-1:123456789012:function:{function}",
            log=lambda _line: None,
            folder=folder,
        )


def _forge_installation() -> ForgeInstallation:
    """One that has its token of this hour."""
    app = forge_claims(sample("forge-issue_created"))["app"]
    return ForgeInstallation(
        installation_id=app["installationId"],
        tenant=ClientKey(app["installationId"]),
        state=ForgeState.LIVE,
        cloud_id=app["apiBaseUrl"].rpartition("/")[2],
        api_base_url=app["apiBaseUrl"],
        environment_type=app["environment"]["type"],
        app_version=app["appVersion"],
        sealed_token=b"sealed",
        token_expires_at=int(time.time()) + 3600,
        asked_at=int(time.time()),
        revision=1,
    )


def invoke(environment: Environment, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what the handler answers
    """Invoke a function, and return its response.

    Raises:
        RuntimeError: it failed, or refused
    """
    result = environment.invoke(json.dumps(event).encode(), timeout=_TIMEOUT)
    answer = json.loads(result.payload)
    refused = isinstance(answer, dict) and (
        answer.get("statusCode", HTTPStatus.OK) >= HTTPStatus.MULTIPLE_CHOICES
        or answer.get("batchItemFailures")
    )
    if result.failed or refused:
        raise RuntimeError(f"not answered as it should be: {answer}")
    return answer


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has used so far, in MB as Lambda counts them."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def start_figures(pid: int, *, started: float, ready: float, answered: float) -> dict[str, float]:
    """Milliseconds until ready and until the first answer, and of the processor; megabytes.

    Args:
        pid: the process
        started: time of the start, in seconds of `time.monotonic`
        ready: time it waited for an event
        answered: time of its response
    """
    return {
        "ready": (ready - started) * 1000,
        "first answer": (answered - started) * 1000,
        "processor": cpu_seconds(pid) * 1000,
        "megabytes": peak_megabytes(pid),
    }
