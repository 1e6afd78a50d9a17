"""The laptop's Jira, and an app on it."""

from collections.abc import Iterator

import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.install_key import InstallKey
from connect_local.laptop.ports import listen
from connect_local.laptop.servers import ThreadedServer
from tests.laptop.fake_app import FakeApp, SignedCalls
from tests.laptop.jira_server import JiraServer
from tests.laptop.verbatim_http import VerbatimHttp


@pytest.fixture(scope="session")
def jira_server() -> Iterator[JiraServer]:
    listener = listen(0, "")
    jira_server = JiraServer(port=listener.getsockname()[1])
    server = ThreadedServer(jira_server, listener, http=LaptopJira.protocol)
    server.start()
    yield jira_server
    server.stop()


@pytest.fixture(scope="session")
def install_key() -> InstallKey:
    return InstallKey()


@pytest.fixture
def jira(jira_server: JiraServer, install_key: InstallKey) -> Iterator[LaptopJira]:
    base_url = f"http://127.0.0.1:{jira_server.port}"
    jira = LaptopJira(base_url=base_url, install_key=install_key, retry_delays=[0.01] * 5)
    jira_server.site = jira.app
    yield jira
    jira.close()


@pytest.fixture
def jira_http(jira: LaptopJira) -> VerbatimHttp:
    return VerbatimHttp(int(jira.base_url.rpartition(":")[2]))


@pytest.fixture
def fake_app() -> Iterator[FakeApp]:
    with FakeApp() as app:
        yield app


@pytest.fixture
def installed_app(jira: LaptopJira, fake_app: FakeApp) -> FakeApp:
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    fake_app.received.clear()
    return fake_app


@pytest.fixture
def rest(jira_http: VerbatimHttp, installed_app: FakeApp) -> SignedCalls:
    return SignedCalls(installed_app, jira_http)
