"""Where the other implementations are missing, their tests are skipped, but never in CI."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.peers import NodePeer, node_peer

NODE_PACKAGE = Path(__file__).parents[1] / "node_modules" / "@atlassian" / "atlassian-jwt"


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """The other implementations are called, or spoken to over a pipe."""


@pytest.fixture(scope="session")
def npm_peer() -> Iterator[NodePeer]:
    if shutil.which("node") is None or not NODE_PACKAGE.is_dir():
        reason = f"Node or {NODE_PACKAGE.name} is missing: `npm ci` in tests/"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with node_peer() as peer:
        yield peer
