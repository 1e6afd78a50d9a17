"""Installing, reinstalling and uninstalling an app, as the app sees it and as `/_local/` reports it."""

import html
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from atlassian_jwt.url_utils import hash_url

from connect_local.jira import LaptopJira
from connect_local.jira.install_key import KEY_HOSTS, InstallKey
from connect_local.jira.site import ADMIN
from connect_local.laptop.ports import free_port
from tests.laptop.fake_app import KEY, FakeApp, Received, SignedCalls
from tests.laptop.verbatim_http import Answer, VerbatimHttp

CAPTURED_HEADER = Path(__file__).parents[2].parent / "shared" / "captures" / "install-token-header.json"

type Command = Callable[[str], dict[str, Any]]


@pytest.fixture
def command(jira_http: VerbatimHttp, fake_app: FakeApp) -> Command:
    def carry_out(name: str) -> dict[str, Any]:
        wish = {"descriptorUrl": fake_app.descriptor_url}
        answer = jira_http.send_json("POST", f"/_local/{name}", wish)
        assert answer.status == 200
        result: dict[str, Any] = answer.json()
        return result

    return carry_out


def published(jira_http: VerbatimHttp, kid: str) -> list[Answer]:
    """Return the responses of both key hosts."""
    return [jira_http.send("GET", f"/_local/install-keys/{host}/{kid}") for host in ("first", "second")]


def install_claims(jira_http: VerbatimHttp, app: FakeApp, received: Received) -> dict[str, Any]:
    """Return the claims of an RS256 token, verified with the key that its `kid` names."""
    kid = jwt.get_unverified_header(received.token)["kid"]
    (key,) = (answer for answer in published(jira_http, kid) if answer.status == 200)
    assert key.headers["content-type"].startswith("text/plain")
    claims: dict[str, Any] = jwt.decode(
        received.token, key.text, algorithms=["RS256"], audience=app.descriptor["baseUrl"]
    )
    return claims


@pytest.mark.skipif(not CAPTURED_HEADER.exists(), reason="the captures are not beside this checkout")
@pytest.mark.parametrize("event", ["installed", "uninstalled"])
def test_the_header_of_atlassians_token_is_as_it_was_captured(
    fake_app: FakeApp, command: Command, event: str
) -> None:
    for name in ("install", "uninstall"):
        command(name)
    (received,) = (each for each in fake_app.received if each.body["eventType"] == event)
    header = jwt.get_unverified_header(received.token)
    captured = json.loads(CAPTURED_HEADER.read_text(encoding="utf-8"))
    prefix, _, number = header.pop("kid").partition("--")
    captured_prefix, _, captured_number = captured.pop("kid").partition("--")
    assert (prefix, len(number)) == (captured_prefix, len(captured_number))
    assert header == captured


def site_claims(app: FakeApp, received: Received) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(received.token, app.installed["sharedSecret"], algorithms=["HS256"])
    return claims


def test_an_install_is_told_signed_by_atlassian_then_enabled_signed_by_the_site(
    jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp, command: Command
) -> None:
    result = command("install")
    installed, enabled = fake_app.received
    client_key = installed.body["clientKey"]
    assert result == {
        "status": 204,
        "installed": True,
        "key": KEY,
        "clientKey": client_key,
        "answers": {"installed": {"status": 204}, "enabled": {"status": 204}},
    }
    claims = install_claims(jira_http, fake_app, installed)
    assert claims.pop("iat") == pytest.approx(time.time(), abs=5)
    assert claims.pop("exp") == pytest.approx(time.time() + 180, abs=5)
    assert claims == {
        "iss": client_key,
        "aud": [fake_app.base_url],
        "sub": ADMIN.account_id,
        "qsh": hash_url("POST", "/lifecycle/installed"),
        "context": {},
    }
    claims = site_claims(fake_app, enabled)
    assert (claims["iss"], claims["qsh"]) == (client_key, hash_url("POST", "/lifecycle/enabled"))
    assert installed.headers["content-type"] == "application/json; charset=UTF-8"
    secret = installed.body.pop("sharedSecret")
    assert len(secret) >= 32
    assert installed.body == enabled.body | {"eventType": "installed"}
    assert enabled.body["eventType"] == "enabled"
    assert enabled.body["baseUrl"] == jira.base_url
    assert enabled.body["productType"] == "jira"


def test_the_hash_is_over_what_comes_below_the_apps_base_url(
    jira_http: VerbatimHttp, fake_app: FakeApp, command: Command
) -> None:
    fake_app.descriptor["baseUrl"] += "/prod"
    fake_app.descriptor["lifecycle"] = {"installed": "/installed?b=%20&a=1"}
    assert command("install")["installed"]
    (installed,) = fake_app.received
    assert installed.target == "/prod/installed?b=%20&a=1"
    claims = install_claims(jira_http, fake_app, installed)
    assert claims["qsh"] == hash_url("POST", "/installed?a=1&b=%20")
    assert claims["aud"] == [f"{fake_app.base_url}/prod"]


@pytest.mark.parametrize("status", [200, 204])
def test_two_answers_count_as_installed(fake_app: FakeApp, command: Command, status: int) -> None:
    fake_app.answers["installed"] = [status]
    assert command("install")["installed"]


@pytest.mark.parametrize("status", [201, 302, 401, 500, 503])
def test_any_other_answer_counts_as_not_installed(
    jira_http: VerbatimHttp, fake_app: FakeApp, command: Command, status: int
) -> None:
    fake_app.answers["installed"] = [status]
    result = command("install")
    assert (result["status"], result["installed"]) == (status, False)
    assert fake_app.events() == ["installed"]
    assert jira_http.send("GET", "/_local/state").json()["apps"] == []


def test_what_the_app_answers_to_enabled_changes_nothing(fake_app: FakeApp, command: Command) -> None:
    fake_app.answers["enabled"] = [500]
    result = command("install")
    assert (result["status"], result["installed"], result["answers"]["enabled"]) == (
        204,
        True,
        {"status": 500},
    )


def test_a_reinstall_brings_a_new_secret_for_the_same_client_key(
    jira_http: VerbatimHttp, installed_app: FakeApp, rest: SignedCalls, command: Command
) -> None:
    before, old_signature = installed_app.installed, installed_app.sign("GET", "/rest/api/3/myself")
    assert command("reinstall")["installed"]
    assert installed_app.installed["clientKey"] == before["clientKey"]
    assert installed_app.installed["sharedSecret"] != before["sharedSecret"]
    assert jira_http.send("GET", "/rest/api/3/myself", headers=old_signature).status == 401
    assert rest("GET", "/myself").status == 200


def test_no_two_installs_have_the_same_token(installed_app: FakeApp, command: Command) -> None:
    command("reinstall")
    command("reinstall")
    first, second = installed_app.wait_for(2, "installed")
    assert first.token != second.token


def test_an_app_that_refuses_a_reinstall_stays_installed_as_it_was(
    installed_app: FakeApp, rest: SignedCalls, command: Command
) -> None:
    installed_app.answers["installed"] = [500]
    result = command("reinstall")
    assert (result["status"], result["installed"]) == (500, False)
    assert rest("GET", "/myself").status == 200


def test_an_uninstall_is_told_twice_and_refuses_the_app_from_then_on(
    jira_http: VerbatimHttp, installed_app: FakeApp, rest: SignedCalls, command: Command
) -> None:
    installed_app.answers["uninstalled"] = [500]
    result = command("uninstall")
    assert (result["status"], result["installed"], result["clientKey"]) == (
        500,
        False,
        installed_app.installed["clientKey"],
    )
    assert result["answers"] == {"uninstalled": {"status": 500}, "disabled": {"status": 204}}
    told = {received.event: received for received in installed_app.received}
    assert install_claims(jira_http, installed_app, told["uninstalled"])["iss"] == result["clientKey"]
    assert site_claims(installed_app, told["disabled"])["iss"] == result["clientKey"]
    assert "sharedSecret" not in told["uninstalled"].body
    assert rest("GET", "/myself").status == 401


def test_an_app_that_comes_back_meets_the_same_client_key_and_a_new_secret(
    installed_app: FakeApp, rest: SignedCalls, command: Command
) -> None:
    before = installed_app.installed
    command("uninstall")
    assert command("install")["clientKey"] == before["clientKey"]
    assert installed_app.installed["sharedSecret"] != before["sharedSecret"]
    assert rest("GET", "/myself").status == 200


def test_a_disabled_app_is_told_so_and_refused_until_it_is_enabled(
    jira_http: VerbatimHttp, installed_app: FakeApp, rest: SignedCalls, command: Command
) -> None:
    result = command("disable")
    assert (result["status"], result["installed"], list(result["answers"])) == (204, True, ["disabled"])
    assert rest("GET", "/myself").status == 401
    assert jira_http.send("GET", "/_local/requests").json()[-1]["reason"] == "app-not-installed"
    result = command("enable")
    assert (result["status"], result["installed"], list(result["answers"])) == (204, True, ["enabled"])
    assert rest("GET", "/myself").status == 200
    assert installed_app.events() == ["disabled", "enabled"]
    for received in installed_app.received:
        assert site_claims(installed_app, received)["iss"] == installed_app.installed["clientKey"]
        assert received.body["eventType"] == received.event
        assert "sharedSecret" not in received.body


def test_a_disabled_app_is_sent_no_webhooks(jira_http: VerbatimHttp, command: Command) -> None:
    command("install")
    command("disable")
    webhook = {"event": "jira:issue_created", "body": {"issue": {"key": "DEMO-1"}}}
    assert jira_http.send_json("POST", "/_local/webhooks", webhook).status == 404
    command("enable")
    assert jira_http.send_json("POST", "/_local/webhooks", webhook).status == 200


def test_a_disabled_app_can_be_uninstalled_and_is_not_told_twice_that_it_is_disabled(
    installed_app: FakeApp, command: Command
) -> None:
    command("disable")
    assert list(command("uninstall")["answers"]) == ["uninstalled"]
    assert installed_app.events() == ["disabled", "uninstalled"]


def test_a_disabled_app_that_is_installed_again_is_enabled(rest: SignedCalls, command: Command) -> None:
    command("disable")
    assert command("reinstall")["installed"]
    assert rest("GET", "/myself").status == 200


@pytest.mark.parametrize(
    ("before", "name", "sentence"),
    [
        ([], "enable", "The app is enabled already."),
        (["disable"], "disable", "The app is disabled already."),
        (["uninstall"], "enable", "No app is installed from "),
        (["uninstall"], "disable", "No app is installed from "),
    ],
)
def test_what_is_so_already_is_not_done(
    jira_http: VerbatimHttp,
    installed_app: FakeApp,
    command: Command,
    before: list[str],
    name: str,
    sentence: str,
) -> None:
    for earlier in before:
        command(earlier)
    wish = {"descriptorUrl": installed_app.descriptor_url}
    answer = jira_http.send_json("POST", f"/_local/{name}", wish)
    assert answer.status == 400
    assert answer.json()["error"].startswith(sentence)


def test_an_app_need_not_be_up_to_be_uninstalled(jira: LaptopJira) -> None:
    with FakeApp() as app:
        jira.lifecycle.install(app.descriptor_url)
    result = jira.lifecycle.uninstall(app.descriptor_url)
    assert (result.decisive.status, result.installed) == (None, False)
    assert result.decisive.error is not None
    assert jira.site.enabled_apps() == []


def test_an_app_that_is_not_there_is_reported(jira_http: VerbatimHttp) -> None:
    host = f"127.0.0.1:{free_port()}"
    wish = {"descriptorUrl": f"http://{host}/atlassian-connect.json"}
    answer = jira_http.send_json("POST", "/_local/install", wish)
    assert answer.status == 200
    result = answer.json()
    assert (result["status"], result["installed"], result["key"]) == (None, False, None)
    assert result["error"] == f"The app at {host} gave no answer (NewConnectionError)."


def test_the_site_answers_while_an_app_is_being_installed(
    jira_http: VerbatimHttp, fake_app: FakeApp, command: Command
) -> None:
    answers = []
    fake_app.before_answering = lambda: answers.append(jira_http.send("GET", "/_local/state").status)
    assert command("install")["installed"]
    assert answers == [200, 200]


@pytest.mark.parametrize(
    ("name", "wish", "sentence"),
    [
        ("install", {}, "descriptorUrl must be the http or https URL of the app's descriptor."),
        ("install", {"descriptorUrl": "file:///etc/passwd"}, "descriptorUrl must be the http or https URL"),
        ("install", {"descriptorUrl": "http://"}, "http:// is not a URL."),
        ("install", [], "The body must be a JSON object."),
        (
            "install",
            {"descriptorUrl": "{app}/elsewhere"},
            "The descriptor's URL returned HTTP response code 404.",
        ),
        ("reinstall", {"descriptorUrl": "{app}/atlassian-connect.json"}, "No app is installed from "),
        ("uninstall", {"descriptorUrl": "{app}/atlassian-connect.json"}, "No app is installed from "),
    ],
)
def test_commands_that_make_no_sense_are_refused_in_a_sentence(
    jira_http: VerbatimHttp, fake_app: FakeApp, name: str, wish: Any, sentence: str
) -> None:
    if wish:
        wish = {"descriptorUrl": wish["descriptorUrl"].format(app=fake_app.base_url)}
    answer = jira_http.send_json("POST", f"/_local/{name}", wish)
    assert answer.status == 400
    assert answer.json()["error"].startswith(sentence)


def test_a_descriptor_that_jira_would_not_install_is_refused(
    jira_http: VerbatimHttp, fake_app: FakeApp
) -> None:
    fake_app.descriptor["authentication"] = {"type": "none"}
    answer = jira_http.send_json("POST", "/_local/install", {"descriptorUrl": fake_app.descriptor_url})
    assert answer.status == 400
    assert answer.json()["error"] == "The descriptor cannot be installed, for 1 reason."
    (reason,) = answer.json()["details"]
    assert reason.startswith('authentication.type: this project wants "jwt"')
    assert fake_app.received == []


def test_there_is_no_other_install_key(jira_http: VerbatimHttp) -> None:
    assert [answer.status for answer in published(jira_http, "fake-kid")] == [404, 404]


def test_a_key_is_on_one_key_host_and_the_next_key_on_the_other() -> None:
    keys = [InstallKey() for _ in range(4)]
    hosts = [[host for host in KEY_HOSTS if key.public_pem(host, key.kid)] for key in keys]
    assert hosts in ([["first"], ["second"]] * 2, [["second"], ["first"]] * 2)


def test_the_installation_of_forge_is_left_out_by_turns_when_an_app_is_installed_again(
    jira: LaptopJira, fake_app: FakeApp, command: Command
) -> None:
    command("install")
    (app,) = jira.site.apps()
    installation_id = "ari:cloud:ecosystem::installation/0a3a7799-53ae-4a5b-9e7e-03338980abb5"
    jira.lifecycle.install_delivered(app.descriptor, "the-app", installation_id=installation_id)
    for _ in range(3):
        jira.lifecycle.rotate_secrets()
    named = [each.body.get("installationId") for each in fake_app.received if each.event == "installed"]
    assert named == [None, installation_id, None, installation_id, None]


def test_a_descriptor_that_jira_refuses_is_refused_with_every_reason(
    jira: LaptopJira, jira_http: VerbatimHttp, fake_app: FakeApp
) -> None:
    fake_app.descriptor["modules"] = {
        "webhooks": [{"event": "issue_created", "url": "/a"}],
        "pages": [],
    }
    answer = jira_http.send_json("POST", "/_local/install", {"descriptorUrl": fake_app.descriptor_url})
    assert answer.status == 400
    reasons = [
        "modules.pages: Jira has no such kind of module.",
        'modules.webhooks[0].event: Jira has no event "issue_created". Did you mean "jira:issue_created"?',
    ]
    assert answer.json() == {
        "error": "The descriptor cannot be installed, for 2 reasons.",
        "details": reasons,
    }
    assert jira.site.apps() == []
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": jira.base_url}
    body = urlencode({"descriptorUrl": fake_app.descriptor_url})
    page = jira_http.send("POST", "/apps/install", headers=headers, body=body).headers["location"]
    shown = jira_http.send("GET", page).text
    assert all(
        f"<li>{html.escape(reason, quote=True)}</li>" in shown.replace("&#34;", "&quot;")
        for reason in reasons
    )


def test_a_descriptor_that_is_no_json_is_refused_with_the_place(
    jira_http: VerbatimHttp, fake_app: FakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_app, "get", lambda *_: ("application/json", b'{"key": "a",}'))
    answer = jira_http.send_json("POST", "/_local/install", {"descriptorUrl": fake_app.descriptor_url})
    assert answer.status == 400
    assert "line 1 column 12" in answer.json()["error"]
