"""Puts the events of `connect_jira.worker.held_events` among the dead letters.

All that a setting may yet make Forge's own. Of the rest a few, for somebody to see what calls here: whoever
can have a web trigger called, or a function of the app's, could fill the queue with as many as they like.
"""

import time
from collections.abc import Callable

from aws_lambda_powertools import Logger

from connect_jira.token_bucket import Allowance
from connect_jira.worker.dead_letter_queue import FailedJiraCalls
from connect_jira.worker.held_events import HeldEvent
from connect_jira.worker.queue import JiraCallsQueue
from connect_jwt.errors import ForgeReason
from connect_jwt.origins import may_become_own

HOPELESS_AT_ONCE = 5.0
HOPELESS_PER_SECOND = 1 / 3600
"""Of those that no setting makes Forge's own, for each process."""

logger = Logger(child=True)


class Holding:
    """Takes events for the dead letters.

    IAM: `sqs:SendMessage` on the queue of failed calls, and `s3:PutObject` on the bucket of large messages.

    Args:
        failed: the dead letters
        queue: which they came for; it knows where what is too large for a message goes
        clock: Unix seconds
    """

    def __init__(
        self, failed: FailedJiraCalls, queue: JiraCallsQueue, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._failed = failed
        self._queue = queue
        self._clock = clock
        self._hopeless = Allowance(HOPELESS_AT_ONCE, HOPELESS_PER_SECOND, counted_at=clock())

    def take(self, held: HeldEvent) -> None:
        """Hold an event back.

        Raises:
            TemporarilyUnavailable: SQS, or S3 for a large event, gave no answer
        """
        is_kept = may_become_own(held.invocation.module_type) or self._hopeless.take(self._clock())
        reason = ForgeReason.MODULE_TYPE_UNKNOWN
        if is_kept:
            self._failed.add(
                self._queue.fitted(held),
                client_key=held.client_key,
                reason=reason,
                explanation=held.explanation,
                tries=0,
            )
        logger.warning(
            "Forge event held back",
            reason=reason,
            explanation=held.explanation,
            clientKey=held.client_key,
            kept=is_kept,
        )
