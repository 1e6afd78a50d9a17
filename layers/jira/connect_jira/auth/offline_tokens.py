"""Access tokens for impersonation on sites that use Forge alone.

They are requested with the site's system token, which is sent only to the host that issued it for calls. The
manifest must allow each scope.

https://developer.atlassian.com/platform/forge/remote/calling-product-apis/
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import urllib3
from cachetools import TLRUCache

from connect_jira.auth.forge_tenants import EXPIRY_MARGIN_SECONDS
from connect_jira.auth.user_grants import ForgeUserGrant
from connect_jira.errors import ForgeTokenMissing, ImpersonationRefused, TemporarilyUnavailable
from connect_jira.installations.system_token import MAX_LIFETIME_SECONDS, TOKEN
from connect_jira.jira.credentials import BearerCredentials
from connect_jira.jira.error_text import LONGEST_CHARACTERS, ErrorText
from connect_jira.json_objects import object_in
from connect_jira.settings import AppSettings
from connect_jwt.causes import Cause, cause_of
from connect_jwt.clouds import graphql_url
from connect_jwt.scopes import FORGE_SCOPES, is_granted

_MUTATION = """\
mutation TokenOfUser($input: OfflineUserAuthTokenInput!) {
  offlineUserAuthToken(input: $input) {
    success
    errors { message }
    authToken { token ttl }
  }
}"""
_CONTEXTS = ("ari:cloud:jira:{0}:workspace/{0}", "ari:cloud:jira::site/{0}")
"""Possible names of a site. Atlassian's page does not say which; its staff have named the first, and a
public library sends the second. The installation's own ARI was refused:
https://community.developer.atlassian.com/t/94615
"""
_TIMEOUT = urllib3.Timeout(connect=3, read=5)


@dataclass(frozen=True, slots=True)
class _Granted:
    token: str
    expires_at: float


class OfflineTokens:
    """The tokens of one process, cached per installation and user until shortly before they expire.

    Args:
        app: with the scopes
        http: the process's pool
        clock: Unix seconds
    """

    def __init__(
        self, app: AppSettings, *, http: urllib3.PoolManager, clock: Callable[[], float] = time.time
    ) -> None:
        self._api_urls = app.forge_api_urls
        self._advice = _advice(app.scopes)
        self._http = http
        self._clock = clock
        self._contexts = list(_CONTEXTS)  # the one that worked last comes first
        self._granted: TLRUCache[tuple[str, str], _Granted] = TLRUCache(
            maxsize=1000, ttu=lambda _user, granted, _now: granted.expires_at, timer=clock
        )

    def credentials(self, grant: ForgeUserGrant, account_id: str, *, fresh: bool) -> BearerCredentials:
        """Return a user's access token.

        Args:
            grant: the installation
            account_id: the user
            fresh: True to bypass the cache

        Raises:
            ImpersonationRefused: Atlassian does not grant it
            ForgeTokenMissing: the system token is refused
            TemporarilyUnavailable: Atlassian did not answer
        """
        user = (grant.installation_id, account_id)
        granted = None if fresh else self._granted.get(user)
        if granted is None:
            granted = self._granted[user] = self._ask_for(grant.system, account_id)
        return BearerCredentials(grant.system.base_url, granted.token, grant.system.own_url)

    def _ask_for(self, system: BearerCredentials, account_id: str) -> _Granted:
        cloud_id = system.base_url.rpartition("/")[2]
        refusals: list[str] = []
        for context in tuple(self._contexts):
            asked_at = self._clock()
            answer = self._post(system, {"contextIds": [context.format(cloud_id)], "userId": account_id})
            granted = _granted(answer, asked_at)
            if granted is not None:
                self._contexts.remove(context)
                self._contexts.insert(0, context)
                return granted
            refusals.append(_said(answer))
        raise ImpersonationRefused(
            f"Atlassian gives no token: {'; '.join(dict.fromkeys(refusals))}. {self._advice}"
        )

    def _post(self, system: BearerCredentials, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._http.request(
                "POST",
                self._url(system),
                body=json.dumps({"query": _MUTATION, "variables": {"input": asked}}),
                headers={
                    "Accept": "application/json",
                    "Authorization": f"Bearer {system.access_token}",
                    "Content-Type": "application/json",
                },
                timeout=_TIMEOUT,
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as failure:
            raise TemporarilyUnavailable(f"Atlassian's GraphQL: {type(failure).__name__}") from failure
        status, answer = response.status, object_in(response.data)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise TemporarilyUnavailable(f"Atlassian's GraphQL answered {status}")
        if status == HTTPStatus.OK:
            return answer
        if status == HTTPStatus.UNAUTHORIZED and not _lacks_scope(response):
            raise ForgeTokenMissing("Atlassian's GraphQL does not take the system token any more")
        raise ImpersonationRefused(f"Atlassian's GraphQL answered {status} {_said(answer)}. {self._advice}")

    def _url(self, system: BearerCredentials) -> str:
        for url in self._api_urls:
            if system.base_url.startswith(f"{url.rstrip('/')}/ex/"):
                return graphql_url(url)
        raise ImpersonationRefused(
            "the site is at no API host of this cloud's: see AtlassianCloud, ExtraForgeApiUrl"
        )


def _granted(answer: dict[str, Any], asked_at: float) -> _Granted | None:
    result = _object(_object(answer, "data"), "offlineUserAuthToken")
    given = _object(result, "authToken")
    token, ttl = given.get("token"), given.get("ttl")
    if result.get("success") is not True or not isinstance(token, str) or not TOKEN.fullmatch(token):
        return None
    if not isinstance(ttl, int | float) or isinstance(ttl, bool):
        return None
    return _Granted(token, asked_at + min(ttl, MAX_LIFETIME_SECONDS) - EXPIRY_MARGIN_SECONDS)


def _said(answer: dict[str, Any]) -> str:
    result = _object(_object(answer, "data"), "offlineUserAuthToken")
    messages = (*ErrorText.in_body(result).messages, *ErrorText.in_body(answer).messages)
    return " ".join(messages)[:LONGEST_CHARACTERS] or "without a reason"


def _lacks_scope(response: urllib3.BaseHTTPResponse) -> bool:
    headers = {name.lower(): value for name, value in response.headers.items()}
    text = response.data.decode(errors="replace")
    return cause_of(response.status, headers, text, url="") is Cause.SCOPE_MISSING


def _advice(scopes: frozenset[str]) -> str:
    names = (name for scope, names in FORGE_SCOPES.items() if is_granted(scope, scopes) for name in names)
    return (
        "In the manifest each scope that is to be used for users who are away needs allowImpersonation: true "
        f"({', '.join(names)}), and the user must be one of the site's"
    )


def _object(members: dict[str, Any], name: str) -> dict[str, Any]:
    value = members.get(name)
    return value if isinstance(value, dict) else {}
