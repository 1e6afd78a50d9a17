"""The checks that functions make of themselves for `connect smoke`, and the message without an effect."""

from dataclasses import replace
from typing import Any

import pytest
import urllib3

from connect_jira.auth.key_host_checks import reach_forge_key_host, reach_install_key_hosts
from connect_jira.aws.failures import failure
from connect_jira.aws.self_checks import checked, is_check
from connect_jira.errors import MessageUnreadable, SecretDoesNotOpen
from connect_jira.events.messages import read_text, to_text
from connect_jira.events.probe import Probe
from connect_jira.installations.self_checks import read_table, seal_and_open
from connect_jira.settings import AppSettings
from connect_jwt.errors import KeyHostUnavailable
from tests.unit.jira.conftest import MemoryStore
from tests.unit.jwt.key_host import Answer, KeyHost, answer, atlassian_pem
from tests.unit.jwt.key_host import failure as broken


def raising(error: Exception) -> Any:
    def check() -> str:
        raise error

    return check


def test_a_check_says_what_it_has_seen() -> None:
    assert checked({"check": "table"}, {"table": lambda: "a row"}) == {"ok": True, "seen": "a row"}


def test_a_check_that_fails_says_why() -> None:
    failed = checked({"check": "key"}, {"key": raising(SecretDoesNotOpen())})
    assert failed["ok"] is False
    assert "secret-does-not-open" in failed["seen"]


def test_what_aws_refuses_is_said_in_its_own_sentence_with_the_remedy() -> None:
    said = {"__type": "DisabledException", "message": "arn:aws:kms:x:key/k is disabled."}
    failed = checked({"check": "key"}, {"key": raising(failure("kms:Encrypt", 400, said))})
    assert failed["ok"] is False
    assert "arn:aws:kms:x:key/k is disabled. " in failed["seen"]
    assert "aws kms enable-key" in failed["seen"]


def test_an_unknown_check_says_which_there_are() -> None:
    assert checked({"check": "x"}, {"b": str, "a": str}) == {
        "ok": False,
        "seen": "the function has no such check: it has a, b",
    }


@pytest.mark.parametrize(
    "event",
    [
        {"version": "2.0", "rawQueryString": "check=key", "body": '{"check": "key"}', "requestContext": {}},
        {"Records": [{"body": '{"check": "key"}'}]},
        {"detail-type": "check", "source": "check", "detail": {"check": "key"}},
        {"tick": "2026-12-24T03:00:00Z"},
    ],
)
def test_no_event_of_aws_is_a_check(event: dict[str, Any]) -> None:
    assert not is_check(event)


def test_the_table_is_read_and_nothing_is_written() -> None:
    store = MemoryStore()
    read_table(store)
    assert (store.reads, store.writes, store.rows) == (1, 0, {})


class Key:
    """A key that returns what it was given, or something else."""

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps

    def encrypt(self, owner: dict[str, str], content: bytes) -> bytes:
        assert owner == {"clientKey": "connect-smoke"}
        return content

    def decrypt(self, _owner: dict[str, str], sealed: bytes) -> bytes:
        return sealed if self._keeps else b"else"


def test_what_is_sealed_must_open_as_it_was() -> None:
    seal_and_open(Key(keeps=True))  # type: ignore[arg-type]
    with pytest.raises(SecretDoesNotOpen):
        seal_and_open(Key(keeps=False))  # type: ignore[arg-type]


# --- the key hosts -----------------------------------------------------------------------------------------


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> Any:
    def answering(*answers: Answer) -> KeyHost:
        host = KeyHost(*answers)
        monkeypatch.setattr("connect_jira.auth.key_host_checks.new_pool", lambda: host)
        return host

    return answering


TIMEOUT = broken(urllib3.exceptions.ConnectTimeoutError())


@pytest.mark.parametrize(
    ("answers", "reached"),
    [
        ([answer(status=404)], True),
        ([answer(status=404), answer(status=403)], True),
        ([answer(atlassian_pem())], True),
        ([answer(status=404), TIMEOUT], False),
        ([TIMEOUT, answer(status=404)], False),
        ([answer(status=404), answer(status=503)], False),
    ],
)
def test_every_host_of_install_keys_must_answer(
    app: AppSettings, hosts: Any, answers: list[Answer], *, reached: bool
) -> None:
    host = hosts(*answers)
    if reached:
        assert reach_install_key_hosts(app).startswith("reached")
    else:
        with pytest.raises(KeyHostUnavailable):
            reach_install_key_hosts(app)
    kid = "generic-keypair/cs-migrations/connect-smoke"
    expected = [f"GET {url}/{kid}" for url in app.install_keys_urls]
    assert host.asked == expected[: len(host.asked)]


def test_forges_key_set_is_fetched_if_the_app_is_on_forge(app: AppSettings, hosts: Any) -> None:
    host = hosts(answer(b'{"keys": []}'))
    assert app.forge_keys_url in reach_forge_key_host(app)
    assert host.asked == [f"GET {app.forge_keys_url}"]
    assert "not asked" in reach_forge_key_host(replace(app, forge_app_id=""))
    assert len(host.asked) == 1


@pytest.mark.parametrize("said", [answer(status=500), answer(b"<html>"), TIMEOUT])
def test_a_host_of_forges_keys_without_a_key_set_fails(app: AppSettings, hosts: Any, said: Answer) -> None:
    hosts(said)
    with pytest.raises(KeyHostUnavailable):
        reach_forge_key_host(app)


# --- the probe ---------------------------------------------------------------------------------------------


def test_a_probe_is_a_message_of_the_queue() -> None:
    assert read_text(to_text(Probe("p"))) == Probe("p")


@pytest.mark.parametrize(
    "fields", ['{"kind": "probe"}', '{"kind": "probe", "id": 1}', f'{{"kind": "probe", "id": "{"x" * 65}"}}']
)
def test_a_probe_without_an_id_is_unreadable(fields: str) -> None:
    with pytest.raises(MessageUnreadable):
        read_text(fields)
