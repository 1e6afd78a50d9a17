"""MiniStack in a process of its own: an AWS that nobody of this project has written.

https://github.com/ministackorg/ministack
"""

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import boto3

from connect_local.laptop.ports import free_port
from connect_tools.aws_environment import forget_real_aws
from connect_tools.loopback import LOOPBACK
from connect_tools.project import PROJECT

PYTHON = PROJECT / ".venv" / "rehearsal" / "bin" / "python"
_SERVER = Path(__file__).with_name("emulator_process.py")
_ATTEMPTS = 3
_START_SECONDS = 60


class MiniStack:
    """A running one; a context manager that leaves nothing behind. This process forgets real AWS accounts.

    Attributes:
        endpoint: URL of its AWS APIs
        app_url: URL of the HTTP API that has this host as its custom domain; one that has a dot, as it must

    Args:
        folder: an empty one, for its log and for what it unpacks
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        forget_real_aws()
        for _ in range(_ATTEMPTS):
            if self._started(free_port()):
                return self
        raise RuntimeError(f"MiniStack does not start: {self.log.read_text(encoding='utf-8')[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    @property
    def log(self) -> Path:
        return self._folder / "ministack.log"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that lead AWS's SDKs here, and away from real accounts."""
        return os.environ | {"AWS_ENDPOINT_URL": self.endpoint, "HOME": str(self._folder)}

    def client(self, service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]  # the stubs know the services of the app only
            service, endpoint_url=self.endpoint
        )

    def _started(self, port: int) -> bool:
        self.endpoint, self.app_url = f"http://localhost:{port}", f"http://{LOOPBACK}:{port}"
        variables = {
            **self.environment,
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(port),
            "TMPDIR": str(self._folder),
            "DOCKER_HOST": f"unix://{self._folder}/none",  # else it looks for containers of its own
        }
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [PYTHON, "-P", _SERVER],
                env=variables,
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex((LOOPBACK, port)) == 0:
                    return True
            time.sleep(0.05)
        self._process.communicate()
        return False
