"""How Forge calls an app: within 5 seconds, and for an event up to four times more.

https://developer.atlassian.com/platform/forge/remote/sending-product-events/
"""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

from connect_local.jira.apps import Answer
from connect_local.jira.entities import Json
from connect_local.jira.forge.installations import ForgeApp
from connect_local.jira.forge.invocation_tokens import InvocationTokens
from connect_local.jira.forge.manifests import Endpoint
from connect_local.jira.forge.system_tokens import SystemTokens
from connect_local.jira.outbox import Outbox

TIMEOUT_SECONDS = 5.0
RETRIES = 4
RETRY_SECONDS = 2.0
"""Forge itself waits for 60 seconds each time."""


class Deliveries:
    """Sends what Forge has to say.

    Args:
        outbox: where it waits
        invocations: what proves it
        tokens: what apps are given to call Jira with
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
        self._http = urllib3.PoolManager(maxsize=20, retries=False)
        self.retry_seconds = RETRY_SECONDS

    def close(self) -> None:
        """Let go of the connections that were kept."""
        self._http.clear()

    def call(self, app: ForgeApp, endpoint: Endpoint, payload: Json) -> Answer:
        """Call an app once; in the background again when it has not taken it.

        Returns:
            the answer to the first attempt
        """
        answer = self._outbox.start(self._attempt(app, endpoint, payload)).result()
        self._outbox.start(self._again(app, endpoint, payload, answer))
        return answer

    def tell(self, app: ForgeApp, endpoint: Endpoint, payload: Json) -> None:
        """The same, all of it in the background."""
        self._outbox.start(self._deliver(app, endpoint, payload))

    async def _deliver(self, app: ForgeApp, endpoint: Endpoint, payload: Json) -> None:
        await self._again(app, endpoint, payload, await self._attempt(app, endpoint, payload))

    async def _again(self, app: ForgeApp, endpoint: Endpoint, payload: Json, answer: Answer) -> None:
        for retry in range(1, RETRIES + 1):
            if _is_taken(answer):
                return
            await asyncio.sleep(self.retry_seconds)
            context = {"retryCount": retry, "retryReason": _reason(answer), "retryData": None}
            answer = await self._attempt(app, endpoint, {**payload, "retryContext": context})

    async def _attempt(self, app: ForgeApp, endpoint: Endpoint, payload: Json) -> Answer:
        lane = (app.tenant.site.base_url, urlsplit(endpoint.url).netloc)
        return await self._outbox.request(lane, lambda: self._post(app, endpoint, payload))

    def _post(self, app: ForgeApp, endpoint: Endpoint, payload: Json) -> Answer:
        now = self._clock()
        headers = {
            "Authorization": f"Bearer {self._invocations.make(app, module=endpoint.key, now=now)}",
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
                body=json.dumps(payload).encode(),
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
