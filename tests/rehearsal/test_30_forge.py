"""The main job for an app that Forge delivers, and what is refused there."""

from http import HTTPStatus

import pytest
import urllib3

from tests.e2e.test_forge import *  # noqa: F403
from tests.rehearsal.log_groups import LogLines
from tests.rehearsal.rehearsed_stack import RehearsedStack

del stack, lines  # noqa: F821 - the laptop's


@pytest.fixture(scope="module", autouse=True)
def _started(stack: RehearsedStack) -> None:
    """Forge waits for five seconds, which a start may take on a busy machine."""
    url = f"{stack.base_url}/forge/lifecycle"
    assert urllib3.request("POST", url, retries=False, timeout=60).status == HTTPStatus.UNAUTHORIZED


@pytest.fixture(scope="module", name="lines")
def of_the_functions(logs: LogLines) -> LogLines:
    return logs
