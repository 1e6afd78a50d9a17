"""Verification of requests from Forge."""

import time
from collections.abc import Callable

from connect_jira.errors import InvocationRefused, ProductNotServed
from connect_jira.metrics import count
from connect_jira.settings import AppSettings
from connect_jira.shape_recorder import RECORDER
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import ForgeReason, Reason, TokenRefused
from connect_jwt.forge_keys import ForgeKeys
from connect_jwt.invocations import VerifiedInvocation, verify_invocation_token
from connect_jwt.origins import InvocationOrigin

_FORGED = "Forge sends no such token: somebody else did, or something between Forge and the app changed it."

HELP: dict[str, str] = {
    ForgeReason.FORGE_OFF: "Give the stack the id that `forge register` wrote, as ForgeAppId.",
    ForgeReason.SCHEME_NOT_BEARER: "Connect's tokens go to /lifecycle and /webhooks.",
    ForgeReason.API_BASE_URL_REFUSED: "The app is on another cloud than AtlassianCloud says, or on an "
    "Isolated Cloud: then ExtraForgeApiUrl names its API host.",
    ForgeReason.INSTALLATION_ID_MALFORMED: "Forge has another form for it now, or it was forged.",
    ForgeReason.MODULE_TYPE_UNKNOWN: "If Forge itself invokes such modules, name the type in "
    "ExtraForgeModuleTypes; what anybody can call, such as a web trigger, never counts as Forge's own.",
    ForgeReason.OF_A_PAGE: "A page may call any path of the app with its user's token: somebody tried.",
    ForgeReason.NOT_OF_A_PAGE: "Events and triggers have no business here: look at the manifest's paths.",
    ForgeReason.OF_DATA_RESIDENCY: "The app takes no part in moves: take migration:dataResidency out of the "
    "manifest.",
    ForgeReason.PRODUCT_NOT_SERVED: "This app serves Jira alone: install it there.",
    Reason.AUD_MISMATCH: "ForgeAppId is not the app.id of the manifest that is deployed.",
    Reason.EXPIRED: "It is good for 25 seconds: it was replayed, or this clock is wrong.",
    Reason.NOT_YET_VALID: "This clock is behind Forge's.",
    Reason.KID_UNKNOWN: "The app is on another cloud than AtlassianCloud says, or on an Isolated Cloud: then "
    "ForgeKeysUrl names its key set.",
    Reason.TOKEN_MISSING: "Forge always sends one: somebody else called.",
}
"""Remedy for a refusal, by its reason, if there is one."""

PROVED = {
    ForgeReason.API_BASE_URL_REFUSED,
    ForgeReason.APP_CLAIM_MALFORMED,
    ForgeReason.INSTALLATION_ID_MALFORMED,
    ForgeReason.JTI_MISSING,
    ForgeReason.MODULE_TYPE_UNKNOWN,
    ForgeReason.NOT_OF_A_PAGE,
    ForgeReason.OF_A_PAGE,
    ForgeReason.OF_DATA_RESIDENCY,
    ForgeReason.PRODUCT_NOT_SERVED,
}
"""Explanation of a refusal of a token that Forge signed for this app, and that may be of a new kind."""


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
        """Verify a request of Forge itself, by its invocation token, which is in the header only.

        Raises:
            ProductNotServed: its installation is in other products than Jira
            InvocationRefused: the proof fails, is for another app, or the app is not on Forge
            KeyHostUnavailable: the proof cannot be checked now
        """
        return self._verified(request, InvocationOrigin.FORGE)

    def verify_event(self, request: GatewayRequest) -> VerifiedInvocation:
        """Verify an event, which may also be of unknown origin: then it must not be acted upon."""
        invocation = self._verified(request, InvocationOrigin.FORGE, InvocationOrigin.UNKNOWN)
        if invocation.origin is InvocationOrigin.UNKNOWN:
            count("ModuleTypeUnknown")
        return invocation

    def verify_page(self, request: GatewayRequest) -> VerifiedInvocation:
        """Verify a page's call by `requestRemote`; errors as for `verify`."""
        return self._verified(request, InvocationOrigin.PAGE)

    def _verified(self, request: GatewayRequest, *origins: InvocationOrigin) -> VerifiedInvocation:
        if not self._app.forge_app_id or not self._app.forge_keys_url:
            raise _refused(
                TokenRefused(ForgeReason.FORGE_OFF, "no Forge app id, or no key set for this cloud")
            )
        try:
            invocation = verify_invocation_token(
                request.invocation_token,
                origins=origins,
                more_types=self._app.forge_module_types,
                keys=self._keys,
                app_id=self._app.forge_app_id,
                api_urls=self._app.forge_api_urls,
                now=self._clock(),
            )
        except TokenRefused as refused:
            if refused.reason in PROVED:
                RECORDER.request(request, request.invocation_token, token_alone=True)
            raise _refused(refused) from refused
        is_others = invocation.origin is not InvocationOrigin.FORGE
        RECORDER.request(request, request.invocation_token, token_alone=is_others)
        return invocation


def _refused(refused: TokenRefused) -> InvocationRefused:
    if refused.reason == ForgeReason.MODULE_TYPE_UNKNOWN:
        count("ModuleTypeUnknown")
    kind = ProductNotServed if refused.reason == ForgeReason.PRODUCT_NOT_SERVED else InvocationRefused
    return kind(refused.reason, f"{refused.sentence}. {HELP.get(refused.reason, _FORGED)}")
