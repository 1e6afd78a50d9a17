"""Forge's lifecycle calls and events: verified, validated and stored.

Every verified invocation shows that its installation exists, so the next call, whatever it is about, makes up
for a lifecycle event that was never delivered.

https://developer.atlassian.com/platform/forge/events-reference/life-cycle/ and
https://developer.atlassian.com/platform/forge/remote/
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.events.forge_payload import event_payload, own_event, webhook_of
from connect_jira.events.held_event import HeldEvent
from connect_jira.events.hook_call import Hook, HookCall
from connect_jira.events.link_request import LinkRequest
from connect_jira.events.webhook import Webhook
from connect_jira.installations import forge_installation
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.sealing import SystemTokenSealer
from connect_jira.installations.system_token import SystemToken
from connect_jira.lifecycle.forge_events import ENDS, ForgeLifecycle, lifecycle_event
from connect_jira.lifecycle.hooks import forge_hook
from connect_jira.lifecycle.refused_forge_calls import forge_calls_counted
from connect_jira.lifecycle.site_links import SiteLinks
from connect_jira.metrics import count
from connect_jira.settings import AppSettings
from connect_jira.web.request import GatewayRequest
from connect_jwt.identity import ClientKey
from connect_jwt.invocations import VerifiedInvocation
from connect_jwt.origins import InvocationOrigin

type Change = Callable[[ForgeInstallation], ForgeInstallation]
"""Returns the new row; the same row if it does not change."""

RENEW_BELOW_SECONDS = 30 * 60
"""A product event's token is stored if the present one expires sooner; else the hourly call brings one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeOutcome:
    """Outcome of a call from Forge.

    Attributes:
        client_key: the owner of the installation
        changed: True if the row changed
        has_token: True if the call brought a system token
    """

    client_key: ClientKey
    changed: bool
    has_token: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    invocation: VerifiedInvocation
    body: bytes
    token: SystemToken | None


class ForgeCalls:
    """Handles what Forge sends to one app.

    All methods raise `TokenRefused` if the proof fails, `NotInstalled` if the installation has ended,
    `PayloadRefused` if the body is not valid, and `KeyHostUnavailable` or `TemporarilyUnavailable` if that
    cannot be decided now.

    IAM: that of `connect_jira.aws.versioned_table` to read and write, and of
    `connect_jira.installations.sealing` to seal.

    Args:
        app: the app
        invocations: verifies invocation tokens
        store: of the installations
        sealer: of their tokens
        links: links them and Connect sites
        ask: enqueues the request for an installation's Connect site
        hook: enqueues the app's own functions for a change, before the row is written
        clock: Unix seconds
    """

    def __init__(
        self,
        app: AppSettings,
        *,
        invocations: ForgeInvocations,
        store: ForgeInstallationStore,
        sealer: SystemTokenSealer,
        links: SiteLinks,
        ask: Callable[[LinkRequest], None],
        hook: Callable[[HookCall], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app_key = app.app_key
        self._app_id = app.forge_app_id
        self._wanted = app.wanted_events
        self._invocations = invocations
        self._store = store
        self._sealer = sealer
        self._links = links
        self._ask = ask
        self._hook = hook
        self._clock = clock

    def lifecycle(self, request: GatewayRequest) -> ForgeOutcome:
        """Handle an install, an upgrade, or an uninstall, done or announced. Each token counts once."""
        with forge_calls_counted(request, self._app_id):
            return self._lifecycle(request)

    def _lifecycle(self, request: GatewayRequest) -> ForgeOutcome:
        call = self._verified(request)
        event = lifecycle_event(request.path, call.body, is_of_jira=call.invocation.is_of_jira)
        digest, now = hashlib.sha256(call.body).hexdigest(), int(self._clock())

        def apply(current: ForgeInstallation) -> ForgeInstallation:
            if forge_installation.already_applied(current, call.invocation, digest):
                return current
            if event in ENDS and current.state is ForgeState.ENDED:
                return current
            following = forge_installation.applied(current, call.invocation, digest, now=now)
            if event is ForgeLifecycle.UNINSTALLED:
                return forge_installation.ended(following, now=now)
            following = self._with_token(forge_installation.called(following, call.invocation), call)
            is_leaving = event is ForgeLifecycle.PRE_UNINSTALL
            return forge_installation.leaving(following, now=now) if is_leaving else following

        return self._outcome(call, *self._change(call, apply, event))

    def refresh(self, request: GatewayRequest) -> ForgeOutcome:
        """Handle the hourly call, which brings a token."""
        call = self._verified(request)

        def renew(current: ForgeInstallation) -> ForgeInstallation:
            return self._with_token(forge_installation.called(current, call.invocation), call)

        return self._outcome(call, *self._change(call, renew))

    def event(self, request: GatewayRequest) -> Webhook | HeldEvent | None:
        """Handle a product event; return None if nothing is to be done.

        An event whose origin is unknown is only held back.
        """
        invocation, payload = self._invocations.verify_event(request), event_payload(request.body)
        if invocation.origin is InvocationOrigin.UNKNOWN:
            return HeldEvent(invocation=invocation, payload=payload)
        call = _call(request, invocation)

        def note(current: ForgeInstallation) -> ForgeInstallation:
            following = forge_installation.called(current, call.invocation)
            is_due = following.token_expires_at < self._clock() + RENEW_BELOW_SECONDS
            return self._with_token(following, call) if is_due else following

        before, after = self._change(call, note)
        if after != before:
            self._links.point(after)
        if own_event(payload, self._app_key):
            count("OwnChange")
            return None
        return webhook_of(
            payload,
            call.invocation,
            wanted=self._wanted,
            client_key=after.tenant,
            has_connect=after.is_joined,
        )

    def _verified(self, request: GatewayRequest) -> _Call:
        return _call(request, self._invocations.verify(request))

    def _with_token(self, row: ForgeInstallation, call: _Call) -> ForgeInstallation:
        """Return the row with the call's token, if that expires later than the present one."""
        if call.token is None or call.token.expires_at <= row.token_expires_at:
            return row
        sealed = self._sealer.seal(row.installation_id, call.token.value)
        return replace(row, sealed_token=sealed, token_expires_at=call.token.expires_at)

    def _change(
        self, call: _Call, change: Change, event: ForgeLifecycle | None = None
    ) -> tuple[ForgeInstallation, ForgeInstallation]:
        hook_once = cache(self._hook)
        new = forge_installation.announced(call.invocation.installation_id)

        def changed(current: ForgeInstallation | None) -> ForgeInstallation | None:
            row = current or new
            following = self._with_join(row, change(row))
            if following == row:
                return current
            for hook in _hooks(row, following, event):
                hook_once(forge_hook(hook, following, call.invocation))
            return replace(following, updated_at=int(self._clock()))

        before, after = self._store.update(new.installation_id, changed)
        return before or new, after or new

    def _with_join(self, current: ForgeInstallation, following: ForgeInstallation) -> ForgeInstallation:
        """Request the Connect site of an installation: at its first call, and after an install or upgrade.

        The request is sent before the row is written: if this process dies in between, it is sent twice,
        never lost.
        """
        is_news = not current.asked_at or following.applied_at > current.applied_at
        if following.state is not ForgeState.LIVE or following.is_joined or not is_news:
            return following
        self._ask(LinkRequest(following.tenant))
        return replace(following, asked_at=int(self._clock()))

    def _outcome(self, call: _Call, before: ForgeInstallation, after: ForgeInstallation) -> ForgeOutcome:
        if after.state is ForgeState.LIVE:
            self._links.point(after)
        return ForgeOutcome(
            client_key=after.tenant, changed=after != before, has_token=call.token is not None
        )


def _hooks(
    row: ForgeInstallation, following: ForgeInstallation, event: ForgeLifecycle | None
) -> Iterator[Hook]:
    """Yield the app's hooks for a change. The first call of an installation makes up for a lost event.

    A minor version comes without an event.
    """
    if following.state is ForgeState.ENDED:
        if row.state is not ForgeState.ANNOUNCED:
            yield Hook.UNINSTALLED
        return
    if event is ForgeLifecycle.PRE_UNINSTALL:
        yield Hook.LEAVING
    elif event is ForgeLifecycle.INSTALLED or row.state is ForgeState.ANNOUNCED:
        yield Hook.INSTALLED
    elif event is ForgeLifecycle.UPGRADED or row.app_version not in {None, following.app_version}:
        yield Hook.UPGRADED


def _call(request: GatewayRequest, invocation: VerifiedInvocation) -> _Call:
    token = SystemToken.of(request.headers, issued_at=invocation.issued_at)
    return _Call(invocation=invocation, body=request.body, token=token)
