"""The stack as a whole, started once for the tests of this folder."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import urllib3

from bench.artifacts import build_for_this_machine
from connect_local.jira.site import MEMBER
from connect_local.laptop.stack import LaptopStack, StackOptions
from tests.e2e.visitor import Visitor, installed


@pytest.fixture(scope="module")
def logs() -> list[str]:
    """Return the functions' output."""
    return []


@pytest.fixture(scope="module")
def stack(logs: list[str]) -> Iterator[LaptopStack]:
    options = StackOptions(port=0, jira_port=0, on_log=lambda _function, line: logs.append(line))
    with LaptopStack(options) as stack:
        yield stack


@pytest.fixture(scope="module")
def admin(stack: LaptopStack) -> Iterator[Visitor]:
    """An administrator of a site that has installed the app."""
    base_url = stack.base_url.replace("localhost", "127.0.0.1")
    with urllib3.PoolManager() as http:
        yield Visitor(base_url, installed(stack), http)


@pytest.fixture(scope="module")
def member(admin: Visitor) -> Visitor:
    """Somebody on the same site who is none."""
    return replace(admin, account_id=MEMBER.account_id)


@pytest.fixture(scope="module")
def nobody(admin: Visitor) -> Visitor:
    """Somebody who is not logged in."""
    return replace(admin, account_id=None)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts, built for this machine's processor so that they can be imported here."""
    return build_for_this_machine(tmp_path_factory.mktemp("build"))
