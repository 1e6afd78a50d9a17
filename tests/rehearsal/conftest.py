"""A deployment to an emulator of AWS, rehearsed: the files in the order of their names."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connect_tools.project import PROJECT
from tests.rehearsal.emulator import MiniStack
from tests.rehearsal.rehearsed_stack import RehearsedStack
from tests.rehearsal.release import Release


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
def stack(ministack: MiniStack, release: Release, narrator: Narrator) -> Iterator[RehearsedStack]:
    with RehearsedStack(ministack, "dev") as stack:
        with narrator.step("sam deploy, the stage dev"):
            stack.deploy(release)
        yield stack
