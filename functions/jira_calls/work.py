"""The work of each kind of message: a call, a reaction, enqueued work, a site link, or a held event."""

from typing import Any

from aws_lambda_powertools import Logger

from connect_jira.app.event import Event
from connect_jira.app.functions import RegisteredReaction
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Enqueuing, Site
from connect_jira.auth.jira_clients import JiraClients
from connect_jira.data.storage import SiteStorage
from connect_jira.errors import OfNewerCode
from connect_jira.events.app_work import AppWork
from connect_jira.events.call_request import CallRequest
from connect_jira.events.held_event import HeldEvent
from connect_jira.events.link_request import LinkRequest
from connect_jira.events.messages import Message
from connect_jira.events.reaction_call import ReactionCall
from connect_jira.events.webhook import Webhook
from connect_jira.installations.activity import Activity
from connect_jira.jira.client import JiraClient
from connect_jira.jira.loop_guard import webhook_trace_of
from connect_jira.lambda_context import Invocation
from connect_jira.lifecycle.site_links import SiteLinks
from connect_jira.worker.call_results import call_result
from connect_jira.worker.held_events import HeldEvents
from connect_jira.worker.queue import JiraCallsQueue
from connect_jwt.identity import AppKey

logger = Logger(child=True)


class Work:
    """Does the work of messages.

    Args:
        reactions: of the app
        clients: makes the clients of sites
        activity: records the webhooks
        app_key: the app
        links: finds the Connect site of a Forge installation
        held: judges held events again
        queue: takes the webhooks made of them, and each of several reactions to an event
        storage: the data and secrets of all sites
    """

    def __init__(
        self,
        reactions: Reactions,
        clients: JiraClients,
        activity: Activity,
        app_key: AppKey,
        *,
        links: SiteLinks,
        held: HeldEvents,
        queue: JiraCallsQueue,
        storage: SiteStorage,
    ) -> None:
        self._reactions = reactions
        self._clients = clients
        self._activity = activity
        self._app_key = app_key
        self._links = links
        self._held = held
        self._queue = queue
        self._storage = storage

    def is_idempotent(self, message: Message) -> bool:
        """Return whether the work is idempotent."""
        if isinstance(message, Webhook):
            reactions = self._reactions.to(message.event, message.payload)
            return len(reactions) != 1 or reactions[0].is_idempotent
        return message.is_idempotent

    def do(self, message: Message, invocation: Invocation, work_id: str) -> dict[str, Any] | None:
        """Make the call, and return its result; or run the reaction, or the enqueued function."""
        match message:
            case CallRequest():
                return self._call(message, invocation)
            case Webhook():
                self._activity.record_webhook(message.client_key, message.event)
                self._divide(message, invocation, work_id)
            case ReactionCall():
                self._react(message.webhook, self._named(message), invocation, work_id)
            case AppWork():
                self._work(message, invocation, work_id)
            case LinkRequest():
                self._links.ask(message, self._clients.on(message.client_key, invocation))
            case HeldEvent():
                webhook = self._held.judge(message)
                if webhook is not None:
                    self._queue.send(webhook)
        return None

    def _call(self, call: CallRequest, invocation: Invocation) -> dict[str, Any]:
        jira = self._clients.on(call.client_key, invocation)
        response = jira.request(
            call.method, call.path, query=call.query, body=call.body, idempotent=call.is_idempotent
        )
        return call_result(call, response)

    def _divide(self, webhook: Webhook, invocation: Invocation, work_id: str) -> None:
        """Call the reaction; if there are several, enqueue each of them."""
        reactions = self._reactions.to(webhook.event, webhook.payload)
        if len(reactions) == 1:
            self._react(webhook, reactions[0], invocation, work_id)
        elif not reactions:
            logger.warning("Webhook skipped: no reaction registered")
        for one in reactions if len(reactions) > 1 else ():
            self._queue.send(
                ReactionCall(
                    webhook=webhook, function=one.name, cause=work_id, is_idempotent=one.is_idempotent
                )
            )

    def _named(self, call: ReactionCall) -> RegisteredReaction:
        reaction = self._reactions.named(call.webhook.event, call.function)
        if reaction is None:
            raise OfNewerCode(f"this code knows no reaction {call.function[:50]!r} to {call.webhook.event}")
        return reaction

    def _react(
        self, webhook: Webhook, reaction: RegisteredReaction, invocation: Invocation, work_id: str
    ) -> None:
        webhook_trace = webhook_trace_of(self._app_key, webhook.webhook_id)
        jira = self._clients.on(webhook.client_key, invocation, webhook_trace=webhook_trace)
        reaction.function(Event.of(webhook), self._site(webhook, jira, work_id, depth=0))

    def _work(self, work: AppWork, invocation: Invocation, work_id: str) -> None:
        function = self._reactions.work_named(work.name)
        if function is None:
            raise OfNewerCode(f"this code knows no work {work.name[:50]!r}")
        jira = self._clients.on(work.client_key, invocation, webhook_trace=webhook_trace_of(self._app_key))
        function(dict(work.arguments), self._site(work, jira, work_id, depth=work.depth))

    def _site(self, message: Webhook | AppWork, jira: JiraClient, work_id: str, *, depth: int) -> Site:
        enqueuing = Enqueuing(
            name_of=self._reactions.name_of, send=self._queue.send, cause=work_id, depth=depth
        )
        return Site(message.client_key, jira, self._storage.of(message.client_key), enqueuing)
