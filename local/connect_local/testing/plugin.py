"""The fixtures of the test kit. pytest finds them where connect-lambda[testing] is installed.

What they need is imported when the first of them is used: other tests of the same project pay nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connect_jira.app.site import Site
    from connect_local.testing.app import App, Call, Deliver, LoadPage, RunJob
    from connect_local.testing.backend import Foundation
    from connect_local.testing.clock import Clock
    from connect_local.testing.internet import Internet
    from connect_local.testing.jira import Jira


@pytest.fixture(scope="session")
def connect_foundation() -> Iterator[Foundation]:
    """All that the tests share; nothing of a test is in it."""
    try:
        from connect_local.testing.backend import foundation  # noqa: PLC0415 - as the module says
    except ModuleNotFoundError as missing:
        pytest.fail(f"{missing}: pip install 'connect-lambda[testing]'", pytrace=False)
    with foundation() as base:
        yield base


@pytest.fixture
def connect_app(connect_foundation: Foundation) -> Iterator[App]:
    """The app, installed on a site of its own, and everything around it."""
    from connect_local.testing.app import installed_app  # noqa: PLC0415 - likewise

    with installed_app(connect_foundation) as app:
        yield app


@pytest.fixture
def jira(connect_app: App) -> Jira:
    """The site that the app is installed on."""
    return connect_app.jira


@pytest.fixture
def deliver(connect_app: App) -> Deliver:
    """Let Jira tell the app of an event, up to the effect."""
    return connect_app.deliver


@pytest.fixture
def page(connect_app: App) -> LoadPage:
    """Load a page as somebody."""
    return connect_app.page


@pytest.fixture
def call(connect_app: App) -> Call:
    """Call the app as a page's script does."""
    return connect_app.call


@pytest.fixture
def run_job(connect_app: App) -> RunJob:
    """Run a job for the site now."""
    return connect_app.run_job


@pytest.fixture
def site(connect_app: App) -> Site:
    """The site as the app's functions have it."""
    return connect_app.site


@pytest.fixture
def clock(connect_app: App) -> Clock:
    """The time, which can be moved."""
    return connect_app.clock


@pytest.fixture
def internet(connect_app: App) -> Internet:
    """Other systems that the app calls."""
    return connect_app.internet
