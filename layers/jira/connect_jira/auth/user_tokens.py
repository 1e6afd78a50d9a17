"""Access tokens for impersonation, requested with the site's secret, and cached.

A site that uses Forge alone has no secret: `connect_jira.auth.offline_tokens` has its tokens.

https://developer.atlassian.com/cloud/jira/platform/user-impersonation-for-connect-apps/
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import urllib3
from cachetools import TLRUCache

from connect_jira.auth.offline_tokens import OfflineTokens
from connect_jira.auth.user_grants import ForgeUserGrant, UserGrant, UserGrants
from connect_jira.errors import ImpersonationRefused, TemporarilyUnavailable
from connect_jira.jira.credentials import BearerCredentials
from connect_jira.json_objects import object_in
from connect_jwt.identity import AppKey, ClientKey
from connect_jwt.signing import sign_user_assertion

_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TIMEOUT = urllib3.Timeout(connect=3, read=5)
_EXPIRY_MARGIN_SECONDS = 30.0
"""A token is not used in its last seconds, since the call takes time, too."""


@dataclass(frozen=True, slots=True)
class _UserOnSite:
    client_key: ClientKey
    account_id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Granted:
    credentials: BearerCredentials
    expires_at: float


class UserTokens:
    """The users' access tokens of one process.

    IAM: that of the source of grants.

    Args:
        grants: source of the sites' grants
        offline: tokens of sites without a secret
        url: the authorization server's base URL
        http: the process's pool
        clock: Unix seconds
    """

    def __init__(
        self,
        grants: UserGrants,
        *,
        offline: OfflineTokens,
        url: str,
        http: urllib3.PoolManager,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._grants = grants
        self._offline = offline
        self._url = url
        self._http = http
        self._clock = clock
        self._granted: TLRUCache[_UserOnSite, _Granted] = TLRUCache(
            maxsize=1000, ttu=lambda _user, granted, _now: granted.expires_at, timer=clock
        )

    def acting_as(self, account_id: str, scopes: tuple[str, ...]) -> "ActingUser":
        """Return a source of a user's credentials."""
        return ActingUser(self, self._grants, account_id, scopes)

    def credentials(self, user: _UserOnSite, *, fresh: bool) -> BearerCredentials:
        """Return a user's access token.

        Raises:
            ImpersonationRefused: Atlassian does not grant it
            NotInstalled, ForgeTokenMissing, SecretDoesNotOpen: the app has no grant
            TemporarilyUnavailable: Atlassian did not answer
        """
        granted = None if fresh else self._granted.get(user)
        if granted is None:
            grant = self._grants.user_grant(user.client_key, fresh=fresh)
            if isinstance(grant, ForgeUserGrant):
                return self._offline.credentials(grant, user.account_id, fresh=fresh)
            granted = self._granted[user] = self._ask_for(user, grant)
        return granted.credentials

    def _ask_for(self, user: _UserOnSite, grant: UserGrant) -> _Granted:
        if grant.oauth_client_id is None:
            raise ImpersonationRefused(
                "the site gave no oauthClientId: add the scope ACT_AS_USER to the descriptor, and reinstall"
            )
        now = self._clock()
        fields = {
            "grant_type": _GRANT_TYPE,
            "assertion": sign_user_assertion(
                grant.identity,
                oauth_client_id=grant.oauth_client_id,
                account_id=user.account_id,
                audience=self._url,
                now=now,
            ),
        }
        if user.scopes:
            fields["scope"] = " ".join(user.scopes)
        answer = self._post(fields)
        return _Granted(
            BearerCredentials(grant.identity.base_url, answer["access_token"]),
            now + float(answer["expires_in"]) - _EXPIRY_MARGIN_SECONDS,
        )

    def _post(self, fields: dict[str, str]) -> dict[str, Any]:
        try:
            response = self._http.request(
                "POST",
                f"{self._url}/oauth2/token",
                body=urlencode(fields),
                headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
                timeout=_TIMEOUT,
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as failure:
            raise TemporarilyUnavailable(f"the authorization server: {type(failure).__name__}") from failure
        answer = object_in(response.data)
        if response.status == HTTPStatus.OK and "access_token" in answer and "expires_in" in answer:
            return answer
        if (
            response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            or response.status == HTTPStatus.TOO_MANY_REQUESTS
        ):
            raise TemporarilyUnavailable(f"the authorization server answered {response.status}")
        said = answer.get("error_description") or answer.get("error") or "without a reason"
        raise ImpersonationRefused(f"the authorization server answered {response.status}: {said}")


@dataclass(frozen=True, slots=True)
class ActingUser:
    """Source of one user's credentials."""

    tokens: UserTokens
    grants: UserGrants
    account_id: str
    scopes: tuple[str, ...]

    @property
    def app_key(self) -> AppKey:
        """The app that requests the tokens."""
        return self.grants.app_key

    def credentials(self, client_key: ClientKey, _call: str) -> BearerCredentials:
        """Return the cached access token, or a new one."""
        return self.tokens.credentials(self._on(client_key), fresh=False)

    def fresh_credentials(self, client_key: ClientKey, _call: str) -> BearerCredentials:
        """Return a new access token."""
        return self.tokens.credentials(self._on(client_key), fresh=True)

    def connect_fallback(self, _client_key: ClientKey, _call: str) -> None:
        """Return None: a user's token is not the app's."""

    def connect_refused(self, _client_key: ClientKey) -> None:
        """Do nothing, for the same reason."""

    def is_young(self, client_key: ClientKey) -> bool:
        """Return it for the app on this site."""
        return self.grants.is_young(client_key)

    def count_refusals(self, client_key: ClientKey, *, refused: bool) -> int:
        """Return it for the app on this site."""
        return self.grants.count_refusals(client_key, refused=refused)

    def _on(self, client_key: ClientKey) -> _UserOnSite:
        return _UserOnSite(client_key, self.account_id, self.scopes)
