"""Requests that Forge sends: verified, and only then believed."""

import time
from collections.abc import Callable

from connect_jira.errors import InvocationRefused
from connect_jira.gateway import GatewayRequest
from connect_jira.settings import AppSettings
from connect_jwt.errors import ForgeReason, Reason, TokenRefused
from connect_jwt.forge_keys import ForgeKeys
from connect_jwt.invocations import VerifiedInvocation, verify_invocation_token
from connect_jwt.tokens import find_bearer_token

_FORGED = "Forge sends no such token: somebody else did, or something between Forge and the app changed it."

HELP: dict[str, str] = {
    ForgeReason.FORGE_OFF: "Give the stack the id that `forge register` wrote, as ForgeAppId.",
    ForgeReason.SCHEME_NOT_BEARER: "Connect's tokens go to /lifecycle and /webhooks.",
    ForgeReason.API_BASE_URL_REFUSED: "The app is on another cloud than AtlassianCloud says, or on an "
    "Isolated Cloud: then ExtraForgeApiUrl names its API host.",
    ForgeReason.INSTALLATION_ID_MALFORMED: "Forge has another form for it now, or it was forged.",
    ForgeReason.OF_A_PAGE: "A page may call any path of the app with its user's token: somebody tried.",
    ForgeReason.NOT_OF_A_PAGE: "Events and triggers have no business here: look at the manifest's paths.",
    Reason.AUD_MISMATCH: "ForgeAppId is not the app.id of the manifest that is deployed.",
    Reason.EXPIRED: "It is good for 25 seconds: it was replayed, or this clock is wrong.",
    Reason.NOT_YET_VALID: "This clock is behind Forge's.",
    Reason.KID_UNKNOWN: "The app is on another cloud than AtlassianCloud says, or on an Isolated Cloud: then "
    "ForgeKeysUrl names its key set.",
    Reason.TOKEN_MISSING: "Forge always sends one: somebody else called.",
}
"""What to do about a refusal, by its reason, where there is more to say than that it was forged."""


class ForgeInvocations:
    """Verifies the invocations of one app.

    Args:
        app: its settings; without a Forge app id nothing is accepted
        keys: Forge's public keys
        clock: Unix seconds
    """

    def __init__(self, app: AppSettings, keys: ForgeKeys, *, clock: Callable[[], float] = time.time) -> None:
        self._app = app
        self._keys = keys
        self._clock = clock

    def verify(self, request: GatewayRequest) -> VerifiedInvocation:
        """Verify a request of Forge itself, by its invocation token, which comes in the header only.

        A page's is refused: whoever has the page open can have it sent to any path, with any body.

        Raises:
            InvocationRefused: the proof fails, or the app is not one of Forge's
            KeyHostUnavailable: nothing can be said just now
        """
        invocation = self._verified(request)
        if _is_of_page(invocation):
            raise _refused(TokenRefused(ForgeReason.OF_A_PAGE, "a page's token where Forge itself calls"))
        return invocation

    def verify_page(self, request: GatewayRequest) -> VerifiedInvocation:
        """Verify a call that a page has made by `requestRemote`; errors as for `verify`."""
        invocation = self._verified(request)
        if not _is_of_page(invocation):
            raise _refused(TokenRefused(ForgeReason.NOT_OF_A_PAGE, "no page's token where pages call"))
        return invocation

    def _verified(self, request: GatewayRequest) -> VerifiedInvocation:
        if not self._app.forge_app_id or not self._app.forge_keys_url:
            raise _refused(
                TokenRefused(ForgeReason.FORGE_OFF, "no Forge app id, or no key set for this cloud")
            )
        try:
            return verify_invocation_token(
                find_bearer_token(request.headers.get("authorization")),
                key_of=self._keys.public_key,
                app_id=self._app.forge_app_id,
                api_urls=self._app.forge_api_urls,
                now=self._clock(),
            )
        except TokenRefused as refused:
            raise _refused(refused) from refused


def _is_of_page(invocation: VerifiedInvocation) -> bool:
    return invocation.account_id is not None or bool(invocation.context)


def _refused(refused: TokenRefused) -> InvocationRefused:
    what = str(refused).removeprefix(f"{refused.reason}: ")
    return InvocationRefused(refused.reason, f"{what}. {HELP.get(refused.reason, _FORGED)}")
