"""Each message is worked off once, and each failure goes to where it belongs."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from connect_jira.errors import (
    MessageUnreadable,
    NotInstalled,
    SiteDisabled,
    SitePaused,
    TemporarilyUnavailable,
)
from connect_jira.events.app_work import AppWork
from connect_jira.events.call_request import CallRequest
from connect_jira.events.hook_call import Hook, HookCall
from connect_jira.events.messages import Message, read_text, to_text
from connect_jira.events.probe import Probe
from connect_jira.events.webhook import Webhook
from connect_jira.jira.connection_pool import SLOW_HOOK
from connect_jira.jira.errors import (
    JiraError,
    JiraNotFound,
    JiraRateLimited,
    JiraServerError,
    JiraUnreachable,
    jira_error,
)
from connect_jira.worker.backoff import TenantBackoff, Troubles
from connect_jira.worker.idempotency_store import Attempt, Done
from connect_jira.worker.purges import REMEMBERED_SECONDS, Purges
from connect_jira.worker.sqs_record import SqsRecord
from connect_jira.worker.worker import LONGEST_AFTER_TROUBLE_SECONDS, Worker
from connect_jwt.diagnosis import Certainty
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.identity import ClientKey
from tests.emf import times_counted
from tests.unit.jira.memory_table import MemoryTable

NOW = 1_000_000.0
DAY = 24 * 3600
BUSY, QUIET = ClientKey("busy"), ClientKey("quiet")
QUOTA = {"ratelimit-reason": "jira-quota-tenant-based", "retry-after": "90"}


@pytest.fixture(autouse=True)
def log() -> StringIO:
    """Return the function's log records."""
    stream = StringIO()
    handler = Logger().registered_handler
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    return stream


def webhook(site: ClientKey = BUSY) -> Webhook:
    return Webhook(client_key=site, event="jira:issue_created", webhook_id="w-1", payload={})


def call(**changed: Any) -> CallRequest:
    return CallRequest(client_key=BUSY, path="/x?secret=1", idempotency_key="k", **changed)


def record(
    body: str | Message, *, age: float = 0.0, receives: int = 1, **carried: str | float
) -> dict[str, Any]:
    """A message as Lambda hands it over."""
    return {
        "messageId": "message",
        "receiptHandle": "handle",
        "body": body if isinstance(body, str) else to_text(body),
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": str(int((NOW - age) * 1000)),
        },
        "messageAttributes": {name: {"stringValue": str(value)} for name, value in carried.items()},
    }


@dataclass
class Invocation:
    left: float = 20.0

    def get_remaining_time_in_millis(self) -> int:
        return int(self.left * 1000)


@dataclass
class Workshop:
    """A worker over doubles that write down what they are told."""

    acts: Callable[[Message], Any] = lambda _message: {"status": 200}
    sends_again: bool = False
    postponed: list[tuple[int, bool]] = field(default_factory=list)
    aside: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    worked: list[Message] = field(default_factory=list)
    work_ids: list[str] = field(default_factory=list)
    begun: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    tries: int = 1
    cut_off: int = 0
    unavailable: set[str] = field(default_factory=set)
    disabled: set[ClientKey] = field(default_factory=set)
    paused: set[ClientKey] = field(default_factory=set)
    may_be_paused: bool = True
    delivery: SqsRecord = field(init=False)

    def __post_init__(self) -> None:
        self.now = NOW
        self.table = MemoryTable()
        self.backoff = self.new_backoff()
        self.worker = Worker(
            queue=self,  # type: ignore[arg-type]
            dead_letters=self,  # type: ignore[arg-type]
            idempotency=self,  # type: ignore[arg-type]
            results=self,  # type: ignore[arg-type]
            handler=self,
            backoff=self.backoff,
            purges=Purges(self.table, table="WorkDone", clock=lambda: self.now),  # type: ignore[arg-type]
            clock=lambda: self.now,
        )

    # --- what does the work
    def is_idempotent(self, message: Message) -> bool:
        return message.is_idempotent if isinstance(message, CallRequest) else True

    def do(self, message: Message, _invocation: object, work_id: str) -> Any:
        self.worked.append(message)
        self.work_ids.append(work_id)
        try:
            return self.acts(message)
        except JiraError as error:
            self.backoff.note(message.client_key, error)
            raise

    def work(self, body: str | Message, invocation: Invocation | None = None, **about: Any) -> bool:
        return self.worker.work(record(body, **about), invocation or Invocation())

    def _may_fail(self, effect: str) -> None:
        if effect in self.unavailable:
            raise TemporarilyUnavailable(f"{effect} failed")

    def new_backoff(self) -> TenantBackoff:
        """Return a worker's back-off; all workers share its table."""
        troubles = Troubles(self.table, table="WorkDone", clock=lambda: self.now)  # type: ignore[arg-type]
        return TenantBackoff(troubles, hold=self._hold, pause=self._pause, clock=lambda: self.now)

    def _hold(self, client_key: ClientKey) -> SiteDisabled | SitePaused | None:
        self._may_fail("look at the site")
        if client_key in self.disabled:
            return SiteDisabled()
        return SitePaused("secret-refused") if client_key in self.paused else None

    def _pause(self, client_key: ClientKey) -> bool:
        if self.may_be_paused:
            self.paused.add(client_key)
        return self.may_be_paused

    # --- the queue
    read = staticmethod(read_text)

    def postpone(self, delivery: SqsRecord, *, seconds: int, tried: bool) -> bool:
        assert delivery.receipt_handle == "handle"
        self.postponed.append((seconds, tried))
        self.delivery = delivery
        return self.sends_again

    # --- failed calls
    def add(self, text: str, **about: Any) -> None:
        self._may_fail("set aside")
        self.aside.append({"text": text, **about})

    # --- work done
    def work_id(self, message: Message) -> str | None:
        self._may_fail("name")
        return message.work_id

    def begin(self, work_id: str, **about: Any) -> Attempt:
        self.begun.append((work_id, about))
        self._may_fail("begin")
        return Attempt(record_id="record", owner=about["owner"], tries=self.tries, cut_off=self.cut_off)

    def complete(self, _attempt: Attempt, _result: object) -> None:
        self._may_fail("complete")
        self.records.append("completed")

    def give_back(self, _attempt: Attempt) -> None:
        self._may_fail("give back")
        self.records.append("given back")

    def forget(self, _attempt: Attempt) -> None:
        self._may_fail("forget")
        self.records.append("forgotten")

    # --- results
    def completed(self, _request: CallRequest, outcome: dict[str, Any]) -> None:
        self.told.append(("completed", outcome))

    def failed(self, _request: CallRequest, **outcome: Any) -> None:
        ended = {NotInstalled().reason, SiteDisabled().reason}
        assert self.aside or outcome["reason"] in ended, "told before it is set aside"
        self.told.append(("failed", outcome))


def fails_with(error: Exception) -> Callable[[Message], Any]:
    def fail(_message: Message) -> Any:
        raise error

    return fail


def test_what_became_of_a_call_is_told() -> None:
    shop = Workshop()
    assert shop.work(call())
    assert shop.told == [("completed", {"status": 200})]


def test_a_webhook_is_worked_off_without_a_word_on_the_bus() -> None:
    shop = Workshop()
    shop.work(webhook())
    assert shop.worked == [webhook()]
    assert shop.told == []


def test_what_may_pass_comes_again_no_sooner_than_jira_says() -> None:
    error = JiraServerError(503, call="GET /x", headers={"retry-after": "90"})
    shop = Workshop(acts=fails_with(error))
    assert not shop.work(webhook())
    ((seconds, tried),) = shop.postponed
    assert 90 <= seconds <= 99
    assert tried
    assert shop.aside == []


@pytest.mark.parametrize("sends_again", [True, False])
def test_a_message_stays_in_the_queue_unless_it_was_sent_again(*, sends_again: bool) -> None:
    shop = Workshop(acts=fails_with(TemporarilyUnavailable("kms:Decrypt failed")), sends_again=sends_again)
    assert shop.work(webhook()) == sends_again
    assert len(shop.postponed) == 1


def test_what_is_not_due_is_put_off_for_the_rest_and_not_looked_at(log: StringIO) -> None:
    shop = Workshop(sends_again=True)
    assert shop.work("what is this", NotBefore=NOW + 1234.5)
    assert shop.postponed == [(1235, False)]
    assert (shop.worked, shop.aside, log.getvalue()) == ([], [], "")


def test_what_can_never_succeed_is_set_aside_with_its_reason_and_told_once() -> None:
    shop = Workshop(acts=fails_with(JiraNotFound(404, call="GET /x")), tries=2)
    assert shop.work(call())
    (aside,) = shop.aside
    assert json.loads(aside["text"])["idempotencyKey"] == "k"
    assert (aside["client_key"], aside["reason"], aside["tries"]) == (BUSY, "jira-404", 2)
    ((what, outcome),) = shop.told
    assert (what, outcome["status"], outcome["reason"]) == ("failed", 404, "jira-404")


def test_a_message_that_says_nothing_is_set_aside_as_it_came() -> None:
    shop = Workshop()
    shop.work("what is this")
    (aside,) = shop.aside
    assert (aside["text"], aside["reason"], aside["client_key"]) == (
        "what is this",
        "message-unreadable",
        None,
    )


def test_work_for_a_site_that_has_uninstalled_the_app_ends_and_is_not_set_aside() -> None:
    shop = Workshop(acts=fails_with(NotInstalled()))
    shop.work(call())
    assert shop.aside == []
    assert shop.told[0][1]["reason"] == "app-not-installed"


def test_a_site_out_of_quota_is_not_asked_again_while_others_go_on() -> None:
    shop = Workshop(acts=fails_with(JiraRateLimited(429, call="GET /x", headers=QUOTA)))
    assert not shop.work(webhook(BUSY))
    shop.acts = lambda _message: None
    assert not shop.work(webhook(BUSY))
    assert shop.work(webhook(QUIET))
    assert [message.client_key for message in shop.worked] == [BUSY, QUIET]
    assert all(90 <= seconds <= 99 for seconds, _ in shop.postponed)
    assert [tried for _, tried in shop.postponed] == [True, False]


def test_a_pause_alone_never_sets_work_aside() -> None:
    shop = Workshop(acts=fails_with(JiraRateLimited(429, call="GET /x", headers=QUOTA)))
    for receives in range(1, 40):
        assert not shop.work(webhook(), receives=receives, age=DAY - 1)
    assert shop.aside == []
    assert len(shop.worked) == 1


def test_after_a_day_jira_is_asked_though_the_site_is_paused_and_then_its_answer_counts() -> None:
    shop = Workshop(acts=fails_with(JiraRateLimited(429, call="GET /x", headers=QUOTA)))
    shop.work(webhook())
    assert shop.work(webhook(), age=DAY)
    (aside,) = shop.aside
    assert aside["reason"] == "jira-429"
    shop.acts = lambda _message: None
    assert shop.work(webhook(), age=DAY)
    assert len(shop.aside) == 1


def test_nothing_is_begun_that_there_is_no_time_for() -> None:
    shop = Workshop()
    assert not shop.work(webhook(), Invocation(left=3))
    assert shop.worked == []
    ((seconds, tried),) = shop.postponed
    assert (0 < seconds < 5, tried) == (True, False)


def test_a_message_that_cannot_be_set_aside_stays_in_the_queue(
    monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    shop = Workshop(acts=fails_with(JiraNotFound(404, call="GET /x")))

    def refuse(_text: str, **_about: Any) -> None:
        raise TemporarilyUnavailable("sqs:SendMessage failed")

    monkeypatch.setattr(shop, "add", refuse)
    assert not shop.work(webhook())
    assert "sqs:SendMessage failed" in log.getvalue()
    assert shop.records == []


def test_the_record_says_what_is_done_how_long_it_may_take_and_whether_it_may_be_taken_up() -> None:
    shop = Workshop()
    shop.work(call(method="POST"), Invocation(left=20), AbandonedRecords="one another")
    ((work_id, about),) = shop.begun
    assert work_id == "call busy k"
    assert (about["is_idempotent"], about["left_ms"]) == (False, 20_000)
    assert list(about["abandoned"]) == ["one", "another"]
    assert about["digest"] == call(method="POST").digest
    assert shop.records == ["completed"]


def test_work_has_a_record_though_nothing_names_it_and_another_one_when_it_was_a_dead_letter() -> None:
    shop = Workshop()
    nameless = Webhook(client_key=BUSY, event="e", webhook_id=None, payload={})
    shop.work(nameless)
    shop.work(nameless, FirstMessageId="first")
    shop.work(call(), Redriven="letter")
    assert [work_id for work_id, _ in shop.begun] == [
        "message message",
        "message first",
        "call busy k redriven letter",
    ]
    assert shop.work_ids == ["message message", "message first", "call busy k"], (
        "what it asks for is the same"
    )


def test_work_that_asks_for_itself_ends_after_ten_generations() -> None:
    def asked(depth: int) -> AppWork:
        return AppWork(
            client_key=BUSY,
            name="again",
            arguments={},
            cause="webhook",
            number=0,
            depth=depth,
            is_idempotent=True,
        )

    shop = Workshop()
    assert shop.work(asked(10))
    assert shop.work(asked(11))
    assert shop.worked == [asked(10)]
    assert [aside["reason"] for aside in shop.aside] == ["too-deep"]


RATE_LIMITED = JiraRateLimited(429, call="POST /x")
KEPT: list[str] = []
GIVEN_BACK, FORGOTTEN = ["given back"], ["forgotten"]
RECORDS: list[tuple[str, Exception, list[str]]] = [
    ("POST", RATE_LIMITED, GIVEN_BACK),
    ("POST", JiraNotFound(404, call="POST /x"), KEPT),
    ("POST", JiraServerError(500, call="POST /x"), KEPT),
    ("POST", RecursionError(), KEPT),
    ("POST", NotInstalled(), FORGOTTEN),
    ("GET", JiraServerError(500, call="GET /x"), GIVEN_BACK),
    ("GET", JiraNotFound(404, call="GET /x"), FORGOTTEN),
    ("GET", RecursionError(), GIVEN_BACK),
]


@pytest.mark.parametrize(("method", "error", "records"), RECORDS, ids=str)
def test_the_record_goes_only_where_the_work_may_begin_again(
    method: str, error: Exception, records: list[str]
) -> None:
    shop = Workshop(acts=fails_with(error))
    shop.work(call(method=method))
    assert shop.records == records


def test_tries_are_counted_where_work_begins_and_not_by_hand_overs() -> None:
    shop = Workshop(acts=fails_with(KeyError("issue")), tries=4)
    assert not shop.work(webhook(), receives=90)
    shop.tries = 5
    assert shop.work(webhook(), receives=91)
    assert [aside["reason"] for aside in shop.aside] == ["exception-KeyError"]


def test_a_message_under_which_the_worker_has_died_a_few_times_is_set_aside_unworked() -> None:
    shop = Workshop(cut_off=2)
    assert shop.work(webhook())
    shop.cut_off = 3
    assert shop.work(webhook())
    assert len(shop.worked) == 1
    assert [aside["reason"] for aside in shop.aside] == ["poison-message"]


def test_work_that_cannot_be_told_from_other_work_is_not_begun() -> None:
    shop = Workshop(unavailable={"name"})
    assert not shop.work(webhook())
    assert (shop.begun, shop.worked) == ([], [])
    assert [tried for _, tried in shop.postponed] == [False]


def test_what_could_not_be_begun_comes_again_untried_with_the_owner_that_its_record_may_have() -> None:
    shop = Workshop(unavailable={"begin"})
    assert not shop.work(call(method="POST"), AbandonedRecords="before")
    ((_, about),) = shop.begun
    assert shop.delivery.abandoned == ("before", about["owner"])
    assert [tried for _, tried in shop.postponed] == [False]
    assert shop.worked == []


def test_what_could_not_be_given_back_is_sent_again_with_the_owner_of_its_record() -> None:
    shop = Workshop(acts=fails_with(RATE_LIMITED), unavailable={"give back"})
    assert not shop.work(call(method="POST"), AbandonedRecords="before")
    ((_, about),) = shop.begun
    assert shop.delivery.abandoned == (about["owner"],)
    assert [tried for _, tried in shop.postponed] == [False]


@pytest.mark.parametrize("effect", ["complete", "forget"])
def test_a_record_that_cannot_be_changed_makes_nothing_be_done_again(effect: str) -> None:
    fails = fails_with(JiraNotFound(404, call="GET /x"))
    shop = Workshop(unavailable={effect})
    if effect == "forget":
        shop.acts = fails
    assert shop.work(call())
    assert [what for what, _ in shop.told] == ["failed" if effect == "forget" else "completed"]


UNREADABLE_RECORDS: list[dict[str, Any]] = [
    {"messageAttributes": {"FirstSentAt": {"stringValue": "soon", "dataType": "Number"}}},
    {"messageAttributes": {"NotBefore": {"stringValue": "inf", "dataType": "Number"}}},
    {"messageAttributes": {"FirstSentAt": {"binaryValue": "AA==", "dataType": "Binary"}}},
    {"attributes": {}},
]


@pytest.mark.parametrize("wrong", UNREADABLE_RECORDS, ids=str)
def test_a_record_that_cannot_be_read_is_set_aside_alone(wrong: dict[str, Any]) -> None:
    shop = Workshop()
    assert shop.worker.work({**record(webhook()), **wrong}, Invocation())
    (aside,) = shop.aside
    assert (aside["text"], aside["reason"]) == (to_text(webhook()), "message-unreadable")
    assert shop.worked == []


def test_the_log_tells_of_the_work_without_its_query(log: StringIO) -> None:
    shop = Workshop(acts=fails_with(JiraNotFound(404, call="GET /x")))
    shop.work(call())
    said = json.loads(log.getvalue())
    assert (said["clientKey"], said["method"], said["path"]) == (BUSY, "GET", "/x")
    assert said["reason"] == "jira-404"
    assert "secret" not in log.getvalue()


def test_what_becomes_of_messages_is_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Workshop(acts=fails_with(RATE_LIMITED)).work(webhook())
    Workshop(acts=fails_with(JiraNotFound(404, call="GET /x"))).work(webhook())
    Workshop(acts=fails_with(NotInstalled())).work(webhook())
    shop = Workshop()
    monkeypatch.setattr(shop, "begin", lambda _work_id, **_about: Done(None))
    shop.work(webhook())
    assert shop.worked == []
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [
        (metric["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], metric.get("reason"))
        for metric in counted
    ] == [
        ("WorkPostponed", "jira-429"),
        ("WorkSetAside", "jira-404"),
        ("WorkEnded", "app-not-installed"),
        ("DuplicateAbsorbed", None),
    ]


def test_what_the_apps_own_code_raises_is_counted_apart(capsys: pytest.CaptureFixture[str]) -> None:
    for error in (KeyError("summary"), RATE_LIMITED, NotInstalled()):
        Workshop(acts=fails_with(error)).work(webhook())
    assert times_counted(capsys.readouterr().out, "OwnCodeFailed") == 1


def test_the_log_tells_a_message_that_was_skipped_from_one_that_was_processed(
    log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop()
    shop.work(webhook())
    monkeypatch.setattr(shop, "begin", lambda _work_id, **_about: Done(None))
    shop.work(webhook())
    said = [json.loads(line)["message"] for line in log.getvalue().splitlines()]
    assert said == ["Message processed", "Message skipped: processed before"]


def test_the_log_of_one_message_says_nothing_of_the_one_before(log: StringIO) -> None:
    shop = Workshop()
    shop.work(webhook())
    shop.work("what is this")
    first, second = (json.loads(line) for line in log.getvalue().splitlines())
    assert first["clientKey"] == BUSY
    assert "clientKey" not in second


SILENT = JiraUnreachable(call="GET /x", cause="ReadTimeoutError", may_have_worked=True)


def test_a_site_in_trouble_is_left_alone_until_one_message_finds_it_well_again() -> None:
    shop = Workshop(acts=fails_with(SILENT))
    shop.work(webhook())
    shop.work(webhook())
    assert len(shop.worked) == 1
    shop.now += 1
    shop.work(webhook())
    shop.work(webhook())
    assert len(shop.worked) == 2, "one at a time"
    assert [tried for _, tried in shop.postponed] == [True, False, True, False]
    shop.acts = lambda _message: None
    assert shop.work(webhook(QUIET)), "another site"


def test_while_a_call_is_waited_for_other_workers_leave_its_site_alone() -> None:
    left_alone: list[bool] = []

    def wait(message: Message) -> None:
        on_slow = SLOW_HOOK.get()
        assert on_slow is not None
        on_slow()
        left_alone.append(shop.new_backoff().troubles.of(message.client_key) is not None)

    shop = Workshop(acts=wait)
    shop.work(webhook())
    assert left_alone == [True]


@pytest.mark.parametrize("age", [0, 5, 50, 5_000, DAY - 1_000])
def test_a_message_is_back_soon_after_its_sites_trouble_however_old_it_is(age: float) -> None:
    shop = Workshop()
    for _ in range(3):
        shop.backoff.note(BUSY, SILENT)
    shop.work(webhook(), age=age)
    pause = 4
    ((seconds, tried),) = shop.postponed
    assert not tried
    assert pause <= seconds <= 1.1 * max(pause, min(age / 2, LONGEST_AFTER_TROUBLE_SECONDS)) + 1


@pytest.mark.parametrize("acts", [lambda _message: None, fails_with(KeyError("issue"))], ids=["well", "not"])
def test_work_that_finds_nothing_out_about_a_site_leaves_it_to_the_next(
    acts: Callable[[Message], Any],
) -> None:
    shop = Workshop(acts=fails_with(SILENT))
    shop.work(webhook())
    shop.now += 1
    shop.acts = acts
    shop.work(webhook())
    assert shop.new_backoff().troubles.of(BUSY) is None


def test_work_that_cannot_begin_leaves_it_to_the_next_to_find_out_about_a_site() -> None:
    shop = Workshop(acts=fails_with(SILENT))
    shop.work(webhook())
    shop.now += 1
    shop.unavailable = {"begin"}
    shop.work(webhook())
    assert shop.new_backoff().troubles.of(BUSY) is None


def in_lasting_trouble() -> Workshop:
    shop = Workshop(acts=fails_with(SILENT))
    while not ((trouble := shop.new_backoff().troubles.of(BUSY)) and trouble.is_lasting):
        shop.now += trouble.seconds if trouble else 0
        shop.work(webhook())
    return shop


def test_what_is_old_when_its_site_has_been_silent_for_long_is_set_aside_and_not_tried() -> None:
    shop = in_lasting_trouble()
    worked = len(shop.worked)
    assert not shop.work(webhook(), age=DAY - (shop.now - NOW) - 1)
    assert shop.aside == []
    assert shop.work(webhook(), age=DAY)
    assert [aside["reason"] for aside in shop.aside] == ["jira-0"]
    assert len(shop.worked) == worked


def test_a_moment_of_trouble_sets_no_old_message_aside() -> None:
    shop = Workshop()
    shop.backoff.note(BUSY, SILENT)
    assert not shop.work(webhook(), age=2 * DAY)
    assert (shop.worked, shop.aside) == ([], [])
    shop.now += 1
    assert shop.work(webhook(), age=2 * DAY)
    assert len(shop.worked) == 1


def test_the_messages_of_a_disabled_site_wait_without_a_try_and_then_have_their_day() -> None:
    shop = Workshop(disabled={BUSY}, acts=fails_with(SILENT))
    shop.work(webhook(), age=DAY + 5)
    assert (shop.worked, shop.begun, shop.aside) == ([], [], [])
    assert (shop.delivery.sent_at, shop.delivery.held_since) == (NOW, NOW)
    shop.work(webhook(), HeldSince=NOW - 3 * DAY)
    assert [tried for _, tried in shop.postponed] == [False, False]
    assert 60 <= shop.postponed[0][0] <= 66
    assert 3600 <= shop.postponed[1][0] <= 3960
    shop.disabled.clear()
    assert not shop.work(webhook(), FirstSentAt=NOW - 60, HeldSince=NOW - 3 * DAY)
    assert len(shop.worked) == 1
    assert shop.delivery.held_since == 0


def test_what_is_to_be_done_after_an_uninstall_waits_for_no_jira() -> None:
    shop = Workshop(disabled={BUSY}, acts=fails_with(SILENT))
    for hook, is_done in ((Hook.UPGRADED, False), (Hook.UNINSTALLED, True)):
        call = HookCall(client_key=BUSY, hook=hook, installation=BUSY, signed_at=0, identifier="i")
        shop.work(call)
        assert bool(shop.worked) is is_done, hook


def test_after_four_days_disabled_work_ends_with_its_reason_and_without_an_alarm() -> None:
    shop = Workshop(disabled={BUSY})
    assert shop.work(call(), HeldSince=NOW - 4 * DAY)
    assert (shop.worked, shop.aside, shop.postponed) == ([], [], [])
    ((what, outcome),) = shop.told
    assert (what, outcome["reason"]) == ("failed", "site-disabled")


REFUSED = jira_error(
    401, call="GET /x", finding=finding("app-not-installed", Certainty.LIKELY, "Jira answered 401")
)


def test_a_site_whose_secret_jira_has_refused_for_a_day_is_paused_and_its_message_waits() -> None:
    shop = Workshop(acts=fails_with(REFUSED), tries=3)
    assert not shop.work(webhook(), age=DAY - 1)
    assert shop.paused == set()
    assert not shop.work(webhook(), age=DAY)
    assert (shop.paused, shop.aside) == ({BUSY}, [])
    worked = len(shop.worked)
    assert not shop.work(webhook(), age=DAY + 60)
    assert (len(shop.worked), shop.delivery.sent_at, shop.delivery.held_since) == (worked, NOW, NOW)
    shop.paused.clear()
    shop.acts = lambda _message: {}
    assert shop.work(webhook(), FirstSentAt=NOW, HeldSince=NOW - DAY)
    assert (len(shop.worked), shop.aside) == (worked + 1, [])


@pytest.mark.parametrize(
    ("error", "tries", "may_be_paused"),
    [
        (jira_error(401, call="GET /x"), 3, True),
        (
            jira_error(401, call="GET /x", finding=finding("expired", Certainty.CERTAIN, "it is over")),
            3,
            True,
        ),
        (REFUSED, 2, True),
        (REFUSED, 3, False),
    ],
    ids=["of unknown cause", "of another cause", "not thrice", "of a secret that is new"],
)
def test_a_refusal_that_says_nothing_of_the_sites_secret_pauses_nothing(
    error: JiraError, tries: int, *, may_be_paused: bool
) -> None:
    shop = Workshop(acts=fails_with(error), tries=tries, may_be_paused=may_be_paused)
    assert shop.work(webhook(), age=DAY)
    assert (shop.paused, [aside["reason"] for aside in shop.aside]) == (set(), ["jira-401"])


def test_after_four_days_of_a_pause_work_is_set_aside_and_not_lost() -> None:
    shop = Workshop(paused={BUSY})
    assert not shop.work(webhook(), HeldSince=NOW - 4 * DAY + 1)
    assert shop.work(webhook(), HeldSince=NOW - 4 * DAY)
    assert (shop.worked, [aside["reason"] for aside in shop.aside]) == ([], ["secret-refused"])


def test_a_site_that_cannot_be_looked_at_is_not_called() -> None:
    shop = Workshop(unavailable={"look at the site"})
    assert not shop.work(webhook())
    assert (shop.worked, [tried for _, tried in shop.postponed]) == ([], [False])


def test_a_message_of_newer_code_is_sent_again_for_a_day() -> None:
    shop = Workshop(sends_again=True)
    assert shop.work('{"kind": "of tomorrow", "clientKey": "busy"}', age=DAY - 1)
    assert [tried for _, tried in shop.postponed] == [False]
    assert shop.work('{"kind": "of tomorrow", "clientKey": "busy"}', age=DAY)
    assert [aside["reason"] for aside in shop.aside] == ["of-newer-code"]


NAME = "Ada Lovelace"


def test_what_jira_says_is_for_the_dead_letter_alone(log: StringIO) -> None:
    said = {"errorMessages": [f"The value '{NAME}' does not exist for the field 'assignee'."]}
    shop = Workshop(acts=fails_with(JiraNotFound(404, call="GET /x", body=said)))
    shop.work(call())
    (aside,) = shop.aside
    assert NAME in aside["explanation"]
    assert shop.told[0][1]["explanation"] == "jira-404: GET /x: Jira answered 404"
    assert NAME not in log.getvalue()


def test_what_a_mistake_says_is_not_told_on_the_bus() -> None:
    shop = Workshop(acts=fails_with(ValueError(NAME)))
    shop.work(call(method="POST"))
    assert NAME in shop.aside[0]["explanation"]
    assert NAME not in json.dumps(shop.told)
    assert shop.told[0][1]["reason"] == "effect-unknown"


def test_however_much_jira_says_a_dead_letter_takes_it(log: StringIO) -> None:
    long = JiraNotFound(404, call="GET /x", body={"errorMessages": ["\U0001f600" * 400_000]})
    shop = Workshop(acts=fails_with(long))
    shop.work(call())
    assert len(shop.aside[0]["explanation"]) < 1000
    assert len(json.dumps(shop.told)) < 1000
    assert len(log.getvalue()) < 20_000


def test_a_probe_is_recorded_under_its_id_and_needs_no_site() -> None:
    shop = Workshop(unavailable={"look at the site"})
    assert shop.work(Probe("p"))
    assert shop.work_ids == ["probe p"]
    assert shop.records == ["completed"]
    assert shop.table.rows == {}


# --- sites that were purged


def purged(shop: Workshop, *, seconds_ago: float = 60) -> Purges:
    purges = Purges(shop.table, table="WorkDone", clock=lambda: shop.now)  # type: ignore[arg-type]
    purges.put([BUSY, ClientKey("of-forge")], purged_at=int(NOW - seconds_ago))
    return purges


def test_what_was_sent_before_its_site_was_purged_is_dropped_and_counted() -> None:
    shop = Workshop()
    purges = purged(shop)
    uninstalled = HookCall(
        client_key=BUSY, hook=Hook.UNINSTALLED, installation=BUSY, signed_at=0, identifier="i"
    )
    for message in (webhook(), call(), uninstalled):
        assert shop.work(message, age=61)
    assert (shop.worked, shop.begun, shop.aside, shop.told, shop.postponed) == ([], [], [], [], [])
    tombstone = purges.read(BUSY)
    assert tombstone is not None
    assert (tombstone.dropped, tombstone.keys) == (3, (BUSY, "of-forge"))


def test_what_a_purged_site_sends_after_it_has_installed_anew_is_done() -> None:
    shop = Workshop()
    purged(shop)
    shop.work(webhook(), age=59)
    assert len(shop.worked) == 1


def test_the_work_of_other_sites_goes_on() -> None:
    shop = Workshop()
    purged(shop)
    shop.work(webhook(QUIET), age=DAY)
    assert len(shop.worked) == 1


def test_a_message_that_was_held_for_its_site_is_as_old_as_its_waiting() -> None:
    shop = Workshop()
    purged(shop)
    assert shop.work(webhook(), FirstSentAt=NOW, HeldSince=NOW - DAY)
    assert shop.worked == []


def test_of_a_purged_site_a_large_message_is_dropped_though_its_content_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(_text: str) -> Message:
        raise MessageUnreadable("what the message refers to is not in the bucket")

    shop = Workshop()
    monkeypatch.setattr(shop, "read", gone)
    purged(shop)
    stored = json.dumps({"kind": "stored", "clientKey": BUSY, "key": "gone"})
    assert shop.work(stored, age=61)
    assert shop.aside == []
    shop.work(stored, age=59)
    assert [one["reason"] for one in shop.aside] == ["message-unreadable"]


def test_a_worker_learns_within_seconds_that_a_site_was_purged() -> None:
    shop = Workshop()
    shop.work(webhook(), age=120)
    assert len(shop.worked) == 1
    purged(shop)
    shop.now += REMEMBERED_SECONDS + 1
    shop.work(webhook(), age=120)
    assert len(shop.worked) == 1


def test_a_message_waits_while_nobody_can_say_whether_its_site_was_purged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = Workshop()

    def fails(*_: object, **__: object) -> None:
        raise TemporarilyUnavailable("dynamodb:GetItem failed")

    monkeypatch.setattr(shop.table, "call", fails)
    assert not shop.work(call(), age=61)
    assert shop.worked == []
    assert len(shop.postponed) == 1
    shop.work(call(), age=2 * DAY)
    assert [name for name, _ in shop.told] == ["failed"]
