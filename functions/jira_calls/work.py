"""What a message of the queue asks for: a call, what the app does about a webhook, whose site one is, or
whether an event is Forge's own after all.
"""

from typing import Any

from aws_lambda_powertools import Logger

from connect_jira.activity import Activity
from connect_jira.call_request import CallRequest
from connect_jira.call_results import told_of
from connect_jira.clients import JiraClients
from connect_jira.forge.held_events import HeldEvent, HeldEvents
from connect_jira.forge.joins import ForgeJoin, ForgeJoins
from connect_jira.invocation import Invocation
from connect_jira.messages import Message
from connect_jira.queue import JiraCallsQueue
from connect_jira.traces import trace_of
from connect_jwt.identity import AppKey
from functions.jira_calls.reactions import REACTIONS

logger = Logger(child=True)


class Work:
    """Does what messages ask for.

    Args:
        clients: make the calls
        activity: remembers the webhooks
        app_key: the app
        joins: finds out which site a Forge installation belongs to
        held: judges what was held back
        queue: takes what is to be done about it
    """

    def __init__(
        self,
        clients: JiraClients,
        activity: Activity,
        app_key: AppKey,
        *,
        joins: ForgeJoins,
        held: HeldEvents,
        queue: JiraCallsQueue,
    ) -> None:
        self._clients = clients
        self._activity = activity
        self._app_key = app_key
        self._joins = joins
        self._held = held
        self._queue = queue

    def do(self, message: Message, invocation: Invocation) -> dict[str, Any] | None:
        """Make the call, and return what is told of its answer; or run the reaction."""
        if isinstance(message, CallRequest):
            jira = self._clients.on(message.client_key, invocation)
            response = jira.request(
                message.method,
                message.path,
                query=message.query,
                body=message.body,
                repeatable=message.may_be_repeated,
            )
            return told_of(message, response)
        if isinstance(message, ForgeJoin):
            self._joins.ask(message, self._clients.on(message.client_key, invocation))
            return None
        if isinstance(message, HeldEvent):
            webhook = self._held.judge(message)
            if webhook is not None:
                self._queue.send(webhook)
            return None
        self._activity.record_webhook(message.client_key, message.event)
        react = REACTIONS.get(message.event)
        if react is None:
            logger.warning("No reaction to this event")
            return None
        trace = trace_of(self._app_key, message)
        react(message, self._clients.on(message.client_key, invocation, trace=trace))
        return None
