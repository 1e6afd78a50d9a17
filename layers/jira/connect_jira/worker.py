"""Works off the queue of calls to Jira: each message once, each failure to where it belongs.

The process may die between any two effects. So a record is written before the work, what has failed is set
aside before it is told, and both before the message leaves the queue.
"""

import math
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aws_lambda_powertools import Logger

from connect_jira.call_request import CallRequest
from connect_jira.call_results import CallResults
from connect_jira.deliveries import Delivery
from connect_jira.errors import MessageUnreadable, PoisonMessage, SiteDisabled, TemporarilyUnavailable
from connect_jira.failed_calls import FailedJiraCalls
from connect_jira.invocation import Invocation
from connect_jira.jira_errors import JiraError
from connect_jira.messages import Message
from connect_jira.metrics import count
from connect_jira.pauses import Pauses
from connect_jira.queue import JiraCallsQueue
from connect_jira.verdicts import (
    GIVE_UP_SECONDS,
    LONGEST_POSTPONEMENT_SECONDS,
    Ended,
    FailedDelivery,
    Postponed,
    SetAside,
    no_sooner,
    verdict,
)
from connect_jira.webhooks import Webhook
from connect_jira.work_done import Attempt, Done, WorkDone
from connect_jwt.errors import ConnectError

logger = Logger(child=True)

ENOUGH_TIME_SECONDS = 5.0
"""With less left of the function's time no further message is begun."""

LONGEST_DISABLED_SECONDS = 4 * 24 * 3600
"""How long messages of a site wait that has disabled the app: as long as SQS keeps one."""

_SHORTEST_DISABLED_SECONDS = 60.0

MAX_CUT_OFF = 3
"""How often work is begun under which the worker dies, or runs out of time."""


class Worker:
    """Works off messages.

    IAM: what its parts need.

    Args:
        queue: where messages come from, and stay
        failed: where they go when nothing more is tried
        done: what was done before
        results: tells what became of calls that were asked for
        do: does what a message asks for; what it returns is kept
        pauses: which sites to leave alone
        is_ending: whether this process is being stopped
        clock: Unix seconds
    """

    def __init__(
        self,
        *,
        queue: JiraCallsQueue,
        failed: FailedJiraCalls,
        done: WorkDone,
        results: CallResults,
        do: Callable[[Message, Invocation], Any],
        pauses: Pauses,
        is_ending: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queue = queue
        self._failed = failed
        self._done = done
        self._results = results
        self._do = do
        self._pauses = pauses
        self._is_ending = is_ending
        self._clock = clock

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
                return self._judge(Delivery.unread(record), None, None, error)
            return self._take_up(delivery, invocation)
        except Exception:  # such as when the queue does not answer, either
            logger.exception("The message comes again after the queue's own timeout")
            return False

    def _take_up(self, delivery: Delivery, invocation: Invocation) -> bool:
        left = delivery.not_before - self._clock()
        if left > 0:
            return self._queue.postpone(delivery, seconds=math.ceil(left), tried=False)
        if self._is_ending() or invocation.get_remaining_time_in_millis() < ENOUGH_TIME_SECONDS * 1000:
            return self._come_again(delivery, 0, "out-of-time")
        try:
            message = self._queue.read(delivery.text)
        except ConnectError as error:
            return self._judge(delivery, None, None, error)
        with logger.append_context_keys(**_about(message)):
            put_off = self._put_off(delivery, message)
            return self._work(delivery, message, invocation) if put_off is None else put_off

    def _put_off(self, delivery: Delivery, message: Message) -> bool | None:
        """Leave a message alone whose site is; None if it need not be, else as `work`."""
        client_key, age = message.client_key, self._age(delivery)
        try:
            is_disabled = self._pauses.is_disabled(client_key)
        except TemporarilyUnavailable as error:
            return self._judge(delivery, message, None, error)
        if is_disabled:
            return self._wait_until_enabled(delivery, message)
        pause, trouble = self._pauses.seconds_left(client_key), self._pauses.trouble(client_key)
        if pause and age < GIVE_UP_SECONDS:
            return self._come_again(delivery, no_sooner(pause, age=age), "site-paused")
        if (
            pause and trouble and trouble.is_lasting
        ):  # to try all of its old messages would hold up the others
            return self._judge(delivery, message, None, trouble.error)
        return None

    def _wait_until_enabled(self, delivery: Delivery, message: Message) -> bool:
        """Let a message wait without a try, and begin to be patient once it can be tried."""
        now = self._clock()
        since = delivery.disabled_since or now
        if now - since >= LONGEST_DISABLED_SECONDS:
            return self._judge(delivery, message, None, SiteDisabled())
        delivery = replace(delivery, sent_at=now, disabled_since=since)
        wait = no_sooner(_SHORTEST_DISABLED_SECONDS, age=now - since)
        return self._come_again(delivery, wait, "site-disabled")

    def _work(self, delivery: Delivery, message: Message, invocation: Invocation) -> bool:
        owner = uuid.uuid4().hex
        try:
            begun = self._done.begin(
                self._work_id(message, delivery),
                owner=owner,
                abandoned=delivery.abandoned,
                digest=message.digest if isinstance(message, CallRequest) else "",
                may_be_repeated=message.may_be_repeated,
                left_ms=invocation.get_remaining_time_in_millis(),
            )
        except TemporarilyUnavailable as error:
            return self._judge(delivery.abandoning(owner), message, None, error)
        except ConnectError as error:
            return self._judge(delivery, message, None, error)
        if isinstance(begun, Done):
            count("DuplicateAbsorbed")
            outcome = begun.result
        else:
            delivery = replace(delivery, abandoned=(), disabled_since=0.0)
            try:
                if begun.cut_off >= MAX_CUT_OFF:
                    raise PoisonMessage(begun.cut_off)  # noqa: TRY301 - judged like the error that it stands for
                outcome = self._do(message, invocation)
            except Exception as error:  # noqa: BLE001 - a reaction raises anything; the verdict tells them apart
                return self._judge(delivery, message, begun, error)
            self._complete(begun, outcome)
        if isinstance(message, CallRequest):
            self._results.completed(message, outcome)
        logger.info("Work done")
        return True

    def _work_id(self, message: Message, delivery: Delivery) -> str:
        work_id = self._done.work_id(message) or f"message {delivery.first_message_id}"
        return f"{work_id} redriven {delivery.redriven}" if delivery.redriven else work_id

    def _judge(
        self, delivery: Delivery, message: Message | None, attempt: Attempt | None, error: Exception
    ) -> bool:
        """Do with a message what is to be done after an error; False if it must stay in the queue.

        Args:
            delivery: of the message
            message: as far as it could be read
            attempt: at its work, if that began
            error: what went wrong
        """
        if message and attempt and isinstance(error, JiraError):
            self._pauses.note(message.client_key, error)
        failed = FailedDelivery(
            error=error,
            may_be_repeated=attempt is None or message is None or message.may_be_repeated,
            is_one_call=isinstance(message, CallRequest),
            tries=attempt.tries if attempt else 0,
            age=self._age(delivery),
            now=self._clock(),
        )
        match verdict(failed):
            case Postponed(seconds):
                if attempt:
                    delivery = self._give_back(attempt, delivery)
                tried = attempt is not None and not delivery.abandoned
                return self._come_again(delivery, seconds, _reason(error), error, tried=tried)
            case SetAside(reason, explanation):
                logger.error("Work failed; set aside", exc_info=error, reason=reason, tries=failed.tries)
                count("WorkSetAside", reason=reason)
                self._failed.add(
                    delivery.text,
                    client_key=message.client_key if message else None,
                    reason=reason,
                    explanation=explanation,
                    tries=failed.tries,
                )
                self._tell(message, error, reason, explanation)
            case Ended(reason):
                logger.warning("Work came to its end", reason=reason)
                count("WorkEnded", reason=reason)
                self._tell(message, error, reason, str(error))
        if attempt and failed.may_begin_again:
            self._forget(attempt)
        return True

    def _tell(self, message: Message | None, error: Exception, reason: str, explanation: str) -> None:
        if isinstance(message, CallRequest):
            status = error.status if isinstance(error, JiraError) and error.status else None
            self._results.failed(message, reason=reason, explanation=explanation, status=status)

    def _complete(self, attempt: Attempt, outcome: object) -> None:
        try:
            self._done.complete(attempt, outcome)
        except TemporarilyUnavailable:
            logger.warning("Work done, but not recorded", exc_info=True)

    def _give_back(self, attempt: Attempt, delivery: Delivery) -> Delivery:
        """Let the work be tried again, by its record or by what the message carries."""
        try:
            self._done.give_back(attempt)
        except TemporarilyUnavailable:
            logger.warning("The record stays until the message is back", exc_info=True)
            return delivery.abandoning(attempt.owner)
        return delivery

    def _forget(self, attempt: Attempt) -> None:
        try:
            self._done.forget(attempt)
        except TemporarilyUnavailable:
            logger.warning("The record stays until it expires", exc_info=True)

    def _age(self, delivery: Delivery) -> float:
        return self._clock() - delivery.sent_at

    def _come_again(
        self,
        delivery: Delivery,
        seconds: float,
        reason: str,
        error: Exception | None = None,
        *,
        tried: bool = False,
    ) -> bool:
        spread = random.uniform(1.0, 1.1)  # noqa: S311 - spreads load, hides nothing
        wait = min(int(seconds * spread + 0.999), LONGEST_POSTPONEMENT_SECONDS)
        logger.warning("The message comes again", reason=reason, seconds=wait, exc_info=error)
        count("WorkPostponed", reason=reason)
        return self._queue.postpone(delivery, seconds=wait, tried=tried)


def _about(message: Message) -> dict[str, Any]:
    if isinstance(message, CallRequest):
        return {"clientKey": message.client_key, "method": message.method, "path": message.path_alone}
    if isinstance(message, Webhook):
        return {"clientKey": message.client_key, "event": message.event, "webhookId": message.webhook_id}
    return {"clientKey": message.client_key}


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, ConnectError) else type(error).__name__
