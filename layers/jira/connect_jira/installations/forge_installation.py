"""One Forge installation of the app, and its changes by invocations. No I/O.

It has a row of its own, by its `installationId`, beside the row of the Connect installation on the same site.
So the end of one does not touch the other, and a site can have several installations. `tenant` is its owner:
the site's clientKey, or, without a Connect side, the `installationId` itself.

An ended installation never comes back: a new install gets a new `installationId`. One whose uninstall was
announced keeps working; it has ended if Forge itself does not call again.

https://developer.atlassian.com/platform/forge/remote/essentials/ and
https://developer.atlassian.com/platform/forge/events-reference/life-cycle/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from connect_jira.errors import EventOutdated, NotInstalled
from connect_jira.installations.installation import UNINSTALLED_ROW_SECONDS
from connect_jwt.identity import ClientKey
from connect_jwt.invocations import LEEWAY_SECONDS, VerifiedInvocation

LEAVING_SECONDS = 2 * 3600
"""Time that a leaving installation stays without a call from Forge, which otherwise calls every hour."""


class ForgeState(StrEnum):
    """Lifecycle state of a Forge installation."""

    ANNOUNCED = "announced"  # Connect's `installed` has named it, Forge has not called yet
    LIVE = "enabled"
    LEAVING = "leaving"  # an uninstall was begun
    ENDED = "uninstalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeInstallation:
    """A row of the store.

    Attributes:
        installation_id: an ARI
        tenant: its owner, for the queue and for calls to Jira
        state: its lifecycle state
        cloud_id: the site's
        api_base_url: for calls to Jira with Forge's tokens
        environment_type: such as `PRODUCTION`
        app_version: of the manifest
        sealed_token: the newest system token, sealed; None if there is none
        token_expires_at: expiry of that token, in Unix seconds; 0 if there is none
        asked_at: time of the last request for its Connect site, in Unix seconds; 0 for never
        leaves_at: time of its end, in Unix seconds, unless Forge calls before; None unless it is leaving
        applied_at: `iat` of the newest lifecycle event applied, in Unix seconds
        tokens_used: for the `jti` of each lifecycle event that may still be replayed: the end of that time,
            and the digest of its body
        updated_at: time of the last write, in Unix seconds
        expires_at: earliest deletion of the row, in Unix seconds; None while installed
        revision: number of writes
    """

    installation_id: str
    tenant: ClientKey
    state: ForgeState
    cloud_id: str | None = None
    api_base_url: str | None = None
    environment_type: str | None = None
    app_version: str | None = None
    sealed_token: bytes | None = field(default=None, repr=False)
    token_expires_at: int = 0
    asked_at: int = 0
    leaves_at: int | None = None
    applied_at: int = 0
    tokens_used: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    updated_at: int = 0
    expires_at: int | None = None
    revision: int = 0

    @property
    def is_joined(self) -> bool:
        """True if its Connect site is known."""
        return self.tenant != self.installation_id

    def has_ended(self, now: float) -> bool:
        """Return whether it was uninstalled, or has left."""
        return self.state is ForgeState.ENDED or (self.leaves_at is not None and now >= self.leaves_at)


def announced(installation_id: str) -> ForgeInstallation:
    """Return the row of an installation that has not called yet."""
    return ForgeInstallation(
        installation_id=installation_id, tenant=ClientKey(installation_id), state=ForgeState.ANNOUNCED
    )


def called(current: ForgeInstallation, invocation: VerifiedInvocation) -> ForgeInstallation:
    """Return the row after any invocation, which proves the installation's existence and properties.

    Raises:
        NotInstalled: it has ended
    """
    if current.state is ForgeState.ENDED:
        raise NotInstalled
    return replace(
        current,
        state=ForgeState.LIVE,
        cloud_id=invocation.cloud_id,
        api_base_url=invocation.api_base_url,
        environment_type=invocation.environment_type,
        app_version=invocation.app_version,
        leaves_at=None,
        expires_at=None,
    )


def already_applied(current: ForgeInstallation, invocation: VerifiedInvocation, body_digest: str) -> bool:
    """Return whether this lifecycle event was applied before.

    Raises:
        EventOutdated: a later one was applied, or its token came before with another body
    """
    used = current.tokens_used.get(invocation.jti)
    if used is not None and used[1] != body_digest:
        raise EventOutdated("token-replayed", "this token was used before, with another body")
    if used is None and invocation.issued_at < current.applied_at:
        raise EventOutdated("event-outdated", "a later lifecycle event has been applied")
    return used is not None


def applied(
    current: ForgeInstallation, invocation: VerifiedInvocation, body_digest: str, *, now: int
) -> ForgeInstallation:
    """Return the row that records a lifecycle event."""
    still_good = {jti: used for jti, used in current.tokens_used.items() if used[0] > now}
    return replace(
        current,
        applied_at=invocation.issued_at,
        tokens_used=still_good | {invocation.jti: (invocation.expires_at + LEEWAY_SECONDS + 1, body_digest)},
    )


def leaving(current: ForgeInstallation, *, now: int) -> ForgeInstallation:
    """Return the row after an uninstall was announced: it is deleted later, even if no end is reported."""
    leaves_at = now + LEAVING_SECONDS
    return replace(
        current,
        state=ForgeState.LEAVING,
        leaves_at=leaves_at,
        expires_at=leaves_at + UNINSTALLED_ROW_SECONDS,
    )


def ended(current: ForgeInstallation, *, now: int) -> ForgeInstallation:
    """Return the row after `uninstalled`: without a token, and with an expiry."""
    return replace(
        current,
        state=ForgeState.ENDED,
        sealed_token=None,
        token_expires_at=0,
        leaves_at=None,
        expires_at=now + UNINSTALLED_ROW_SECONDS,
    )
