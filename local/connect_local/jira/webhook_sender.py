"""Webhooks to the apps that ask for them in their descriptor, sent and sent again as Jira does.

https://developer.atlassian.com/cloud/jira/platform/webhooks/; which answers are final is known from
https://community.developer.atlassian.com/t/30554
"""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from connect_jwt.identity import AppKey
from connect_local.jira.apps import Answer, AppClient, url_of
from connect_local.jira.documents import as_webhooks_have_it
from connect_local.jira.entities import Comment, Issue, Json, User
from connect_local.jira.errors import NotCarriedOut, NothingSent
from connect_local.jira.outbox import Outbox
from connect_local.jira.rendering import Renderer
from connect_local.jira.site import Site
from connect_local.jira.tokens import site_token
from connect_local.jira.url_variables import filled_in
from connect_tools.descriptor import WebhookModule

RETRY_DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Jira sends up to five times more, too, but waits 5 to 15 minutes each time."""

_TEMPORARY = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_FIRST_SERVER_ERROR = 500
_UNINSTALLED = Answer(None, "The app is not installed and enabled any more.")
_ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9][0-9]*", re.ASCII | re.IGNORECASE)
_IDENTIFIERS = 10**17
_FIELDS_WITH_COMMENT = ("summary", "issuetype", "project", "assignee", "priority", "status")
"""By a public capture of a `comment_created` of April 2026; its `body` is text, and it names no `user`."""
_HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip,deflate",
    "Connection": "close",
    "User-Agent": "Atlassian Webhook HTTP Client",
    "X-Atlassian-Webhook-Flow": "Primary",
    "X-B3-Sampled": "0",
}
"""Headers of every delivery, by a capture (https://github.com/MrRefactoring/jira.js/issues/294)."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookResult:
    """Outcome of an event.

    Attributes:
        identifier: the `X-Atlassian-Webhook-Identifier` it was sent with
        answers: the answer to the first attempt, of each app and webhook that it was sent to
        settled: likewise all the answers, once nothing more is sent
    """

    identifier: str
    answers: tuple[Answer, ...]
    settled: tuple[Future[list[Answer]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    app_key: AppKey
    host: str
    webhook: WebhookModule
    payload: Json
    identifier: str
    trace: str | None


class Webhooks:
    """Sends a site's events.

    Args:
        site: with the events
        apps: sends them
        outbox: queue of the deliveries
        retry_delays: delay before each retry, in seconds
        meets: returns whether an issue meets a webhook's filter, JQL
        also_tell: takes each event for the apps that Forge tells, its payload and the trace of its cause;
            whether there is one
    """

    def __init__(
        self,
        *,
        site: Site,
        apps: AppClient,
        outbox: Outbox,
        retry_delays: Sequence[float],
        meets: Callable[[str, Issue], bool],
        also_tell: Callable[[str, Mapping[str, Json], str | None], bool],
    ) -> None:
        self._site = site
        self._apps = apps
        self._outbox = outbox
        self._retry_delays = retry_delays
        self._meets = meets
        self._also_tell = also_tell
        self._renderer = Renderer(site.base_url)

    def send(self, event: str, body: Mapping[str, Json], identifier: str | None = None) -> WebhookResult:
        """Send an event at once; what an app did not take is sent again in the background.

        The issue in the body comes into being if it was not there, and takes on the fields it has there.

        Args:
            event: such as `jira:issue_created`
            body: members of the payload besides `timestamp` and `webhookEvent`, or replacing them
            identifier: of this event; a new one when there is none

        Raises:
            NothingSent: no app on the site has a webhook for it
            NotCarriedOut: the issue in the body has no key
        """
        return self.send_payload(event, self._with_issue(body), identifier)

    def send_payload(
        self, event: str, body: Mapping[str, Json], identifier: str | None = None
    ) -> WebhookResult:
        """Send an event with exactly this body, which changes nothing on the site; else as `send`.

        Raises:
            NothingSent: no app on the site has a webhook for it
        """
        identifier, payload = identifier or _new_identifier(), self._payload(event, body)
        deliveries = self._deliveries(event, payload, identifier)
        if not self._also_tell(event, payload, None) and not deliveries:
            raise NothingSent(f"No app on this site has a webhook for {event}{self._why_none(event)}.")
        attempts = [self._outbox.start(self._attempt(delivery)) for delivery in deliveries]
        answers = tuple(attempt.result() for attempt in attempts)
        settled = tuple(
            self._outbox.start(self._send_again(delivery, answer))
            for delivery, answer in zip(deliveries, answers, strict=True)
        )
        return WebhookResult(identifier=identifier, answers=answers, settled=settled)

    def issue_created(self, issue: Issue, *, trace: str | None = None) -> None:
        """Send `jira:issue_created` in the background.

        Args:
            issue: as it was created
            trace: the `X-Atlassian-Webhook-Trace` of the call that created it
        """
        self._send_issue("issue_created", issue, by=issue.creator, trace=trace)

    def issue_updated(
        self,
        issue: Issue,
        *,
        by: User,
        changelog: Mapping[str, Json],
        trace: str | None = None,
        kind: str = "issue_updated",
    ) -> None:
        """Send `jira:issue_updated` in the background.

        Args:
            issue: as it is now
            by: the editing user
            changelog: its `id` and `items`
            trace: as for `issue_created`
            kind: `issue_generic` for a transition
        """
        self._send_issue("issue_updated", issue, by=by, trace=trace, kind=kind, changelog=changelog)

    def comment_created(self, issue: Issue, comment: Comment, *, trace: str | None = None) -> None:
        """Send `comment_created` in the background, with the few fields of the issue that Jira sends.

        Args:
            issue: as it is now
            comment: the new one
            trace: as for `issue_created`
        """
        rendered = self._rendered(issue)
        fields = {name: rendered["fields"][name] for name in _FIELDS_WITH_COMMENT}
        body = {
            "comment": as_webhooks_have_it(self._renderer.comment(issue, comment)),
            "issue": {**rendered, "fields": fields},
            "eventType": "primaryAction",
        }
        self._send_in_background("comment_created", body, trace)

    def _send_issue(
        self, name: str, issue: Issue, *, by: User, trace: str | None, kind: str = "", **more: Json
    ) -> None:
        body = {
            "issue_event_type_name": kind or name,
            "user": self._renderer.user(by),
            "issue": self._rendered(issue),
            **more,
        }
        self._send_in_background(f"jira:{name}", body, trace)

    def _send_in_background(self, event: str, body: Mapping[str, Json], trace: str | None) -> None:
        payload = self._payload(event, body)
        self._also_tell(event, payload, trace)
        for delivery in self._deliveries(event, payload, _new_identifier(), trace):
            self._outbox.start(self._deliver(delivery))

    def _payload(self, event: str, body: Mapping[str, Json]) -> dict[str, Json]:
        timestamp = int(self._site.now().timestamp() * 1000)
        return {"timestamp": timestamp, "webhookEvent": event, **body}

    def _with_issue(self, body: Mapping[str, Json]) -> Mapping[str, Json]:
        issue = body.get("issue")
        if issue is None:
            return body
        key = issue.get("key") if isinstance(issue, dict) else None
        if not isinstance(key, str) or not _ISSUE_KEY.fullmatch(key):
            raise NotCarriedOut('The issue in the body needs a key, such as {"issue": {"key": "DEMO-1"}}.')
        fields = issue.get("fields", {})
        if not isinstance(fields, dict | None):
            raise NotCarriedOut("The fields of the issue in the body must be an object, or null.")
        rendered = self._rendered(self._site.ensure_issue(key.upper(), fields or {}))
        said = {"key": key} if fields is not None else {"key": key, "fields": None}
        return {**body, "issue": {**issue, **rendered, **said}}

    def _rendered(self, issue: Issue) -> dict[str, Json]:
        fields = as_webhooks_have_it(self._renderer.fields(issue))
        return {**self._renderer.reference(issue), "fields": fields}

    def _deliveries(
        self, event: str, payload: Json, identifier: str, trace: str | None = None
    ) -> list[_Delivery]:
        return [
            _Delivery(
                app_key=app.descriptor.key,
                host=urlsplit(app.descriptor.base_url).netloc,
                webhook=webhook,
                payload=self._with_properties(webhook, payload),
                identifier=identifier,
                trace=trace,
            )
            for app in self._site.enabled_apps()
            for webhook in app.descriptor.webhooks
            if webhook.event == event and self._is_wanted(webhook, payload)
        ]

    def _why_none(self, event: str) -> str:
        webhooks = (webhook for app in self._site.enabled_apps() for webhook in app.descriptor.webhooks)
        return " whose filter is met" if any(webhook.event == event for webhook in webhooks) else ""

    def _is_wanted(self, webhook: WebhookModule, payload: Json) -> bool:
        issue = self._issue_of(payload)
        return not webhook.filter or issue is None or self._meets(webhook.filter, issue)

    def _with_properties(self, webhook: WebhookModule, payload: Json) -> Json:
        """Return the payload with the properties that the webhook asks for.

        Atlassian's schema says "inside JSON body"; that they are where REST has them is a guess.
        """
        issue = self._issue_of(payload)
        if issue is None or not webhook.property_keys:
            return payload
        wanted = {key: issue.properties[key] for key in webhook.property_keys if key in issue.properties}
        return {**payload, "issue": {**payload["issue"], "properties": wanted}}

    def _issue_of(self, payload: Json) -> Issue | None:
        issue = payload.get("issue")
        return self._site.issue(str(issue.get("key"))) if isinstance(issue, dict) else None

    async def _deliver(self, delivery: _Delivery) -> None:
        await self._send_again(delivery, await self._attempt(delivery))

    async def _send_again(self, delivery: _Delivery, answer: Answer) -> list[Answer]:
        answers = [answer]
        for retry, delay in enumerate(self._retry_delays, start=1):
            if not _is_temporary(answers[-1]):
                return answers
            await asyncio.sleep(delay)
            answers.append(await self._attempt(delivery, retry))
        if _is_temporary(answers[-1]):
            _log.warning("gave up on webhook %s to %s", delivery.identifier, delivery.app_key)
        return answers

    async def _attempt(self, delivery: _Delivery, retry: int = 0) -> Answer:
        lane = (self._site.base_url, delivery.host)
        return await self._outbox.request(lane, lambda: self._post(delivery, retry))

    def _post(self, delivery: _Delivery, retry: int) -> Answer:
        # As it is now: its secret may have been rotated since the last attempt.
        app = self._site.installed_app(delivery.app_key)
        if app is None or not app.enabled:
            return _UNINSTALLED
        url = url_of(app.descriptor, filled_in(delivery.webhook.url, delivery.payload))
        headers = {
            **_HEADERS,
            "X-Atlassian-Webhook-Identifier": delivery.identifier,
            "X-B3-SpanId": secrets.token_hex(8),
            "X-B3-TraceId": secrets.token_hex(16),
        }
        if delivery.trace is not None:
            headers["X-Atlassian-Webhook-Trace"] = delivery.trace
        if retry:
            headers["X-Atlassian-Webhook-Retry"] = str(retry)
        token = site_token(app, url, now=self._site.now())
        payload = None if delivery.webhook.excludes_body else delivery.payload
        return self._apps.post(url, token=token, payload=payload, headers=headers)


def _new_identifier() -> str:
    return str(secrets.randbelow(_IDENTIFIERS))


def _is_temporary(answer: Answer) -> bool:
    if answer is _UNINSTALLED:
        return False
    return answer.status is None or answer.status in _TEMPORARY or answer.status >= _FIRST_SERVER_ERROR
