"""Worker of the queue of calls to Jira: each message once, each failure by the retry policy.

The process may die between any two effects. So a record is written before the work, a dead letter before the
failure is put on the bus, and both before the message leaves the queue.
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
    SitePaused,
    TemporarilyUnavailable,
    TooDeep,
)
from connect_jira.events.app_work import MAX_DEPTH, AppWork
from connect_jira.events.call_request import CallRequest
from connect_jira.events.hook_call import Hook, HookCall
from connect_jira.events.job_run import JobRun
from connect_jira.events.messages import Message
from connect_jira.events.probe import Probe
from connect_jira.events.reaction_call import ReactionCall
from connect_jira.events.webhook import Webhook
from connect_jira.json_objects import object_in
from connect_jira.lambda_context import Invocation
from connect_jira.metrics import count
from connect_jira.worker.backoff import TenantBackoff
from connect_jira.worker.call_results import CallResults
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jira.worker.failure_handler import FailureHandler
from connect_jira.worker.idempotency_store import Attempt, Done, IdempotencyStore
from connect_jira.worker.purges import Purges
from connect_jira.worker.queue import JiraCallsQueue
from connect_jira.worker.retry_policy import GIVE_UP_SECONDS, no_sooner
from connect_jira.worker.sqs_record import SqsRecord
from connect_jwt.errors import ConnectError
from connect_jwt.identity import ClientKey

logger = Logger(child=True)

ENOUGH_TIME_SECONDS = 5.0
"""Minimum time left of the function's to begin another message."""

LONGEST_AFTER_TROUBLE_SECONDS = 30.0
"""Maximum delay of a message after its site's trouble ends. A site's pauses grow by themselves."""

LONGEST_HELD_SECONDS = 4 * 24 * 3600
"""Time that messages wait for a site that is disabled or paused, about as long as SQS keeps one."""

_SHORTEST_HELD_SECONDS = 60.0
_NEXT_TURN_SECONDS = 2.0

MAX_CUT_OFF = 3
"""Maximum number of attempts that end with the worker killed, or out of time."""


class MessageHandler(Protocol):
    """Does the work of messages."""

    def is_idempotent(self, message: Message) -> bool:
        """Return whether the work is idempotent."""

    def do(self, message: Message, invocation: Invocation, work_id: str) -> object:
        """Do the work; the result is stored.

        Args:
            message: with the work
            invocation: Lambda's context
            work_id: idempotency key of the work, the same for each attempt
        """


class Worker:
    """Handles messages.

    IAM: that of its arguments.

    Args:
        queue: of the messages
        dead_letters: the dead-letter queue
        idempotency: the idempotency store
        results: puts the results of requested calls on the bus
        handler: does the work
        backoff: sites that get no calls for now
        purges: sites whose older messages are dropped
        clock: Unix seconds
    """

    def __init__(
        self,
        *,
        queue: JiraCallsQueue,
        dead_letters: DeadLetterQueue,
        idempotency: IdempotencyStore,
        results: CallResults,
        handler: MessageHandler,
        backoff: TenantBackoff,
        purges: Purges,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queue = queue
        self._idempotency = idempotency
        self._results = results
        self._handler = handler
        self._backoff = backoff
        self._purges = purges
        self._clock = clock
        self._failure_handler = FailureHandler(
            queue=queue,
            dead_letters=dead_letters,
            idempotency=idempotency,
            results=results,
            pause=backoff.pause,
            clock=clock,
        )

    def work(self, record: Mapping[str, Any], invocation: Invocation) -> bool:
        """Handle a message; return False if it must stay in the queue.

        It need not if it is handled for good, or was sent again.

        Args:
            record: the message, as Lambda delivers it
            invocation: Lambda's context
        """
        try:
            try:
                delivery = SqsRecord.from_record(record)
            except MessageUnreadable as error:
                return self._failure_handler.settle(SqsRecord.unread(record), error)
            return self._take_up(delivery, invocation)
        except Exception:  # such as when the queue does not answer, either
            logger.exception("Message left to the visibility timeout")
            return False

    def _take_up(self, delivery: SqsRecord, invocation: Invocation) -> bool:
        left = delivery.not_before - self._clock()
        if left > 0:
            return self._queue.postpone(delivery, seconds=math.ceil(left), tried=False)
        if invocation.get_remaining_time_in_millis() < ENOUGH_TIME_SECONDS * 1000:
            return self._failure_handler.schedule_retry(delivery, _NEXT_TURN_SECONDS, "out-of-time")
        try:
            message = self._queue.read(delivery.text)
        except ConnectError as error:  # of a purged site what it refers to is gone
            named = str(object_in(delivery.text).get("clientKey"))
            return self._is_purged(delivery, named) or self._failure_handler.settle(delivery, error)
        with logger.append_context_keys(**_about(message)):
            return self._attend_to(delivery, message, invocation)

    def _attend_to(self, delivery: SqsRecord, message: Message, invocation: Invocation) -> bool:
        try:
            if self._is_purged(delivery, message.client_key):
                return True
        except TemporarilyUnavailable as error:
            return self._failure_handler.settle(delivery, error, message=message)
        if isinstance(message, AppWork) and message.depth > MAX_DEPTH:
            return self._failure_handler.settle(delivery, TooDeep(message.depth), message=message)
        put_off = self._put_off(delivery, message) if _calls_jira(message) else None
        if put_off is not None:
            return put_off
        try:
            return self._work(delivery, message, invocation)
        finally:
            self._backoff.troubles.end_turn(message.client_key)

    def _is_purged(self, delivery: SqsRecord, client_key: str) -> bool:
        """Return whether a message is dropped, since its site was purged after it was sent."""
        first_sent_at = min(delivery.sent_at, delivery.held_since or math.inf)
        is_purged = self._purges.covers(ClientKey(client_key), first_sent_at)
        if is_purged:
            self._purges.note_dropped(ClientKey(client_key))
        return is_purged

    def _put_off(self, delivery: SqsRecord, message: Message) -> bool | None:
        """Postpone a message of a site that is left alone; return None if it need not, else as `work`."""
        client_key, age = message.client_key, self._clock() - delivery.sent_at
        limited = self._backoff.seconds_left(client_key)
        if limited and age < GIVE_UP_SECONDS:  # past that age Jira is asked, so that nothing waits for ever
            return self._failure_handler.schedule_retry(delivery, no_sooner(limited, age=age), "site-paused")
        try:
            if (held := self._backoff.hold(client_key)) is not None:
                return self._wait_for_site(delivery, message, held)
            trouble = self._backoff.troubles.of(client_key)
        except TemporarilyUnavailable as error:
            return self._failure_handler.settle(delivery, error, message=message)
        if trouble is None:
            return None
        if age >= GIVE_UP_SECONDS and trouble.is_lasting:  # retrying all that is old would delay others
            return self._failure_handler.settle(delivery, SiteInTrouble(trouble.reason), message=message)
        wait = no_sooner(trouble.seconds, age=age, longest=LONGEST_AFTER_TROUBLE_SECONDS)
        return self._failure_handler.schedule_retry(delivery, wait, "site-paused")

    def _wait_for_site(self, delivery: SqsRecord, message: Message, held: SiteDisabled | SitePaused) -> bool:
        """Postpone a message without an attempt; its time for retries begins once the site may be called."""
        now = self._clock()
        since = delivery.held_since or now
        if now - since >= LONGEST_HELD_SECONDS:
            return self._failure_handler.settle(delivery, held, message=message)
        delivery = replace(delivery, sent_at=now, held_since=since)
        wait = no_sooner(_SHORTEST_HELD_SECONDS, age=now - since)
        return self._failure_handler.schedule_retry(delivery, wait, held.reason)

    def _work(self, delivery: SqsRecord, message: Message, invocation: Invocation) -> bool:
        owner, is_idempotent = uuid.uuid4().hex, self._handler.is_idempotent(message)
        try:
            work_id = self._idempotency.work_id(message) or f"message {delivery.first_message_id}"
            begun = self._idempotency.begin(
                f"{work_id} redriven {delivery.redriven}" if delivery.redriven else work_id,
                client_key=message.client_key,
                owner=owner,
                abandoned=delivery.abandoned,
                digest=message.digest if isinstance(message, CallRequest) else "",
                is_idempotent=is_idempotent,
                left_ms=invocation.get_remaining_time_in_millis(),
            )
        except TemporarilyUnavailable as error:
            return self._failure_handler.settle(delivery.abandoning(owner), error, message=message)
        except ConnectError as error:
            return self._failure_handler.settle(delivery, error, message=message)
        if isinstance(begun, Done):
            count("DuplicateAbsorbed")
            outcome = begun.result
        else:
            delivery = replace(delivery, abandoned=(), held_since=0.0)
            try:
                if begun.cut_off >= MAX_CUT_OFF:
                    raise PoisonMessage(begun.cut_off)  # noqa: TRY301 - judged like the error that it stands for
                with self._backoff.noting_slow(message.client_key):
                    outcome = self._handler.do(message, invocation, work_id)
            except Exception as error:  # noqa: BLE001 - a reaction raises anything; the retry policy tells errors apart
                return self._failure_handler.settle(
                    delivery, error, message=message, attempt=begun, is_idempotent=is_idempotent
                )
            self._complete(begun, outcome)
        if isinstance(message, CallRequest):
            self._results.completed(message, outcome)
        is_duplicate = isinstance(begun, Done)
        logger.info("Message skipped: processed before" if is_duplicate else "Message processed")
        return True

    def _complete(self, attempt: Attempt, outcome: object) -> None:
        try:
            self._idempotency.complete(attempt, outcome)
        except TemporarilyUnavailable:
            logger.warning("Message processed, but not recorded", exc_info=True)


def _calls_jira(message: Message) -> bool:
    return not isinstance(message, Probe) and not (
        isinstance(message, HookCall) and message.hook is Hook.UNINSTALLED
    )


def _about(message: Message) -> dict[str, Any]:
    about: dict[str, Any] = {}
    match message:
        case CallRequest():
            about = {"method": message.method, "path": message.path_alone}
        case Webhook():
            about = {"event": message.event, "webhookId": message.webhook_id}
        case ReactionCall(webhook=webhook):
            about = {"event": webhook.event, "webhookId": webhook.webhook_id, "reaction": message.function}
        case HookCall():
            about = {"hook": message.hook}
        case JobRun():
            about = {"job": message.job, "slot": message.slot, "step": message.step}
        case AppWork():
            about = {"work": message.name}
    return {"clientKey": message.client_key, **about}
