"""Waiting until the function may ask the key hosts for as many keys as in a process of its own."""

import time

import pytest

from connect_jira.auth.install_key_ids import AT_ONCE, PER_SECOND


@pytest.fixture(scope="module", autouse=True)
def full_bucket() -> None:
    """The function's process is that of the files before: its token bucket has to fill again."""
    time.sleep(AT_ONCE / PER_SECOND)
