"""Calls of a page by `invokeRemote`: Forge calls an endpoint of the app, with the user's own token.

https://developer.atlassian.com/platform/forge/remote/calling-from-frontend/
"""

import json
import secrets
from dataclasses import dataclass, field

import urllib3

from connect_local.jira.entities import Json, User
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.forge.installations import ForgeApp
from connect_local.jira.forge.system_tokens import SystemTokens

TIMEOUT_SECONDS = 25.0
_USER_TOKENS = "read:app-user-token"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCall:
    """A call.

    Attributes:
        endpoint: its key in the manifest
        method: such as `GET`
        path: below the endpoint's
        body: JSON; None for none
    """

    endpoint: str
    method: str
    path: str
    body: Json = field(default=None)


class PageCalls:
    """Makes them, once each.

    Args:
        tokens: makes the tokens sent with them
    """

    def __init__(self, tokens: SystemTokens) -> None:
        self._tokens = tokens
        self._http = urllib3.PoolManager(retries=False)

    def close(self) -> None:
        """Let go of the connections that were kept."""
        self._http.clear()

    def make(
        self, app: ForgeApp, call: PageCall, *, invocation: str, user: User, now: float
    ) -> urllib3.BaseHTTPResponse:
        """Call the app.

        Args:
            app: of the page
            call: the page's request
            invocation: the token that proves it
            user: of the page
            now: Unix seconds

        Raises:
            NotCarriedOut: the manifest has no such endpoint, or the app gives no answer
        """
        endpoint = app.manifest.endpoints.get(call.endpoint)
        if endpoint is None:
            raise NotCarriedOut(f"The manifest has no endpoint {call.endpoint}.")
        headers = {
            "Authorization": f"Bearer {invocation}",
            "x-b3-traceid": secrets.token_hex(8),
            "x-b3-spanid": secrets.token_hex(8),
        }
        if endpoint.brings_token:
            headers["x-forge-oauth-system"] = self._tokens.issue(app, now=now)
        if endpoint.brings_user_token and _USER_TOKENS in app.manifest.scopes:
            headers["x-forge-oauth-user"] = self._tokens.issue(app, now=now, user=user)
        body = None
        if call.body is not None:
            headers["Content-Type"], body = "application/json", json.dumps(call.body)
        try:
            return self._http.request(
                call.method,
                f"{endpoint.url.rstrip('/')}/{call.path.removeprefix('/')}",
                body=body,
                headers=headers,
                timeout=TIMEOUT_SECONDS,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as failure:
            raise NotCarriedOut(f"The app gave no answer ({type(failure).__name__}).") from failure
