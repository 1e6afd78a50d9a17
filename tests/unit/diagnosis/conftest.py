"""`connect_jwt.diagnosis` is pure: its tests may not open a socket."""

import pytest


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Make every attempt to open a socket an error."""
