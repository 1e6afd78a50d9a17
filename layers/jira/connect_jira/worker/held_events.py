"""Events of which nobody knows whether Forge itself has sent them: held back, and judged anew.

Their token is Forge's, but the type of the module that was invoked is not known to be Forge's own: Atlassian
may have given it another name, or somebody has the app called who must have no say. Nothing is done about
them. They lie among the dead letters with what was proved (`Holding`), until
`ExtraForgeModuleTypes` names the type and somebody puts them back with `connect dlq redrive`; the worker then
judges by what is known by then. What no setting can allow is never worked off.

The dead letters keep all events that a setting may yet make Forge's own. Of the rest they keep a few, for
somebody to see what calls here: whoever can have a web trigger called, or a function of the app's, could fill
the queue with as many as they like.
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
from connect_jira.token_bucket import Allowance
from connect_jira.worker.dead_letter_queue import FailedJiraCalls
from connect_jira.worker.queue import JiraCallsQueue
from connect_jwt.errors import ForgeReason
from connect_jwt.origins import is_own_type, may_become_own

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


class HeldEvents:
    """Judges them anew.

    IAM: what `connect_jira.aws.versioned_table` needs to read.

    Args:
        app: which types are known by now, and which webhooks are wanted
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
        """What is to be done about it after all; None when that is nothing.

        Raises:
            ModuleTypeUnknown: it is still not known to be Forge's own
            NotInstalled: the installation has ended
            ForgeTokenMissing: Forge has yet to call for this installation in a way that is known
            TemporarilyUnavailable: DynamoDB gave no answer
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
