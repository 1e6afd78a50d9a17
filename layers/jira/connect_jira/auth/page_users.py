"""The user of a page that Forge shows: what Jira is asked with as that user, and what proves that it is.

Only a Connect app may ask Jira what somebody else may do; a Forge app asks as the user. The token for that
comes with the call in `x-forge-oauth-user`, which nothing binds to the invocation token: the browser of a
user makes the call, and may send the token of anybody. So it counts only once Jira has said, at the site of
the invocation token, that it is that of the invocation token's user. Else Forge is asked for one.

Nothing of it is kept, so that what was proved of one user is never taken for another's.

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
    """What a call of a page that Forge shows says of itself.

    Attributes:
        installation_id: whose page it is, by the invocation token
        api_base_url: where to call Jira, likewise
        account_id: the user, likewise; None when nobody is logged in
        claimed_token: what came in `HEADER`, with no proof whose it is
    """

    installation_id: str
    api_base_url: str
    account_id: str | None
    claimed_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class _PageUser:
    """The credentials of a page's user: the token that came, or one for a user who is away."""

    page: ForgePage
    offline: ActingUser

    @property
    def app_key(self) -> AppKey:
        """The app that the page is of."""
        return self.offline.app_key

    def credentials(self, client_key: ClientKey, call: str) -> BearerCredentials:
        """The token at hand, or a new one."""
        token = self.page.claimed_token or self.offline.credentials(client_key, call).access_token
        return BearerCredentials(self.page.api_base_url, token)

    def fresh_credentials(self, client_key: ClientKey, call: str) -> BearerCredentials:
        """A new token; there is no newer one than that which came."""
        token = self.page.claimed_token or self.offline.fresh_credentials(client_key, call).access_token
        return BearerCredentials(self.page.api_base_url, token)

    def beyond_forge(self, _client_key: ClientKey, _call: str) -> None:
        """Nothing: a user's token is no app's."""

    def connect_refused(self, _client_key: ClientKey) -> None:
        """Nothing to be remembered, likewise."""

    def is_young(self, client_key: ClientKey) -> bool:
        """As of the app on this site."""
        return self.offline.is_young(client_key)

    def count_refusals(self, _client_key: ClientKey, *, refused: bool) -> int:  # noqa: ARG002 - whatever was sent
        """None: what a browser sends says nothing of the app."""
        return 0


def as_user_of(
    page: ForgePage, users: UserTokens, *, http: urllib3.PoolManager, remaining: Callable[[], float]
) -> JiraClient:
    """A client that asks Jira as the user of a page, who is proved to be that user.

    Args:
        page: with its user
        users: what acts as users who are away
        http: the process's pool
        remaining: how many seconds there are left for everything

    Raises:
        UserUnproved: nothing proves to be this user's; the message says what is missing
        JiraError, OutOfTime, TemporarilyUnavailable, SecretDoesNotOpen: nobody can say just now
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
    """What it means that Jira has refused the token of a page's user, with 401 or 403."""
    if refused.cause is Cause.SCOPE_MISSING:
        return UserUnproved(refused.reason, str(refused))
    return UserUnproved("user-token-refused", f"Jira does not take the token of the page's user: {refused}")


def is_refusal(error: JiraError) -> bool:
    """Whether Jira does not take a token, or not for this."""
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
