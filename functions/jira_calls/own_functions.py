"""Calls the functions that the app's owner has registered: for events, hooks, jobs and background work."""

import json
from collections.abc import Callable
from dataclasses import replace

from aws_lambda_powertools import Logger

from connect_jira.app.event import Event
from connect_jira.app.functions import RegisteredReaction
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Enqueuing, Site
from connect_jira.app.unhandled import Unhandled
from connect_jira.auth.jira_clients import JiraClients
from connect_jira.data.storage import SiteStorage
from connect_jira.errors import CursorRefused, OfNewerCode
from connect_jira.events.app_work import AppWork
from connect_jira.events.hook_call import Hook, HookCall
from connect_jira.events.job_run import JobRun
from connect_jira.events.messages import Message
from connect_jira.events.reaction_call import ReactionCall
from connect_jira.events.webhook import Webhook
from connect_jira.jira.loop_guard import webhook_trace_of
from connect_jira.lambda_context import Invocation
from connect_jira.lifecycle.hooks import HookGate
from connect_jwt.identity import AppKey

MAX_STEPS = 10_000
"""Maximum number of times that a run of a job is continued."""

logger = Logger(child=True)


class OwnFunctions:
    """Calls the functions of an app's owner.

    If a message is for several of them, each becomes a message of its own, with its own record and retries.

    Args:
        reactions: of the app
        app_key: the app
        clients: makes the clients of sites
        gate: decides whether a hook is to be called
        send: puts a message on the queue
        storage: the data and secrets of all sites
    """

    def __init__(
        self,
        reactions: Reactions,
        app_key: AppKey,
        *,
        clients: JiraClients,
        gate: HookGate,
        send: Callable[[Message], None],
        storage: SiteStorage,
    ) -> None:
        self._reactions = reactions
        self._app_key = app_key
        self._clients = clients
        self._gate = gate
        self._send = send
        self._storage = storage
        self._unhandled = Unhandled()

    def is_idempotent(self, message: Webhook | JobRun) -> bool:
        """Return whether handling a message is idempotent; dividing it among several reactions is."""
        if isinstance(message, JobRun):
            job = self._reactions.jobs.get(message.job)
            return job is None or job.is_idempotent
        reactions = self._reactions.to(message.event, message.payload)
        return len(reactions) != 1 or reactions[0].is_idempotent

    def react_to(self, webhook: Webhook, invocation: Invocation, work_id: str) -> None:
        """Call the reaction to an event, or enqueue each of several."""
        reactions = self._reactions.to(webhook.event, webhook.payload)
        if len(reactions) == 1:
            self._react(webhook, reactions[0], invocation, work_id)
            return
        if webhook.event not in self._reactions.events:
            self._unhandled.webhook(webhook)
        elif not reactions:
            logger.info("Webhook skipped: no field that its reactions are for has changed")
        for one in reactions:
            self._send(
                ReactionCall(
                    webhook=webhook, function=one.name, cause=work_id, is_idempotent=one.is_idempotent
                )
            )

    def react(self, call: ReactionCall, invocation: Invocation, work_id: str) -> None:
        """Call one of several reactions.

        Raises:
            OfNewerCode: it is not registered
        """
        reaction = self._reactions.named(call.webhook.event, call.function)
        if reaction is None:
            raise OfNewerCode(f"this code knows no reaction {call.function[:50]!r} to {call.webhook.event}")
        self._react(call.webhook, reaction, invocation, work_id)

    def call_hook(self, call: HookCall, invocation: Invocation, work_id: str) -> None:
        """Call the function for a hook, or enqueue each of several.

        Raises:
            OfNewerCode: it is not registered
            TemporarilyUnavailable: as for `HookGate.is_open`
        """
        functions = self._reactions.hooks(call.hook)
        if not functions and not call.function:
            self._unhandled.hook(call)
        elif functions and not self._gate.is_open(call):
            logger.info("Hook skipped: overtaken by a later lifecycle event")
        elif call.function or len(functions) == 1:
            function = functions.get(call.function or next(iter(functions)))
            if function is None:
                raise OfNewerCode(f"this code knows no function {call.function[:50]!r} for {call.hook}")
            function(self._site(call, invocation, work_id))
        else:
            for name in functions:
                self._send(replace(call, function=name, cause=work_id))

    def run_job(self, run: JobRun, invocation: Invocation, work_id: str) -> None:
        """Run a job for a site; if it returns a cursor, enqueue the next step.

        Raises:
            OfNewerCode: it is not registered
            CursorRefused: the cursor does not move, is no JSON, or has moved too often
        """
        job = self._reactions.jobs.get(run.job)
        if job is None:
            raise OfNewerCode(f"this code knows no job {run.job[:50]!r}")
        cursor = job.function(self._site(run, invocation, work_id), run.cursor)
        if cursor is None:
            return
        if _as_json(cursor) == _as_json(run.cursor):
            raise CursorRefused("it returned the cursor that it was called with")
        if run.step >= MAX_STEPS:
            raise CursorRefused(f"it was continued {MAX_STEPS} times")
        self._send(run.continued(cursor))

    def work(self, work: AppWork, invocation: Invocation, work_id: str) -> None:
        """Call a function that was enqueued.

        Raises:
            OfNewerCode: it is not registered
        """
        function = self._reactions.work_named(work.name)
        if function is None:
            self._unhandled.work(work)
            raise OfNewerCode(f"this code knows no work {work.name[:50]!r}")
        function(dict(work.arguments), self._site(work, invocation, work_id, depth=work.depth))

    def _react(
        self, webhook: Webhook, reaction: RegisteredReaction, invocation: Invocation, work_id: str
    ) -> None:
        site = self._site(webhook, invocation, work_id, webhook_id=webhook.webhook_id)
        reaction.function(Event.of(webhook), site)

    def _site(
        self,
        message: Message,
        invocation: Invocation,
        work_id: str,
        *,
        depth: int = 0,
        webhook_id: str | None = None,
    ) -> Site:
        is_gone = isinstance(message, HookCall) and message.hook is Hook.UNINSTALLED
        trace = webhook_trace_of(self._app_key, webhook_id)
        jira = None if is_gone else self._clients.on(message.client_key, invocation, webhook_trace=trace)
        enqueuing = Enqueuing(name_of=self._reactions.name_of, send=self._send, cause=work_id, depth=depth)
        return Site(
            message.client_key,
            jira,
            self._storage.of(message.client_key),
            enqueuing,
            seconds_left=lambda: invocation.get_remaining_time_in_millis() / 1000,
        )


def _as_json(cursor: object) -> str:
    try:
        return json.dumps(cursor, sort_keys=True)
    except (TypeError, ValueError) as no_json:
        raise CursorRefused(f"JSON cannot hold the cursor that it returned: {no_json}") from no_json
