"""Atlassian's two key hosts as they answer, and as they do not."""

import time

import pytest

from connect_jira.auth.install_key_ids import AT_ONCE, PER_SECOND
from tests.e2e.foreign.test_foreign_key_host import *  # noqa: F403


@pytest.fixture(scope="module", autouse=True)
def keys_may_be_asked_for() -> None:
    """The function's process is that of the files before: its token bucket has to fill again."""
    time.sleep(AT_ONCE / PER_SECOND)
