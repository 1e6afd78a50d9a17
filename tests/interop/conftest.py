"""The other implementations are called, or spoken to over a pipe."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.peers import SCRIPT, NodePeer
from tests.node import NodeProcess, node_process


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """There is nobody to be asked."""


@pytest.fixture(scope="session")
def npm_peer() -> Iterator[NodePeer]:
    with node_process(SCRIPT) as node:
        yield NodePeer(node)


@pytest.fixture(scope="session")
def forge() -> Iterator[NodeProcess]:
    """Atlassian's `@forge/manifest`, and `jose`, by which Atlassian's framework verifies invocations."""
    with node_process(Path(__file__).with_name("forge.mjs")) as node:
        yield node
