"""A deployment to an emulator of AWS, rehearsed: the files in the order of their names."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from connect_tools.project import PROJECT
from tests.e2e.conftest import admin, member, nobody  # noqa: F401 - fixtures
from tests.e2e.foreign.peer import ForeignJira, foreign_jira
from tests.rehearsal.emulator import MiniStack
from tests.rehearsal.log_groups import LogLines
from tests.rehearsal.rehearsed_stack import RehearsedStack
from tests.rehearsal.release import Release

NOT_ON_MINISTACK = {
    "test_for_another[aud is the host that the request names]": "it finds an API by the Host header",
    "test_what_is_larger_than_lambda_or_the_api_takes_does_not_get_through": "it limits no sizes",
    "test_where_there_is_no_route_there_is_nothing[GET-/webhooks/issue_created]": "it takes no body with GET",
    "test_any_text_arrives_as_it_was[False-half a character]": "it replaces what is no UTF-8",
    "test_a_body_that_cannot_be_read_arrives_as_text[not UTF-8]": "it replaces what is no UTF-8",
}
"""Tests that cannot hold there, with the reason."""

_LAST_WORDS = 12
LOG = pytest.StashKey[LogLines]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name, reason in NOT_ON_MINISTACK.items():
            if item.name.startswith(name) and "rehearsal" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason=f"MiniStack: {reason}"))


class Narrator:
    """Tells what is under way, and how long it took."""

    def __init__(self, config: pytest.Config) -> None:
        self._terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
        self._capture: Any = config.pluginmanager.get_plugin("capturemanager")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self._print(f"\n{title} … ")
        started = time.monotonic()
        yield
        self._print(f"{time.monotonic() - started:.0f} s\n")

    def _print(self, text: str) -> None:
        with self._capture.global_and_fixture_disabled():
            self._terminal.write(text, flush=True)


@pytest.fixture(scope="session")
def narrator(request: pytest.FixtureRequest) -> Narrator:
    return Narrator(request.config)


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    with MiniStack(tmp_path_factory.mktemp("ministack")) as running:
        yield running


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory, narrator: Narrator) -> Release:
    with narrator.step("sam build, for this machine"):
        return Release.built(PROJECT, tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="session")
def another_jira() -> Iterator[ForeignJira]:
    """A Jira that is none of ours, with key hosts of its own."""
    with foreign_jira() as jira:
        yield jira


@pytest.fixture(scope="session")
def deployed(
    request: pytest.FixtureRequest,
    ministack: MiniStack,
    release: Release,
    another_jira: ForeignJira,
    narrator: Narrator,
) -> Iterator[RehearsedStack]:
    with RehearsedStack(ministack, "dev", another_jira.key_host_urls) as stack:
        with narrator.step("sam deploy, the stage dev"):
            stack.deploy(release)
        request.config.stash[LOG] = LogLines(stack)
        yield stack
        del request.config.stash[LOG]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say after a failure what the functions have logged, of all that is worse than usual."""
    report = yield
    if report.failed and LOG in item.config.stash:
        lines = item.config.stash[LOG]
        with suppress(BotoCoreError, ClientError):  # the stack has been deleted
            said = [line for line in lines if '"level":"INFO"' not in line and '"_aws"' not in line]
            report.sections.append(("The functions' last words", "\n".join(said[-_LAST_WORDS:])))
            lines.clear()
    return report


@pytest.fixture(scope="module")
def stack(deployed: RehearsedStack) -> RehearsedStack:
    """The deployed stack, and a Jira that does not know of it."""
    deployed.renew_jira()
    return deployed


@pytest.fixture(scope="module")
def logs(stack: RehearsedStack) -> LogLines:
    return LogLines(stack)
