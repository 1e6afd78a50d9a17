"""One installation of the app on one site, and its changes by lifecycle events. No I/O.

A lifecycle token does not cover its body. So each token counts once, and an event signed before the one last
applied changes nothing: a replayed or late `installed` cannot restore an old secret. `enabled` and `disabled`
have an order of their own, since `disabled` and `uninstalled` are sent at the same moment, and the second
must not be lost to the first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from connect_jira.errors import EventOutdated, NotInstalled
from connect_jwt.identity import ClientKey

PREVIOUS_SECRET_SECONDS = 15 * 60
"""Time that requests signed before a reinstall are still accepted."""

UNINSTALLED_ROW_SECONDS = 30 * 24 * 3600
"""Time that an uninstalled site's row is kept."""

_DAY = 24 * 3600
_MAX_PREVIOUS_SECRETS = 2
_CLIENT_KEY = re.compile(r"[!-~]{1,128}", re.ASCII)  # SQS's limits for a message group id
_FORGE = re.compile(r"ari:cloud:ecosystem::installation/[!-~]{1,64}", re.ASCII)


def is_forge(client_key: str) -> bool:
    """Return whether this is the `installationId` of a site that has the app by Forge alone."""
    return _FORGE.fullmatch(client_key) is not None


def is_storable(client_key: ClientKey) -> bool:
    """Return whether it can be a row's key: 1 to 128 printable ASCII characters, and not Forge's."""
    return _CLIENT_KEY.fullmatch(client_key) is not None and not is_forge(client_key)


class InstallationState(StrEnum):
    """Lifecycle state of an installation."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    UNINSTALLED = "uninstalled"


class PauseReason(StrEnum):
    """The reason of a pause."""

    REFUSED = "secret-refused"
    BY_HAND = "paused-by-hand"


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of the calls to a site: what is queued for it waits. `installed` ends it.

    Attributes:
        reason: of the pause
        since: in Unix seconds
    """

    reason: PauseReason
    since: int


@dataclass(frozen=True, slots=True)
class PreviousSecret:
    """A secret that a reinstall replaced.

    Attributes:
        sealed: as `connect_jira.installations.sealing` sealed it
        valid_until: end of its grace period, in Unix seconds
    """

    sealed: bytes = field(repr=False)
    valid_until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleEvent:
    """A proved lifecycle request, without its payload.

    Attributes:
        signed_at: the token's `iat`, in Unix seconds
        token_digest: identifies the token
        body_digest: identifies the body
        received_at: in Unix seconds
    """

    signed_at: int
    token_digest: str
    body_digest: str
    received_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site as its `installed` payload describes it, without the secret.

    Attributes:
        client_key: the site's identity
        base_url: of its REST API
        display_url: the address that people use, if it differs
        oauth_client_id: client id of the app for users' access tokens
        installation_id: the Forge installation, if the app is also on Forge; of several the one that Jira or
            Forge named last
    """

    client_key: ClientKey
    base_url: str
    display_url: str | None = None
    oauth_client_id: str | None = None
    installation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A row of the store.

    Attributes:
        site: its owner
        state: its lifecycle state
        sealed_secret: the current shared secret; None once uninstalled
        previous_secrets: replaced secrets that still verify Jira's requests, newest first; they never sign
        signed_at: `iat` of the newest `installed` or `uninstalled` applied, in Unix seconds
        tokens_used: the body digest for the digest of each token applied at `signed_at`
        toggled_at: `iat` of the newest `enabled` or `disabled` applied, in Unix seconds
        pause: of the calls to the site; None if they are made
        updated_at: time of the last write, in Unix seconds
        expires_at: earliest deletion of the row, in Unix seconds; None while installed
        revision: number of writes
    """

    site: Site
    state: InstallationState
    sealed_secret: bytes | None = field(repr=False)
    previous_secrets: tuple[PreviousSecret, ...] = ()
    signed_at: int
    tokens_used: Mapping[str, str]
    toggled_at: int = 0
    pause: Pause | None = None
    updated_at: int
    expires_at: int | None = None
    revision: int = 1

    def verifying_secrets(self, now: float) -> list[bytes]:
        """The sealed secrets that verify the site's requests: the current one, then those in their grace.

        Args:
            now: in Unix seconds

        Raises:
            NotInstalled: the site has uninstalled the app
        """
        previous = [secret.sealed for secret in self.previous_secrets if secret.valid_until > now]
        return [self.require_sealed_secret(), *previous]

    def require_sealed_secret(self) -> bytes:
        """Return the current secret, sealed.

        Raises:
            NotInstalled: the site has uninstalled the app
        """
        if self.sealed_secret is None:
            raise NotInstalled
        return self.sealed_secret


def already_applied(current: Installation | None, event: LifecycleEvent) -> bool:
    """Return whether this request was applied before: Jira retries requests that were not answered.

    Raises:
        EventOutdated: a later event was applied, or this token came before with another body
    """
    if current is None or event.signed_at > current.signed_at:
        return False
    if event.signed_at < current.signed_at:
        raise EventOutdated("event-outdated", "a later lifecycle event has been applied")
    body_before = current.tokens_used.get(event.token_digest)
    if body_before not in {None, event.body_digest}:
        raise EventOutdated("token-replayed", "this token was used before, with another body")
    return body_before is not None


def installed(
    current: Installation | None, event: LifecycleEvent, site: Site, sealed_secret: bytes
) -> Installation:
    """Return the row after `installed`: the secret is replaced; the previous one has a grace time."""
    previous = current.previous_secrets if current else ()
    if current and current.sealed_secret:
        grace_ends = event.received_at + PREVIOUS_SECRET_SECONDS
        previous = (PreviousSecret(current.sealed_secret, grace_ends), *previous)
    known = current.site.installation_id if current else None
    return Installation(
        site=replace(site, installation_id=site.installation_id or known),
        state=InstallationState.ENABLED,
        sealed_secret=sealed_secret,
        previous_secrets=tuple(secret for secret in previous if secret.valid_until > event.received_at)[
            :_MAX_PREVIOUS_SECRETS
        ],
        signed_at=event.signed_at,
        tokens_used=_tokens_used(current, event),
        toggled_at=current.toggled_at if current else 0,
        updated_at=event.received_at,
    )


def uninstalled(current: Installation, event: LifecycleEvent) -> Installation:
    """Return the row after `uninstalled`: without secrets, with an expiry; `installed` revives it."""
    return replace(
        current,
        site=replace(current.site, oauth_client_id=None),
        state=InstallationState.UNINSTALLED,
        sealed_secret=None,
        previous_secrets=(),
        pause=None,
        signed_at=event.signed_at,
        tokens_used=_tokens_used(current, event),
        updated_at=event.received_at,
        expires_at=event.received_at + UNINSTALLED_ROW_SECONDS,
    )


def toggled(current: Installation, event: LifecycleEvent, state: InstallationState) -> Installation:
    """Return the row after `enabled` or `disabled`.

    Raises:
        NotInstalled: the site has uninstalled the app
        EventOutdated: a later one was applied
    """
    current.require_sealed_secret()
    if event.signed_at < max(current.toggled_at, current.signed_at):
        raise EventOutdated("event-outdated", "a later lifecycle event has been applied")
    return replace(
        current,
        state=state,
        toggled_at=event.signed_at,
        updated_at=event.received_at,
    )


def paused(current: Installation, reason: PauseReason, *, now: int) -> Installation:
    """Return the row of a site that is left alone; the same row if it is already.

    Raises:
        NotInstalled: the site has uninstalled the app
    """
    current.require_sealed_secret()
    return current if current.pause else replace(current, pause=Pause(reason, now), updated_at=now)


def paused_as_refused(current: Installation | None, *, now: int) -> Installation | None:
    """Return the row of a site whose secret Jira has refused for a day; None if it is not to be paused.

    A younger secret is another than the one that was refused, and a site that also uses Forge is called with
    Forge's token.
    """
    if current is None or current.sealed_secret is None or current.site.installation_id is not None:
        return None
    return paused(current, PauseReason.REFUSED, now=now) if now - current.signed_at >= _DAY else None


def resumed(current: Installation, *, now: int) -> Installation:
    """Return the row of a site that is called again; the same row if it was not paused."""
    return replace(current, pause=None, updated_at=now) if current.pause else current


def pointed_to(current: Installation, installation_id: str, *, now: int) -> Installation:
    """Return the row of a site that also uses Forge. It is not deleted while Forge calls.

    Returns the same row if nothing changes; its expiry is extended once a day. A new Forge installation ends
    a pause: it brings tokens of its own.
    """
    expires_at = current.expires_at
    if expires_at is not None and expires_at < now + UNINSTALLED_ROW_SECONDS - _DAY:
        expires_at = now + UNINSTALLED_ROW_SECONDS
    if installation_id == current.site.installation_id and expires_at == current.expires_at:
        return current
    is_new = installation_id != current.site.installation_id
    return replace(
        current,
        site=replace(current.site, installation_id=installation_id),
        pause=None if is_new else current.pause,
        expires_at=expires_at,
        updated_at=now,
    )


def _tokens_used(current: Installation | None, event: LifecycleEvent) -> Mapping[str, str]:
    same_second = current is not None and current.signed_at == event.signed_at
    earlier = current.tokens_used if current and same_second else {}
    return {**earlier, event.token_digest: event.body_digest}
