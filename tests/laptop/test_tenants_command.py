"""`connect tenants test`, `pause` and `resume`, on a stack whose worker answers as it is told."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connect_cli.errors import CommandError
from connect_jira.installations.installation import Installation, InstallationState, Pause, PauseReason, Site
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from connect_local.laptop.invocations import InvocationResult
from connect_tools.operator_log import entries
from connect_tools.stack_services import service_of
from connect_tools.target_stack import Stack, running_stack
from connect_tools.tenants import pausing, testing
from tests.laptop.idle_stack import IdleStack

REFUSAL = {
    "code": "app-not-installed",
    "seen": "Jira answered 401",
    "why": "It is gone.",
    "fix": "Install it.",
}
WORKS = {"status": 200, "body": {"displayName": "Connect Lambda"}}
REFUSED = {"status": 401, "body": None, "refusal": REFUSAL}
NOT_ASKED = InvocationResult(
    json.dumps({"errorType": "JiraUnreachable", "errorMessage": "jira-0: no answer from Jira"}).encode(),
    failed=True,
)


class Worker:
    """A worker whose answer is of the site; who is not named works."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []

    def invoke(self, event: bytes) -> InvocationResult:
        client_key = json.loads(event)["clientKey"]
        self.asked.append(client_key)
        answer = self.answers.get(client_key, WORKS)
        return (
            answer if isinstance(answer, InvocationResult) else InvocationResult(json.dumps(answer).encode())
        )


class Shop:
    """A stack of sites."""

    def __init__(self, stack: Stack, worker: Worker) -> None:
        self.stack = stack
        self.worker = worker
        self.store = InstallationStore(service_of(stack, "dynamodb"), table=stack.resource("Installations"))

    def site(self, answer: object = WORKS, **about: Any) -> str:
        client_key = ClientKey(str(uuid.uuid4()))
        row = Installation(
            site=Site(client_key=client_key, base_url=f"https://{client_key}.atlassian.net"),
            state=InstallationState.ENABLED,
            sealed_secret=b"sealed",
            signed_at=1,
            tokens_used={},
            updated_at=1,
        )
        self.store.write(replace(row, **about))
        self.worker.answers[client_key] = answer
        return client_key

    def reason(self, client_key: str) -> str | None:
        row = self.store.read(client_key)
        assert row is not None
        return row.pause.reason if row.pause else None

    def outcomes(self) -> list[tuple[Any, Any, Any]]:
        return [
            (entry["action"], entry.get("site"), entry["outcome"])
            for entry in entries(self.stack, hours=1)
            if entry["phase"] == "ended"
        ]


@pytest.fixture(scope="module")
def idle() -> Iterator[IdleStack]:
    with IdleStack() as stack:
        yield stack


@pytest.fixture
def shop(idle: IdleStack) -> Shop:
    worker = Worker()
    idle.functions["JiraCallsFunction"] = worker  # type: ignore[assignment]
    shop = Shop(running_stack(int(idle.port)), worker)
    table = idle.cloud.client("dynamodb")
    for row in table.scan(TableName=shop.stack.resource("Installations"))["Items"]:
        table.delete_item(TableName=shop.stack.resource("Installations"), Key={"clientKey": row["clientKey"]})
    return shop


def test_a_site_that_takes_the_call_works(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    client_key = shop.site()
    assert testing.try_one(shop.stack, client_key[:12], pause=False, as_json=False)
    assert capsys.readouterr().out == "It works: Jira answered 200, as Connect Lambda\n"
    assert shop.outcomes()[-1] == ("tenants test", client_key, "works")


def test_a_site_that_refuses_is_told_with_the_doctors_words_and_paused_only_if_that_is_wanted(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    client_key = shop.site(REFUSED)
    assert not testing.try_one(shop.stack, client_key, pause=False, as_json=False)
    said = capsys.readouterr().out
    assert "app-not-installed: Jira answered 401. It is gone.\nInstall it.\n" in said
    assert f"connect tenants pause {client_key}" in said
    assert shop.reason(client_key) is None
    assert not testing.try_one(shop.stack, client_key, pause=True, as_json=True)
    assert json.loads(capsys.readouterr().out)["changed"] == "paused"
    assert shop.reason(client_key) == "secret-refused"
    shop.worker.answers[client_key] = WORKS
    assert testing.try_one(shop.stack, client_key, pause=True, as_json=False)
    assert capsys.readouterr().out.endswith("The site is resumed.\n")
    assert shop.reason(client_key) is None


@pytest.mark.parametrize("answer", [NOT_ASKED, {"status": 503, "body": None}], ids=["no answer", "503"])
def test_what_says_nothing_of_the_secret_pauses_no_site(
    shop: Shop, capsys: pytest.CaptureFixture[str], answer: object
) -> None:
    client_key = shop.site(answer)
    assert not testing.try_one(shop.stack, client_key, pause=True, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["code"] == ("jira-0" if answer is NOT_ASKED else "jira-503")
    assert (said["changed"], shop.reason(client_key)) == (None, None)


def test_a_site_that_installs_while_it_is_tried_is_not_paused(shop: Shop) -> None:
    client_key = shop.site(REFUSED)
    invoke = shop.worker.invoke

    def installed_meanwhile(event: bytes) -> InvocationResult:
        shop.store.update(client_key, lambda row: row and replace(row, sealed_secret=b"new", signed_at=2))
        return invoke(event)

    shop.worker.invoke = installed_meanwhile  # type: ignore[method-assign]
    assert not testing.try_one(shop.stack, client_key, pause=True, as_json=True)
    assert shop.reason(client_key) is None


def test_a_sweep_calls_whoever_has_the_app_and_lists_and_pauses_whoever_refuses(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    works = [shop.site() for _ in range(5)]
    refuses, silent = shop.site(REFUSED), shop.site(NOT_ASKED)
    recovered = shop.site(pause=Pause(PauseReason.REFUSED, since=1))
    by_hand = shop.site(pause=Pause(PauseReason.BY_HAND, since=1))
    not_called = [
        shop.site(state=InstallationState.DISABLED),
        shop.site(state=InstallationState.UNINSTALLED, sealed_secret=None),
    ]
    assert not testing.try_all(shop.stack, per_second=1000, pause=True, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert {one["clientKey"]: one["code"] for one in said["failed"]} == {
        refuses: "app-not-installed",
        silent: "jira-0",
    }
    assert (said["tested"], set(shop.worker.asked)) == (9, {*works, refuses, silent, recovered, by_hand})
    assert not set(not_called) & set(shop.worker.asked)
    assert (shop.reason(refuses), shop.reason(recovered)) == ("secret-refused", None)
    assert shop.reason(by_hand) == "paused-by-hand"
    assert shop.outcomes()[-1] == ("tenants test", None, "9 tested, 2 failed, 1 paused")


def test_where_half_of_all_refuse_it_is_not_their_doing_and_none_is_paused(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse = [shop.site(REFUSED) for _ in range(2)]
    for _ in range(2):
        shop.site()
    assert not testing.try_all(shop.stack, per_second=1000, pause=True, as_json=False)
    assert "None is paused" in capsys.readouterr().out
    assert [shop.reason(client_key) for client_key in refuse] == [None, None]


def test_a_site_is_paused_and_resumed_by_hand(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    client_key = shop.site()
    for change, reason, is_changed in (
        (pausing.pause, "paused-by-hand", True),
        (pausing.pause, "paused-by-hand", False),
        (pausing.resume, None, True),
        (pausing.resume, None, False),
    ):
        change(shop.stack, client_key, as_json=True)
        said = json.loads(capsys.readouterr().out)
        assert said == {"clientKey": client_key, "paused": reason is not None, "changed": is_changed}
        assert shop.reason(client_key) == reason
    assert shop.outcomes()[-2:] == [
        ("tenants resume", client_key, "not paused"),
        ("tenants resume", client_key, "not paused before"),
    ]


def test_a_site_that_gets_no_calls_cannot_be_paused(shop: Shop) -> None:
    client_key = shop.site(state=InstallationState.UNINSTALLED, sealed_secret=None)
    with pytest.raises(CommandError, match="has uninstalled the app"):
        pausing.pause(shop.stack, client_key, as_json=False)


def test_the_commands_are_typed(shop: Shop, idle: IdleStack) -> None:
    client_key = shop.site()

    def typed(*words: str) -> Any:
        printed = idle.connect("tenants", *words, "--json")
        assert printed.returncode == 0, printed.stderr
        return json.loads(printed.stdout)

    assert typed("pause", client_key)["changed"]
    for options, listed in ((("--state", "paused"), [client_key]), (("--transport", "forge"), [])):
        assert [site["clientKey"] for site in typed("list", *options)["sites"]] == listed
    assert typed("show", client_key)["connect"]["paused"]["reason"] == "paused-by-hand"
    entries_of_site = typed("log", client_key)["entries"]
    assert [entry["phase"] for entry in entries_of_site] == ["begun", "ended"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test",), "give a SITE, or --all"),
        (("test", "acme", "--all"), "give a SITE, or --all"),
        (("list", "--state", "gone"), "'gone' is not one of 'enabled', 'disabled'"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(idle: IdleStack, words: tuple[str, ...], said: str) -> None:
    printed = idle.connect("tenants", *words)
    assert (printed.returncode, printed.stdout, printed.stderr.count("\n")) == (2, "", 1)
    assert said in printed.stderr
