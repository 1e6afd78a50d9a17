"""One installation of the app on one site, and what lifecycle events make of it. No I/O.

A lifecycle token does not cover the body it comes with. So each token counts once, and an event that was
signed before the one last applied changes nothing: a replayed or late `installed` cannot bring an old secret
back. `enabled` and `disabled` have an order of their own, since `disabled` and `uninstalled` are sent at the
same moment, and the second must not be lost to the first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from connect_jira.errors import EventOutdated, NotInstalled
from connect_jwt.identity import ClientKey

PREVIOUS_SECRET_SECONDS = 15 * 60
"""How long requests that Jira signed before a reinstall are still taken."""

UNINSTALLED_ROW_SECONDS = 30 * 24 * 3600
"""How long an uninstalled site is remembered."""

_DAY = 24 * 3600
_MAX_PREVIOUS_SECRETS = 2
_CLIENT_KEY = re.compile(r"[!-~]{1,128}", re.ASCII)  # what SQS takes for a message group
_FORGE = re.compile(r"ari:cloud:ecosystem::installation/[!-~]{1,64}", re.ASCII)


def is_forge(client_key: str) -> bool:
    """Whether this is no clientKey of Connect's, but the `installationId` of a site that Forge alone has."""
    return _FORGE.fullmatch(client_key) is not None


def is_storable(client_key: ClientKey) -> bool:
    """Whether a row can have this clientKey: 1 to 128 printable ASCII characters, and not one of Forge's."""
    return _CLIENT_KEY.fullmatch(client_key) is not None and not is_forge(client_key)


class InstallationState(StrEnum):
    """Where an installation is in its life."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    UNINSTALLED = "uninstalled"


@dataclass(frozen=True, slots=True)
class PreviousSecret:
    """A secret that a reinstall replaced.

    Attributes:
        sealed: as `connect_jira.installations.secret_sealing` sealed it
        valid_until: when its grace ends, in Unix seconds
    """

    sealed: bytes = field(repr=False)
    valid_until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleEvent:
    """What is known of a proved lifecycle request besides its payload.

    Attributes:
        signed_at: the token's `iat`, in Unix seconds
        token_digest: tells the token from every other
        body_digest: tells the body from every other
        received_at: in Unix seconds
    """

    signed_at: int
    token_digest: str
    body_digest: str
    received_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What an `installed` payload says of the site, apart from the secret.

    Attributes:
        client_key: the site's identity
        base_url: where its REST API is
        display_url: what people know the site by, if that is another address
        oauth_client_id: as whom the app may ask for a user's access token
        installation_id: the Forge installation, when the app is delivered by Forge: of several the one that
            Jira or Forge has named last
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
        site: whom it belongs to
        state: where it is in its life
        sealed_secret: the current shared secret; None once uninstalled
        previous_secrets: those that still verify requests of Jira's, newest first; they never sign
        signed_at: `iat` of the newest `installed` or `uninstalled` applied, in Unix seconds
        tokens_used: the body digest for the digest of each token applied at `signed_at`
        toggled_at: `iat` of the newest `enabled` or `disabled` applied, in Unix seconds
        updated_at: when the row was last written, in Unix seconds
        expires_at: when the row may be deleted, in Unix seconds; None while installed
        revision: counts the writes
    """

    site: Site
    state: InstallationState
    sealed_secret: bytes | None = field(repr=False)
    previous_secrets: tuple[PreviousSecret, ...] = ()
    signed_at: int
    tokens_used: Mapping[str, str]
    toggled_at: int = 0
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
        """The current secret, sealed.

        Raises:
            NotInstalled: the site has uninstalled the app
        """
        if self.sealed_secret is None:
            raise NotInstalled
        return self.sealed_secret


def already_applied(current: Installation | None, event: LifecycleEvent) -> bool:
    """Whether this very request was applied before: Jira repeats what it got no answer to.

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
    """The row after `installed`: the secret is replaced at once, the one before keeps its grace."""
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
    """The row after `uninstalled`: without secrets, and with an end; a later `installed` revives it."""
    return replace(
        current,
        site=replace(current.site, oauth_client_id=None),
        state=InstallationState.UNINSTALLED,
        sealed_secret=None,
        previous_secrets=(),
        signed_at=event.signed_at,
        tokens_used=_tokens_used(current, event),
        updated_at=event.received_at,
        expires_at=event.received_at + UNINSTALLED_ROW_SECONDS,
    )


def toggled(current: Installation, event: LifecycleEvent, state: InstallationState) -> Installation:
    """The row after `enabled` or `disabled`.

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


def pointed_to(current: Installation, installation_id: str, *, now: int) -> Installation:
    """The row of a site that Forge calls from, too. It is not deleted while that goes on.

    The same row when there is nothing to write; its end is moved on once a day.
    """
    expires_at = current.expires_at
    if expires_at is not None and expires_at < now + UNINSTALLED_ROW_SECONDS - _DAY:
        expires_at = now + UNINSTALLED_ROW_SECONDS
    if installation_id == current.site.installation_id and expires_at == current.expires_at:
        return current
    return replace(
        current,
        site=replace(current.site, installation_id=installation_id),
        expires_at=expires_at,
        updated_at=now,
    )


def _tokens_used(current: Installation | None, event: LifecycleEvent) -> Mapping[str, str]:
    same_second = current is not None and current.signed_at == event.signed_at
    earlier = current.tokens_used if current and same_second else {}
    return {**earlier, event.token_digest: event.body_digest}
