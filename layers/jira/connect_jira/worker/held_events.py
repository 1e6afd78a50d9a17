"""Events of unknown origin, which may or may not be Forge's own: held back, and judged again later.

Their token is Forge's, but the invoked module's type is not known to be one that Forge itself invokes:
Atlassian may have renamed it, or somebody without the right to has the app called. No reaction runs for them.
They wait in the dead-letter queue with their proof (`Holding`), until `ExtraForgeModuleTypes` names the type
and somebody runs `connect dlq redrive`; the worker then judges them by the types known by then. Types that no
setting can allow are never accepted.

The dead-letter queue keeps all events that a setting may still allow. Of the others it keeps a few as
samples: anybody who can have a web trigger or a function of the app called could fill the queue.
"""

import time
from collections.abc import Callable

from aws_lambda_powertools import Logger

from connect_jira.errors import ForgeTokenMissing, ModuleTypeUnknown, NotInstalled
from connect_jira.events.forge_payload import own_event, webhook_of
from connect_jira.events.held_event import HeldEvent
from connect_jira.events.webhook import Webhook
from connect_jira.installations.forge_installation import ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.metrics import count
from connect_jira.settings import AppSettings
from connect_jira.token_bucket import TokenBucket
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jira.worker.queue import JiraCallsQueue
from connect_jwt.errors import ForgeReason
from connect_jwt.origins import is_own_type, may_become_own

HOPELESS_AT_ONCE = 5.0
HOPELESS_PER_SECOND = 1 / 3600
"""Rate limit, per process, for events that no setting can allow."""

logger = Logger(child=True)


class Holding:
    """Adds events to the dead-letter queue.

    IAM: `sqs:SendMessage` on the dead-letter queue, and `s3:PutObject` on the bucket of large messages.

    Args:
        dead_letters: the dead-letter queue
        queue: the queue that they would be on; it stores large messages
        clock: Unix seconds
    """

    def __init__(
        self, dead_letters: DeadLetterQueue, queue: JiraCallsQueue, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._dead_letters = dead_letters
        self._queue = queue
        self._clock = clock
        self._hopeless = TokenBucket(HOPELESS_AT_ONCE, HOPELESS_PER_SECOND, refilled_at=clock())

    def take(self, held: HeldEvent) -> None:
        """Hold an event back.

        Raises:
            TemporarilyUnavailable: SQS, or S3 for a large event, did not answer
        """
        is_kept = may_become_own(held.invocation.module_type) or self._hopeless.take(self._clock())
        reason = ForgeReason.MODULE_TYPE_UNKNOWN
        if is_kept:
            self._dead_letters.add(
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


class HeldEvents:
    """Judges held events again.

    IAM: that of `connect_jira.aws.versioned_table` to read.

    Args:
        app: with the known module types and the wanted webhooks
        store: the installations
        clock: Unix seconds
    """

    def __init__(
        self, app: AppSettings, store: ForgeInstallationStore, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._app = app
        self._store = store
        self._clock = clock

    def judge(self, held: HeldEvent) -> Webhook | None:
        """Return the event's webhook, if it is Forge's own by now; None if no webhook is wanted for it.

        Raises:
            ModuleTypeUnknown: its origin is still unknown
            NotInstalled: the installation has ended
            ForgeTokenMissing: Forge has not called this installation yet by a known module
            TemporarilyUnavailable: DynamoDB did not answer
        """
        if not is_own_type(held.invocation.module_type, self._app.forge_module_types):
            raise ModuleTypeUnknown(held.explanation)
        row = self._store.read(held.invocation.installation_id)
        if row is None or row.state is ForgeState.ANNOUNCED:
            raise ForgeTokenMissing("Forge has not yet called for this installation")
        if row.has_ended(self._clock()):
            raise NotInstalled
        if own_event(held.payload, self._app.app_key):
            count("OwnChange")
            return None
        return webhook_of(
            held.payload,
            held.invocation,
            wanted=self._app.wanted_events,
            client_key=row.tenant,
            has_connect=row.is_joined,
        )
