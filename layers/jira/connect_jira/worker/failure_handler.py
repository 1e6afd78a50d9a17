"""Applies the retry policy to a failed message.

The message is added to the dead-letter queue first, then its failure is put on the bus, then its idempotency
record is deleted: the process may die in between.
"""

import random
import time
from collections.abc import Callable

from aws_lambda_powertools import Logger

from connect_jira.errors import TemporarilyUnavailable
from connect_jira.events.call_request import CallRequest
from connect_jira.events.messages import Message
from connect_jira.jira.errors import JiraError
from connect_jira.metrics import count
from connect_jira.worker.call_results import CallResults
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jira.worker.idempotency_store import Attempt, IdempotencyStore
from connect_jira.worker.queue import JiraCallsQueue
from connect_jira.worker.retry_policy import (
    MAX_DELAY_SECONDS,
    DeadLetter,
    Discard,
    FailedAttempt,
    Retry,
    decide,
)
from connect_jira.worker.sqs_record import SqsRecord
from connect_jwt.errors import ConnectError
from connect_jwt.identity import ClientKey

logger = Logger(child=True)

_LOOK_AGAIN_SECONDS = 60
"""Delay of the message for which its site was paused; then it waits like the site's others."""


class FailureHandler:
    """Handles messages whose work failed.

    IAM: that of its arguments.

    Args:
        queue: of the messages
        dead_letters: the dead-letter queue
        idempotency: the idempotency store
        results: puts the results of requested calls on the bus
        pause: as for `connect_jira.worker.backoff.TenantBackoff`
        clock: Unix seconds
    """

    def __init__(
        self,
        *,
        queue: JiraCallsQueue,
        dead_letters: DeadLetterQueue,
        idempotency: IdempotencyStore,
        results: CallResults,
        pause: Callable[[ClientKey], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._queue = queue
        self._dead_letters = dead_letters
        self._idempotency = idempotency
        self._results = results
        self._pause = pause
        self._clock = clock

    def settle(
        self,
        delivery: SqsRecord,
        error: Exception,
        *,
        message: Message | None = None,
        attempt: Attempt | None = None,
        is_idempotent: bool = True,
    ) -> bool:
        """Handle a failed message; return False if it must stay in the queue.

        Args:
            delivery: of the message
            error: the failure
            message: parsed, if it could be
            attempt: at its work, if that began
            is_idempotent: True if the work is idempotent, if it began

        Raises:
            TemporarilyUnavailable: AWS did not answer
        """
        if not isinstance(error, ConnectError):
            count("OwnCodeFailed", service="all")
        failed = FailedAttempt(
            error=error,
            is_idempotent=is_idempotent,
            is_one_call=isinstance(message, CallRequest),
            tries=attempt.tries if attempt else 0,
            age=self._clock() - delivery.sent_at,
            now=self._clock(),
        )
        decision = decide(failed)
        if failed.is_secret_refused_for_long and message is not None and self._pause(message.client_key):
            decision = Retry(_LOOK_AGAIN_SECONDS)
        match decision:
            case Retry(seconds):
                if attempt:
                    delivery = self._give_back(attempt, delivery)
                tried = attempt is not None and not delivery.abandoned
                return self.schedule_retry(delivery, seconds, _reason(error), error, tried=tried)
            case DeadLetter(reason, explanation):
                logger.error(
                    "Moving message to the dead-letter queue",
                    exc_info=error,
                    reason=reason,
                    tries=failed.tries,
                )
                count("WorkSetAside", reason=reason)
                self._dead_letters.add(
                    delivery.text,
                    client_key=message.client_key if message else None,
                    reason=reason,
                    explanation=f"{explanation} {_said(error)}".rstrip(),
                    tries=failed.tries,
                )
                self._tell(message, error, reason, explanation)
            case Discard(reason):
                logger.warning("Message discarded", reason=reason)
                count("WorkEnded", reason=reason)
                self._tell(message, error, reason, str(error))
        if attempt and failed.may_begin_again:
            self._forget(attempt)
        return True

    def schedule_retry(
        self,
        delivery: SqsRecord,
        seconds: float,
        reason: str,
        error: Exception | None = None,
        *,
        tried: bool = False,
    ) -> bool:
        """Schedule a retry of a message; return False if it must stay in the queue.

        Args:
            delivery: of the message
            seconds: minimum delay
            reason: a slug, for the log
            error: the failure, if one is the cause
            tried: True if its work began

        Raises:
            TemporarilyUnavailable: SQS did not answer
        """
        spread = random.uniform(1.0, 1.1)  # noqa: S311 - spreads load, hides nothing
        wait = min(int(seconds * spread + 0.999), MAX_DELAY_SECONDS)
        logger.warning("Message scheduled for retry", reason=reason, seconds=wait, exc_info=error)
        count("WorkPostponed", reason=reason)
        return self._queue.postpone(delivery, seconds=wait, tried=tried)

    def _tell(self, message: Message | None, error: Exception, reason: str, explanation: str) -> None:
        if isinstance(message, CallRequest):
            status = error.status if isinstance(error, JiraError) and error.status else None
            self._results.failed(message, reason=reason, explanation=explanation, status=status)

    def _give_back(self, attempt: Attempt, delivery: SqsRecord) -> SqsRecord:
        """Release the work for another attempt, by its record or by what the message carries."""
        try:
            self._idempotency.give_back(attempt)
        except TemporarilyUnavailable:
            logger.warning("Idempotency record not released", exc_info=True)
            return delivery.abandoning(attempt.owner)
        return delivery

    def _forget(self, attempt: Attempt) -> None:
        try:
            self._idempotency.forget(attempt)
        except TemporarilyUnavailable:
            logger.warning("Idempotency record not deleted", exc_info=True)


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, ConnectError) else type(error).__name__


def _said(error: Exception) -> str:
    """Return the error's text, for the dead letter only: it may hold personal data."""
    if isinstance(error, JiraError):
        return error.said
    return "" if isinstance(error, ConnectError) else str(error)
