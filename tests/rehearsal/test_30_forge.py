"""The main job for an app that Forge delivers, and what is refused there."""

import pytest

from tests.e2e.test_forge import *  # noqa: F403
from tests.rehearsal.log_groups import LogLines

del stack, lines  # noqa: F821 - the laptop's


@pytest.fixture(scope="module", name="lines")
def of_the_functions(logs: LogLines) -> LogLines:
    return logs
