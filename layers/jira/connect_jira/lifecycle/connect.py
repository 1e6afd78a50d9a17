"""Connect's lifecycle requests: verified, validated and stored.

`installed` and `uninstalled` are signed by Atlassian, so that only Atlassian can give the app a secret;
`enabled` and `disabled` are signed by the site, with that secret.

https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/#lifecycle
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from aws_lambda_powertools import Logger

from connect_jira.auth.tenants import Tenants
from connect_jira.errors import DisabledWithoutToken, NotInstalled, TemporarilyUnavailable
from connect_jira.events.hook_call import HookCall
from connect_jira.installations import installation
from connect_jira.installations.installation import Installation, InstallationState, LifecycleEvent
from connect_jira.installations.sealing import SharedSecretSealer
from connect_jira.installations.store import InstallationStore
from connect_jira.lifecycle.connect_payloads import installed_payload, lifecycle_payload
from connect_jira.lifecycle.hooks import connect_hook, uninstalled_hook
from connect_jira.lifecycle.refused_installs import RefusedInstalls
from connect_jira.lifecycle.site_links import SiteLinks
from connect_jira.settings import AppSettings
from connect_jira.shape_recorder import RECORDER
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import Reason, TokenRefused
from connect_jwt.identity import ClientKey
from connect_jwt.install_keys import InstallKeys
from connect_jwt.verifying import SignedRequest, VerifiedToken, verify_install_token

type Change = Callable[[Installation | None], Installation | None]
"""Returns the new row; None if it does not change."""

logger = Logger(child=True)

_uninstalled_payload = partial(lifecycle_payload, event="uninstalled")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a lifecycle request.

    Attributes:
        client_key: the site
        changed: True if the row changed; a repeated request changes nothing
        key_id: the `kid` of Atlassian's signing key; None if the site signed
    """

    client_key: ClientKey
    changed: bool
    key_id: str | None


class Lifecycle:
    """Handles the lifecycle requests of one app.

    All methods raise `TokenRefused` if the proof fails, `PayloadRefused` if the body is not valid, and
    `KeyHostUnavailable` or `TemporarilyUnavailable` if that cannot be decided now.

    IAM: that of `connect_jira.installations.store` to read and write, and of
    `connect_jira.installations.sealing` to seal and open.

    Args:
        app: the app
        store: of the installations
        sealer: of their secrets
        tenants: verifies requests that sites signed
        links: links sites and their Forge installations
        keys: Atlassian's public keys
        hook: enqueues the app's own functions for a change, before the row is written
        clock: Unix seconds
    """

    def __init__(
        self,
        app: AppSettings,
        *,
        store: InstallationStore,
        sealer: SharedSecretSealer,
        tenants: Tenants,
        links: SiteLinks,
        keys: InstallKeys,
        hook: Callable[[HookCall], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._store = store
        self._sealer = sealer
        self._tenants = tenants
        self._links = links
        self._keys = keys
        self._refused = RefusedInstalls(keys, clock=clock)
        self._hook = hook
        self._clock = clock

    def installed(self, request: GatewayRequest) -> Outcome:
        """Handle an install or a reinstall, such as for a new secret or a new address."""
        with self._refused.counted(request):
            return self._installed(request)

    def _installed(self, request: GatewayRequest) -> Outcome:
        token, content = self._signed_by_atlassian(request, installed_payload)
        event = self._event(token, request)
        sealed_once = cache(lambda: self._sealer.seal(token.client_key, content.shared_secret))

        hook_once = cache(self._hook)

        def install(current: Installation | None) -> Installation | None:
            if installation.already_applied(current, event):
                return None
            hook_once(
                connect_hook(current, event, token.client_key, installation_id=content.site.installation_id)
            )
            return installation.installed(current, event, content.site, sealed_once())

        outcome = self._change(token, install)
        if content.site.installation_id is not None:
            self._links.join(content.site.installation_id, token.client_key)
        return outcome

    def uninstalled(self, request: GatewayRequest) -> Outcome:
        """Handle an uninstall. Jira sends it once, and does not wait for the response."""
        token, _ = self._signed_by_atlassian(request, _uninstalled_payload)
        event = self._event(token, request)

        hook_once = cache(self._hook)

        def uninstall(current: Installation | None) -> Installation | None:
            if current is None or installation.already_applied(current, event):
                return None
            try:
                hook_once(uninstalled_hook(current, event))
            except TemporarilyUnavailable:  # Jira sends this once, and it has to end here
                logger.exception("Hook not enqueued", reason="hook-lost", hook="uninstalled")
            return installation.uninstalled(current, event)

        return self._change(token, uninstall)

    def enabled(self, request: GatewayRequest) -> Outcome:
        """Handle `enabled`."""
        return self._toggled(request, InstallationState.ENABLED)

    def disabled(self, request: GatewayRequest) -> Outcome:
        """Handle `disabled`: signed requests are refused until the app is enabled again.

        Raises:
            DisabledWithoutToken: there is no proof, as after an uninstall
        """
        try:
            return self._toggled(request, InstallationState.DISABLED)
        except TokenRefused as refused:
            if refused.reason == Reason.TOKEN_MISSING:
                raise DisabledWithoutToken from refused
            raise

    def _toggled(self, request: GatewayRequest, state: InstallationState) -> Outcome:
        token = self._tenants.verify_request(request).token
        lifecycle_payload(request.body, event=state.value, client_key=token.client_key, app=self._app)
        event = self._event(token, request)

        def toggle(current: Installation | None) -> Installation:
            if current is None:
                raise NotInstalled
            return installation.toggled(current, event, state)

        return self._change(token, toggle)

    def _signed_by_atlassian[Content](
        self, request: GatewayRequest, payload: Callable[..., Content]
    ) -> tuple[VerifiedToken, Content]:
        def content(client_key: ClientKey) -> Content:
            return payload(request.body, client_key=client_key, app=self._app)

        verified = verify_install_token(
            request.token,
            request=SignedRequest(request.method, request.path, request.query),
            keys=self._keys,
            audiences=(request.base_url, *self._app.base_urls),
            check_body=content,
            now=self._clock(),
        )
        RECORDER.request(request, request.token)
        return verified, content(verified.client_key)

    def _event(self, token: VerifiedToken, request: GatewayRequest) -> LifecycleEvent:
        return LifecycleEvent(
            signed_at=token.issued_at,
            token_digest=token.digest,
            body_digest=hashlib.sha256(request.body).hexdigest(),
            received_at=int(self._clock()),
        )

    def _change(self, token: VerifiedToken, change: Change) -> Outcome:
        before, after = self._store.update(token.client_key, change)
        if after is not before:
            self._tenants.note_written(token.client_key)
        return Outcome(token.client_key, changed=after is not before, key_id=token.key_id)
