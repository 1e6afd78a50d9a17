"""The stack as a whole, started once for the tests of this folder."""

from collections.abc import Iterator

import pytest

from connect_local.stack import LaptopStack, StackOptions


@pytest.fixture(scope="module")
def stack() -> Iterator[LaptopStack]:
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        yield stack
