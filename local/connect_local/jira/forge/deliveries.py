"""Forge's calls to an app: a time-out of 5 seconds, and up to four retries of an event.

https://developer.atlassian.com/platform/forge/remote/sending-product-events/
"""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

from connect_local.jira.apps import Answer
from connect_local.jira.entities import Json
from connect_local.jira.forge.installations import ForgeApp
from connect_local.jira.forge.invocation_tokens import InvocationTokens
from connect_local.jira.forge.manifests import Trigger
from connect_local.jira.forge.module_forms import Form, Turns
from connect_local.jira.forge.system_tokens import SystemTokens
from connect_local.jira.outbox import Outbox

TIMEOUT_SECONDS = 5.0
RETRIES = 4
RETRY_SECONDS = 2.0
"""Forge itself waits for 60 seconds each time."""


@dataclass(frozen=True, slots=True)
class _Call:
    app: ForgeApp
    trigger: Trigger
    payload: Json
    forms: Sequence[Form]


class Deliveries:
    """Sends what Forge has to say.

    Args:
        outbox: queue of the calls
        invocations: makes the invocation tokens
        tokens: makes the system tokens
        clock: Unix seconds
    """

    def __init__(
        self,
        *,
        outbox: Outbox,
        invocations: InvocationTokens,
        tokens: SystemTokens,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._outbox = outbox
        self._invocations = invocations
        self._tokens = tokens
        self._clock = clock
        self._turns = Turns()
        self._http = urllib3.PoolManager(maxsize=20, retries=False)
        self.retry_seconds = RETRY_SECONDS

    def close(self) -> None:
        """Let go of the connections that were kept."""
        self._http.clear()

    def call(self, app: ForgeApp, trigger: Trigger, payload: Json, forms: Sequence[Form]) -> Answer:
        """Call an app once; in the background again when it has not taken it.

        Args:
            app: to call
            trigger: of the call
            payload: of the call
            forms: possible forms of the module in the token

        Returns:
            the answer to the first attempt
        """
        call = _Call(app, trigger, payload, forms)
        answer = self._outbox.start(self._attempt(call)).result()
        self._outbox.start(self._again(call, answer))
        return answer

    def tell(self, app: ForgeApp, trigger: Trigger, payload: Json, forms: Sequence[Form]) -> None:
        """The same, all of it in the background."""
        self._outbox.start(self._deliver(_Call(app, trigger, payload, forms)))

    async def _deliver(self, call: _Call) -> None:
        await self._again(call, await self._attempt(call))

    async def _again(self, call: _Call, answer: Answer) -> None:
        for retry in range(1, RETRIES + 1):
            if _is_taken(answer):
                return
            await asyncio.sleep(self.retry_seconds)
            context = {"retryCount": retry, "retryReason": _reason(answer), "retryData": None}
            answer = await self._attempt(replace(call, payload={**call.payload, "retryContext": context}))

    async def _attempt(self, call: _Call) -> Answer:
        lane = (call.app.tenant.site.base_url, urlsplit(call.trigger.endpoint.url).netloc)
        return await self._outbox.request(lane, lambda: self._post(call))

    def _post(self, call: _Call) -> Answer:
        app, endpoint, now = call.app, call.trigger.endpoint, self._clock()
        form = self._turns.take(call.trigger, call.forms)
        token = self._invocations.of_module(
            app,
            module=form.module(call.trigger),
            context=form.context(call.trigger, app.tenant.site.cloud_id),
            now=now,
        )
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "x-b3-traceid": secrets.token_hex(8),
            "x-b3-spanid": secrets.token_hex(8),
        }
        if endpoint.brings_token and app.live:
            headers["x-forge-oauth-system"] = self._tokens.issue(app, now=now)
        try:
            response = self._http.request(
                "POST",
                endpoint.url,
                body=json.dumps(call.payload).encode(),
                headers=headers,
                timeout=urllib3.Timeout(total=TIMEOUT_SECONDS),
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as failure:
            return Answer(None, f"The app gave no answer ({type(failure).__name__}).")
        return Answer(response.status)


def _is_taken(answer: Answer) -> bool:
    """Forge takes nothing but 2xx for an answer."""
    return answer.status is not None and HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES


def _reason(answer: Answer) -> str:
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return "INVALID_FORGE_INVOCATION_TOKEN"
    is_timeout = answer.error is not None and "Timeout" in answer.error
    return "TIMEOUT_ERROR" if is_timeout else "INVALID_REMOTE_INVOCATION_ERROR"
