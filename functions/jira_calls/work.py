"""The work of each kind of message: a call, a function of the app's owner, a site link, or a held event."""

from collections.abc import Callable
from typing import Any

from connect_jira.auth.jira_clients import JiraClients
from connect_jira.events.app_work import AppWork
from connect_jira.events.call_request import CallRequest
from connect_jira.events.held_event import HeldEvent
from connect_jira.events.hook_call import HookCall
from connect_jira.events.job_run import JobRun
from connect_jira.events.link_request import LinkRequest
from connect_jira.events.messages import Message
from connect_jira.events.reaction_call import ReactionCall
from connect_jira.events.webhook import Webhook
from connect_jira.installations.activity import Activity
from connect_jira.lambda_context import Invocation
from connect_jira.lifecycle.site_links import SiteLinks
from connect_jira.worker.call_results import call_result
from connect_jira.worker.held_events import HeldEvents
from functions.jira_calls.own_functions import OwnFunctions


class Work:
    """Does the work of messages.

    Args:
        own: calls the functions of the app's owner
        clients: makes the clients of sites
        activity: records the webhooks
        links: finds the Connect site of a Forge installation
        held: judges held events again
        send: takes the webhooks made of them
    """

    def __init__(
        self,
        own: OwnFunctions,
        clients: JiraClients,
        activity: Activity,
        *,
        links: SiteLinks,
        held: HeldEvents,
        send: Callable[[Message], None],
    ) -> None:
        self._own = own
        self._clients = clients
        self._activity = activity
        self._links = links
        self._held = held
        self._send = send

    def is_idempotent(self, message: Message) -> bool:
        """Return whether the work is idempotent."""
        if isinstance(message, Webhook | JobRun):
            return self._own.is_idempotent(message)
        return message.is_idempotent

    def do(self, message: Message, invocation: Invocation, work_id: str) -> dict[str, Any] | None:
        """Make the call, and return its result; or call the function of the app's owner.

        For a probe there is nothing to do.
        """
        match message:
            case CallRequest():
                return self._call(message, invocation)
            case Webhook():
                try:
                    self._own.react_to(message, invocation, work_id)
                finally:  # the reaction does not wait for it
                    self._activity.record_webhook(message.client_key, message.event)
            case ReactionCall():
                self._own.react(message, invocation, work_id)
            case HookCall():
                self._own.call_hook(message, invocation, work_id)
            case JobRun():
                self._own.run_job(message, invocation, work_id)
            case AppWork():
                self._own.work(message, invocation, work_id)
            case LinkRequest():
                self._links.ask(message, self._clients.on(message.client_key, invocation))
            case HeldEvent():
                webhook = self._held.judge(message)
                if webhook is not None:
                    self._send(webhook)
        return None

    def _call(self, call: CallRequest, invocation: Invocation) -> dict[str, Any]:
        jira = self._clients.on(call.client_key, invocation)
        response = jira.request(
            call.method, call.path, query=call.query, body=call.body, idempotent=call.is_idempotent
        )
        return call_result(call, response)
