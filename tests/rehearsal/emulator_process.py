"""MiniStack as it is, until standard input ends; and types of resources that it does not know.

Those are taken, and nothing comes of them. Run by the Python of `.venv/rehearsal`, which has none of this
project.
"""

import os
import signal
import sys
import threading
from typing import Any

from ministack.app import main
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as KNOWN

UNKNOWN = ("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::Logs::QueryDefinition")


def _create(logical_id: str, _properties: Any, stack_name: str) -> tuple[str, dict[str, str]]:
    return f"{stack_name}-{logical_id}", {}


def _update(physical_id: str, *_: Any) -> tuple[str, dict[str, str]]:
    return physical_id, {}


def _delete(*_: Any) -> None:
    pass


def _end_with_stdin() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    for kind in UNKNOWN:
        KNOWN.setdefault(kind, {"create": _create, "update": _update, "delete": _delete})
    main()
