"""Acting as a user, and app properties: the client as functions have it, against the laptop's Jira."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from connect_jira.auth.jira_clients import JiraClients
from connect_jira.composition import Composition
from connect_jira.errors import ImpersonationRefused
from connect_jira.installations.activity import Activity
from connect_jira.jira.client import JiraClient
from tests.e2e.watching import Watched, watched


class Unhurried:
    """Lambda's context, with time enough."""

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@pytest.fixture(scope="module")
def site() -> Iterator[Watched]:
    with watched() as site:
        yield site


@pytest.fixture
def descriptor_url(site: Watched) -> Iterator[str]:
    """The app's descriptor with the scopes that acting as a user, and deleting a property, need."""
    descriptor = urllib3.request("GET", site.stack.descriptor_url).json()
    descriptor["scopes"] += ["DELETE", "ACT_AS_USER"]
    answer = json.dumps(descriptor).encode()

    class Descriptor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Descriptor) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://localhost:{server.server_port}/atlassian-connect.json"
        server.shutdown()


@pytest.fixture
def client(site: Watched, monkeypatch: pytest.MonkeyPatch) -> JiraClient:
    """Made as `functions/jira_calls` makes it, of that function's variables."""
    variables = site.stack.functions["JiraCallsFunction"].configuration.variables
    for name, value in variables.items():
        if name.startswith(("AWS_", "POWERTOOLS_")):
            monkeypatch.setenv(name, value)
    composition = Composition.from_env(variables)
    activity = Activity.from_env(variables, composition.aws)
    return JiraClients(composition.app, composition.credentials, activity).on(site.client_key, Unhurried())


def test_the_app_acts_as_the_user_it_names(site: Watched, client: JiraClient, descriptor_url: str) -> None:
    assert site.jira.lifecycle.install(descriptor_url).installed
    app = client.get("/rest/api/3/myself").body
    users = [user for user in site.jira.site.people() if user.active]
    assert len(users) > 1
    for user in users:
        found = client.as_user(user.account_id).get("/rest/api/3/myself").body
        assert (found["accountId"], found["accountType"]) == (user.account_id, "atlassian")
    assert app["accountType"] == "app"


def test_without_the_scope_nobody_is_acted_for(site: Watched, client: JiraClient) -> None:
    assert site.jira.lifecycle.install(site.stack.descriptor_url).installed
    (user, *_) = site.jira.site.people()
    with pytest.raises(ImpersonationRefused, match="ACT_AS_USER"):
        client.as_user(user.account_id).get("/rest/api/3/myself")


def test_the_app_keeps_properties_on_a_site(site: Watched, client: JiraClient, descriptor_url: str) -> None:
    assert site.jira.lifecycle.install(descriptor_url).installed
    kept = client.app_properties
    assert (kept.keys(), kept.get("last seen")) == ([], None)
    kept.put("last seen", {"issue": "DEMO-1", "n": 1})
    kept.put("last seen", {"issue": "DEMO-2"})
    kept.put("other ü", 0)
    assert sorted(kept.keys()) == ["last seen", "other ü"]
    assert (kept.get("last seen"), kept.get("other ü")) == ({"issue": "DEMO-2"}, 0)
    kept.delete("last seen")
    kept.delete("last seen")
    assert (kept.keys(), kept.get("last seen")) == (["other ü"], None)
