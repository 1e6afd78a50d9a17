"""The other implementations are called, or spoken to over a pipe."""

from collections.abc import Iterator

import pytest

from tests.interop.peers import SCRIPT, NodePeer
from tests.node import node_process


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """There is nobody to be asked."""


@pytest.fixture(scope="session")
def npm_peer() -> Iterator[NodePeer]:
    with node_process(SCRIPT) as node:
        yield NodePeer(node)
