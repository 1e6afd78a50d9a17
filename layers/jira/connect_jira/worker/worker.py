"""Works off the queue of calls to Jira: each message once, each failure to where it belongs.

The process may die between any two effects. So a record is written before the work, what has failed is set
aside before it is told, and both before the message leaves the queue.
"""

import math
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from aws_lambda_powertools import Logger

from connect_jira.errors import (
    MessageUnreadable,
    PoisonMessage,
    SiteDisabled,
    SiteInTrouble,
    TemporarilyUnavailable,
    TooDeep,
)
from connect_jira.events.app_work import MAX_DEPTH, AppWork
from connect_jira.events.call_request import CallRequest
from connect_jira.events.messages import Message
from connect_jira.events.webhook import Webhook
from connect_jira.jira.connection_pool import telling
from connect_jira.lambda_context import Invocation
from connect_jira.metrics import count
from connect_jira.worker.backoff import Pauses
from connect_jira.worker.call_results import CallResults
from connect_jira.worker.dead_letter_queue import FailedJiraCalls
from connect_jira.worker.failed_work import FailedWork
from connect_jira.worker.idempotency_store import Attempt, Done, WorkDone
from connect_jira.worker.queue import JiraCallsQueue
from connect_jira.worker.retry_policy import GIVE_UP_SECONDS, no_sooner
from connect_jira.worker.sqs_record import Delivery
from connect_jwt.errors import ConnectError

logger = Logger(child=True)

ENOUGH_TIME_SECONDS = 5.0
"""With less left of the function's time no further message is begun."""

LONGEST_AFTER_TROUBLE_SECONDS = 30.0
"""How much later than its site a message is back at most. A site's pauses grow by themselves."""

LONGEST_DISABLED_SECONDS = 4 * 24 * 3600
"""How long messages of a site wait that has disabled the app: as long as SQS keeps one."""

_SHORTEST_DISABLED_SECONDS = 60.0
_NEXT_TURN_SECONDS = 2.0

MAX_CUT_OFF = 3
"""How often work is begun under which the worker dies, or runs out of time."""


class Doer(Protocol):
    """Does what messages ask for."""

    def may_be_repeated(self, message: Message) -> bool:
        """Whether doing it twice comes to the same as doing it once."""

    def do(self, message: Message, invocation: Invocation, work_id: str) -> object:
        """Do it; what is returned is kept.

        Args:
            message: what it asks for
            invocation: Lambda's context
            work_id: tells this work from all other, and is the same each time it is tried
        """


class Worker:
    """Works off messages.

    IAM: what its parts need.

    Args:
        queue: where messages come from, and stay
        failed: where they go when nothing more is tried
        done: what was done before
        results: tells what became of calls that were asked for
        doer: does what messages ask for
        pauses: which sites to leave alone
        clock: Unix seconds
    """

    def __init__(
        self,
        *,
        queue: JiraCallsQueue,
        failed: FailedJiraCalls,
        done: WorkDone,
        results: CallResults,
        doer: Doer,
        pauses: Pauses,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queue = queue
        self._done = done
        self._results = results
        self._doer = doer
        self._pauses = pauses
        self._clock = clock
        self._failed_work = FailedWork(queue=queue, failed=failed, done=done, results=results, clock=clock)

    def work(self, record: Mapping[str, Any], invocation: Invocation) -> bool:
        """Do what a message asks for; False if the message must stay in the queue.

        It need not when nothing more is to be done, or the message was sent again.

        Args:
            record: the message, as Lambda hands it over
            invocation: Lambda's context
        """
        try:
            try:
                delivery = Delivery.from_record(record)
            except MessageUnreadable as error:
                return self._failed_work.settle(Delivery.unread(record), error)
            return self._take_up(delivery, invocation)
        except Exception:  # such as when the queue does not answer, either
            logger.exception("The message comes again after the queue's own timeout")
            return False

    def _take_up(self, delivery: Delivery, invocation: Invocation) -> bool:
        left = delivery.not_before - self._clock()
        if left > 0:
            return self._queue.postpone(delivery, seconds=math.ceil(left), tried=False)
        if invocation.get_remaining_time_in_millis() < ENOUGH_TIME_SECONDS * 1000:
            return self._failed_work.come_again(delivery, _NEXT_TURN_SECONDS, "out-of-time")
        try:
            message = self._queue.read(delivery.text)
        except ConnectError as error:
            return self._failed_work.settle(delivery, error)
        with logger.append_context_keys(**_about(message)):
            if isinstance(message, AppWork) and message.depth > MAX_DEPTH:
                return self._failed_work.settle(delivery, TooDeep(message.depth), message=message)
            put_off = self._put_off(delivery, message)
            if put_off is not None:
                return put_off
            try:
                return self._work(delivery, message, invocation)
            finally:
                self._pauses.troubles.end_turn(message.client_key)

    def _put_off(self, delivery: Delivery, message: Message) -> bool | None:
        """Leave a message alone whose site is; None if it need not be, else as `work`."""
        client_key, age = message.client_key, self._clock() - delivery.sent_at
        limited = self._pauses.seconds_left(client_key)
        if limited and age < GIVE_UP_SECONDS:  # then Jira is asked, so that nothing waits for ever
            return self._failed_work.come_again(delivery, no_sooner(limited, age=age), "site-paused")
        try:
            if self._pauses.is_disabled(client_key):
                return self._wait_until_enabled(delivery, message)
            trouble = self._pauses.troubles.of(client_key)
        except TemporarilyUnavailable as error:
            return self._failed_work.settle(delivery, error, message=message)
        if trouble is None:
            return None
        if age >= GIVE_UP_SECONDS and trouble.is_lasting:  # to try all that is old would hold up the others
            return self._failed_work.settle(delivery, SiteInTrouble(trouble.reason), message=message)
        wait = no_sooner(trouble.seconds, age=age, longest=LONGEST_AFTER_TROUBLE_SECONDS)
        return self._failed_work.come_again(delivery, wait, "site-paused")

    def _wait_until_enabled(self, delivery: Delivery, message: Message) -> bool:
        """Let a message wait without a try, and begin to be patient once it can be tried."""
        now = self._clock()
        since = delivery.disabled_since or now
        if now - since >= LONGEST_DISABLED_SECONDS:
            return self._failed_work.settle(delivery, SiteDisabled(), message=message)
        delivery = replace(delivery, sent_at=now, disabled_since=since)
        wait = no_sooner(_SHORTEST_DISABLED_SECONDS, age=now - since)
        return self._failed_work.come_again(delivery, wait, "site-disabled")

    def _work(self, delivery: Delivery, message: Message, invocation: Invocation) -> bool:
        owner, may_be_repeated = uuid.uuid4().hex, self._doer.may_be_repeated(message)
        try:
            work_id = self._done.work_id(message) or f"message {delivery.first_message_id}"
            begun = self._done.begin(
                f"{work_id} redriven {delivery.redriven}" if delivery.redriven else work_id,
                owner=owner,
                abandoned=delivery.abandoned,
                digest=message.digest if isinstance(message, CallRequest) else "",
                may_be_repeated=may_be_repeated,
                left_ms=invocation.get_remaining_time_in_millis(),
            )
        except TemporarilyUnavailable as error:
            return self._failed_work.settle(delivery.abandoning(owner), error, message=message)
        except ConnectError as error:
            return self._failed_work.settle(delivery, error, message=message)
        if isinstance(begun, Done):
            count("DuplicateAbsorbed")
            outcome = begun.result
        else:
            delivery = replace(delivery, abandoned=(), disabled_since=0.0)
            try:
                if begun.cut_off >= MAX_CUT_OFF:
                    raise PoisonMessage(begun.cut_off)  # noqa: TRY301 - judged like the error that it stands for
                with telling(lambda: self._pauses.troubles.note_slow(message.client_key)):
                    outcome = self._doer.do(message, invocation, work_id)
            except Exception as error:  # noqa: BLE001 - a reaction raises anything; the verdict tells them apart
                return self._failed_work.settle(
                    delivery, error, message=message, attempt=begun, may_be_repeated=may_be_repeated
                )
            self._complete(begun, outcome)
        if isinstance(message, CallRequest):
            self._results.completed(message, outcome)
        logger.info("Work done")
        return True

    def _complete(self, attempt: Attempt, outcome: object) -> None:
        try:
            self._done.complete(attempt, outcome)
        except TemporarilyUnavailable:
            logger.warning("Work done, but not recorded", exc_info=True)


def _about(message: Message) -> dict[str, Any]:
    if isinstance(message, CallRequest):
        return {"clientKey": message.client_key, "method": message.method, "path": message.path_alone}
    if isinstance(message, Webhook):
        return {"clientKey": message.client_key, "event": message.event, "webhookId": message.webhook_id}
    if isinstance(message, AppWork):
        return {"clientKey": message.client_key, "work": message.name}
    return {"clientKey": message.client_key}
