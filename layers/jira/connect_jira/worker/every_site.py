"""A call for every site that has the app: put on the queue ten at a time, and gone on with where it stood.

A function has minutes, and there may be more sites than those are enough for. Before its time is up it puts
an event on the bus that says where it stands; that event comes back to it. What is queued twice, since a
process died or a page was asked for again, is done once: each site's call has the same idempotency key.
"""

from collections.abc import Mapping
from itertools import batched
from typing import Any

from connect_jira.aws.event_bus import put_event
from connect_jira.aws.service import AwsService
from connect_jira.events.call_request import CallRequest
from connect_jira.installations.store import InstallationStore
from connect_jira.lambda_context import Invocation
from connect_jira.worker.queue import MAX_BATCH, JiraCallsQueue
from connect_jwt.identity import ClientKey

CONTINUED = "Jira call for every site continued"

_KEPT_BACK_SECONDS = 30
"""With less left of the function's time the rest is left to the next event. A page of sites takes seconds."""


class EverySite:
    """Queues a call for every site.

    IAM: `dynamodb:Scan` on the table, and what `connect_jira.aws.event_bus` and `connect_jira.worker.queue`
    need to send.

    Args:
        store: the sites
        queue: takes the calls
        events: the service
        bus: the bus's name
    """

    def __init__(
        self, store: InstallationStore, queue: JiraCallsQueue, events: AwsService, *, bus: str
    ) -> None:
        self._store = store
        self._queue = queue
        self._events = events
        self._bus = bus

    def queue_calls(self, asked: Mapping[str, Any], invocation: Invocation) -> int:
        """Queue the calls, and see to it that they go on should there be no time for all.

        Args:
            asked: `everySite`, the call without its site; `idempotencyKey`; `after`, where it stands, if it
                has begun
            invocation: Lambda's context

        Returns:
            How many were queued now.

        Raises:
            RequestMalformed: the call cannot be made
            TemporarilyUnavailable: AWS gave no answer; what is queued stays queued
        """
        queued, after = 0, asked.get("after")
        for sites, position in self._store.enabled_sites(after=after):
            for some in batched(sites, MAX_BATCH, strict=False):
                self._queue.send_all([_call(asked, site) for site in some])
            queued += len(sites)
            if position and invocation.get_remaining_time_in_millis() < _KEPT_BACK_SECONDS * 1000:
                going_on = {**asked, "after": position}
                put_event(self._events, bus=self._bus, kind=CONTINUED, detail=going_on)
                break
        return queued


def _call(asked: Mapping[str, Any], client_key: ClientKey) -> CallRequest:
    of_site = {"clientKey": client_key, "idempotencyKey": asked.get("idempotencyKey")}
    return CallRequest.from_fields({**asked["everySite"], **of_site})
