"""The user of a Forge page: credentials to call Jira as that user, and the proof of identity.

Only a Connect app may ask Jira about another user's permissions; a Forge app asks as the user. The token for
that comes with the call in `x-forge-oauth-user`, and nothing binds it to the invocation token: the user's
browser makes the call, and may send anybody's token. So it counts only after Jira, at the invocation token's
site, has confirmed that it is the invocation token's user's. Otherwise Forge is asked for one.

Nothing is cached, so that one user's proof is never taken for another's.

https://developer.atlassian.com/platform/forge/remote/calling-product-apis/ and
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import urllib3

from connect_jira.auth.user_tokens import ActingUser, UserTokens
from connect_jira.errors import ForgeTokenMissing, ImpersonationRefused, NotInstalled, UserUnproved
from connect_jira.jira.client import JiraClient
from connect_jira.jira.credentials import BearerCredentials
from connect_jira.jira.errors import JiraError
from connect_jwt.causes import Cause
from connect_jwt.identity import AppKey, ClientKey

HEADER = "x-forge-oauth-user"

_MYSELF = "/rest/api/3/myself"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgePage:
    """Identity of a page call that came by Forge.

    Attributes:
        installation_id: from the invocation token
        api_base_url: for calls to Jira, from the invocation token
        account_id: the user, from the invocation token; None if nobody is logged in
        claimed_token: the value of `HEADER`, without a proof of its owner
    """

    installation_id: str
    api_base_url: str
    account_id: str | None
    claimed_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class _PageUser:
    """The credentials of a page's user: the token in the header, or an offline token."""

    page: ForgePage
    offline: ActingUser

    @property
    def app_key(self) -> AppKey:
        """The page's app."""
        return self.offline.app_key

    def credentials(self, client_key: ClientKey, call: str) -> BearerCredentials:
        """Return the cached token, or a new one."""
        token = self.page.claimed_token or self.offline.credentials(client_key, call).access_token
        return BearerCredentials(self.page.api_base_url, token)

    def fresh_credentials(self, client_key: ClientKey, call: str) -> BearerCredentials:
        """Return a new token; there is none newer than the header's."""
        token = self.page.claimed_token or self.offline.fresh_credentials(client_key, call).access_token
        return BearerCredentials(self.page.api_base_url, token)

    def connect_fallback(self, _client_key: ClientKey, _call: str) -> None:
        """Return None: a user's token is not the app's."""

    def connect_refused(self, _client_key: ClientKey) -> None:
        """Do nothing, for the same reason."""

    def is_young(self, client_key: ClientKey) -> bool:
        """Return it for the app on this site."""
        return self.offline.is_young(client_key)

    def count_refusals(self, _client_key: ClientKey, *, refused: bool) -> int:  # noqa: ARG002 - whatever was sent
        """Return 0: a browser's token says nothing about the app."""
        return 0


def as_user_of(
    page: ForgePage, users: UserTokens, *, http: urllib3.PoolManager, remaining: Callable[[], float]
) -> JiraClient:
    """Return a client that acts as a page's user, after proving the identity.

    Args:
        page: with the user
        users: source of offline tokens
        http: the process's pool
        remaining: returns the seconds left for everything

    Raises:
        UserUnproved: no token is proved to be this user's; the message says why
        JiraError, OutOfTime, TemporarilyUnavailable, SecretDoesNotOpen: that cannot be checked now
    """
    if page.account_id is None:
        raise UserUnproved("user-anonymous", "nobody is logged in to the page")
    client_key = ClientKey(page.installation_id)
    source = _PageUser(page, users.acting_as(page.account_id, ()))
    client = JiraClient(source, client_key, http=http, remaining=remaining)
    if page.claimed_token is None:
        _require_offline_token(source, client_key)
    else:
        _require_own_token(client, page.account_id)
    return client


def unproved_by(refused: JiraError) -> UserUnproved:
    """Return the error for a page user's token that Jira refused with 401 or 403."""
    if refused.cause is Cause.SCOPE_MISSING:
        return UserUnproved(refused.reason, str(refused))
    return UserUnproved("user-token-refused", f"Jira does not take the token of the page's user: {refused}")


def is_refusal(error: JiraError) -> bool:
    """Return whether Jira refuses a token, or its scopes."""
    return error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def _require_own_token(client: JiraClient, account_id: str) -> None:
    try:
        named = client.get(_MYSELF).object.get("accountId")
    except JiraError as error:
        if is_refusal(error):
            raise unproved_by(error) from error
        raise
    if named != account_id:
        raise UserUnproved(
            "user-token-refused", f"{HEADER} is the token of another user than the page's: somebody tried"
        )


def _require_offline_token(source: _PageUser, client_key: ClientKey) -> None:
    try:
        source.credentials(client_key, _MYSELF)
    except (ImpersonationRefused, ForgeTokenMissing, NotInstalled) as missing:
        raise UserUnproved(
            "user-token-missing",
            f"the call has no {HEADER}: make it by invokeRemote, at an endpoint with auth.appUserToken, in a "
            f"manifest with read:app-user-token. Nor is there a token of a user who is away: {missing}",
        ) from missing
