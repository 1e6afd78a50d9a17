"""Atlassian's GraphQL, as far as apps are given users' tokens by it: one mutation.

https://developer.atlassian.com/platform/forge/remote/calling-product-apis/
"""

import re
import time
from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse

from connect_jwt.errors import TokenRefused
from connect_jwt.tokens import find_bearer_token
from connect_local.jira.entities import Json
from connect_local.jira.forge.installations import ForgeApp, ForgeApps
from connect_local.jira.forge.system_tokens import SystemTokens
from connect_local.jira.strict_json import parse_json

_MUTATION = "offlineUserAuthToken"
_RESULT = ("success", "errors", "authToken")
_CONTEXTS = ("ari:cloud:jira:{0}:workspace/{0}", "ari:cloud:jira::site/{0}")


class GraphQl:
    """The endpoint.

    Which of two ways to name a site is the right one was never captured. Each installation has one of them,
    by turns, so that no app can depend on one.

    Args:
        apps: that may ask
        tokens: with what, and for what
        clock: Unix seconds
    """

    def __init__(
        self, apps: ForgeApps, tokens: SystemTokens, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._apps = apps
        self._tokens = tokens
        self._clock = clock

    async def answer(self, request: Request) -> JSONResponse:
        """A user's token, or why there is none, which is a 200, too."""
        app = self._app_of(request)
        if app is None:
            return JSONResponse({"code": 401, "message": "Unauthorized"}, HTTPStatus.UNAUTHORIZED)
        try:
            asked = parse_json(await request.body())
            query, wish = asked["query"], asked["variables"]["input"]
            context_ids, account_id = list(wish["contextIds"]), wish["userId"]
        except (ValueError, KeyError, TypeError):
            query, context_ids, account_id = "", [], None
        if not isinstance(query, str) or not re.search(rf"mutation\b.*\b{_MUTATION}\s*\(", query, re.DOTALL):
            return JSONResponse({"errors": [{"message": f"The only mutation here is {_MUTATION}."}]})
        result = self._result(app, context_ids, account_id)
        selected = {name: result[name] for name in _RESULT if re.search(rf"\b{name}\b", query)}
        return JSONResponse({"data": {_MUTATION: selected}})

    def _app_of(self, request: Request) -> ForgeApp | None:
        try:
            token = find_bearer_token(request.headers.get("authorization"))
        except TokenRefused:
            return None
        return self._tokens.app_of(token, now=self._clock())

    def _result(self, app: ForgeApp, context_ids: list[Json], account_id: Json) -> dict[str, Json]:
        site, scopes = app.tenant.site, app.manifest.scopes_for_absent
        user = site.user(account_id) if isinstance(account_id, str) else None
        turn = self._apps.all().index(app) % len(_CONTEXTS)
        if context_ids != [_CONTEXTS[turn].format(site.cloud_id)]:
            return _refused("Could not load permissions for app user in the provided contextIds")
        if not scopes:
            return _refused("The app has no scope that allows impersonation.")
        if user is None or not user.active or user.account_type == "app":
            return _refused("The user cannot be impersonated.")
        token = self._tokens.issue(app, now=self._clock(), user=user, scopes=scopes)
        return {
            "success": True,
            "errors": [],
            "authToken": {"token": token, "ttl": int(self._tokens.lifetime)},
        }


def _refused(message: str) -> dict[str, Json]:
    return {"success": False, "errors": [{"message": message}], "authToken": None}
