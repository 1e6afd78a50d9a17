"""Hooks: an app's own functions for `installed`, `upgraded`, `leaving` and `uninstalled`.

Connect and Forge both report an install and an uninstall of a site that has the app by both. Reports of the
two within ten minutes of each other that name the same Forge installation count as one.

Messages come in any order, and later than the events. So each is held against the rows before it is called:
an event that is not applied yet is waited for, and one that a later event has overtaken is skipped.
"""

import time
from collections.abc import Callable
from typing import Protocol

from aws_lambda_powertools import Logger

from connect_jira.errors import TemporarilyUnavailable
from connect_jira.events.hook_call import Hook, HookCall
from connect_jira.events.webhook import Occurrence
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import Installation, InstallationState, LifecycleEvent, is_forge
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from connect_jwt.invocations import VerifiedInvocation

SETTLING_SECONDS = 5
"""Delay of each message: the row is written meanwhile, and Jira's own part of an install is over."""


class Send(Protocol):
    """Puts a message on the queue, as `JiraCallsQueue.send`."""

    def __call__(self, message: HookCall, *, delay: int) -> None:
        """Put it there, to be delivered after a delay in seconds."""


_ENDED = InstallationState.UNINSTALLED

logger = Logger(child=True)


def enqueued_by(send: Send) -> Callable[[HookCall], None]:
    """Return a function that enqueues a hook.

    Args:
        send: puts a message on the queue
    """
    return lambda call: send(call, delay=SETTLING_SECONDS)


def connect_hook(
    current: Installation | None, event: LifecycleEvent, client_key: ClientKey, *, installation_id: str | None
) -> HookCall:
    """Return the hook for Connect's `installed`: it also comes for a new version, secret or address.

    Args:
        current: the row before it
        event: the lifecycle event
        client_key: the site
        installation_id: the Forge installation that the event names, if any
    """
    is_new = current is None or current.state is _ENDED
    return _of_connect(Hook.INSTALLED if is_new else Hook.UPGRADED, event, client_key, installation_id)


def uninstalled_hook(current: Installation, event: LifecycleEvent) -> HookCall:
    """Return the hook for Connect's `uninstalled`."""
    site = current.site
    return _of_connect(Hook.UNINSTALLED, event, site.client_key, site.installation_id)


def _of_connect(
    hook: Hook, event: LifecycleEvent, client_key: ClientKey, installation_id: str | None
) -> HookCall:
    thing, at_ms = installation_id or "", event.signed_at * 1000
    about = Occurrence(told_by="connect", thing=thing, at_ms=at_ms, is_timed=False)
    return HookCall(
        client_key=client_key,
        hook=hook,
        installation=client_key,
        signed_at=event.signed_at,
        identifier=event.token_digest,
        occurrence=about if installation_id else None,
    )


def forge_hook(hook: Hook, row: ForgeInstallation, invocation: VerifiedInvocation) -> HookCall:
    """Return a hook of a Forge installation. It is installed and uninstalled once in its life.

    Args:
        hook: the change
        row: after it
        invocation: that reported it
    """
    once = {Hook.UPGRADED: f"{row.installation_id} {invocation.app_version}", Hook.LEAVING: invocation.jti}
    at_ms = invocation.issued_at * 1000
    return HookCall(
        client_key=row.tenant,
        hook=hook,
        installation=row.installation_id,
        signed_at=invocation.issued_at,
        identifier=once.get(hook, row.installation_id),
        occurrence=Occurrence(told_by="forge", thing=row.installation_id, at_ms=at_ms),
    )


class HookGate:
    """Decides whether a hook is to be called, by the rows as they are now.

    IAM: that of `connect_jira.aws.versioned_table` to read.

    Args:
        sites: the Connect installations
        forge: the Forge installations
        clock: Unix seconds
    """

    def __init__(
        self,
        sites: InstallationStore,
        forge: ForgeInstallationStore,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sites = sites
        self._forge = forge
        self._clock = clock

    def is_open(self, call: HookCall) -> bool:
        """Return whether to call a hook; False if a later event has overtaken it.

        Raises:
            TemporarilyUnavailable: its event is not applied yet, Connect has ended and Forge has not, or
                DynamoDB did not answer
        """
        if is_forge(call.installation):
            return self._of_forge(call)
        row = self._sites.read(call.installation)
        if row is None or row.signed_at < call.signed_at:
            raise TemporarilyUnavailable(f"the lifecycle event of this {call.hook} is not applied yet")
        has_ended = row.state is _ENDED
        if call.hook is not Hook.UNINSTALLED:
            return not has_ended
        if has_ended and row.site.installation_id is not None and self._lives(row.site.installation_id):
            raise TemporarilyUnavailable("the site still has the app by Forge")
        return has_ended

    def _of_forge(self, call: HookCall) -> bool:
        row = self._forge.read(call.installation)
        if call.hook is not Hook.UNINSTALLED:
            if row is None or row.state is ForgeState.ANNOUNCED:
                raise TemporarilyUnavailable(f"the call that this {call.hook} came with is not applied yet")
            is_reported_by_connect = call.hook is Hook.INSTALLED and row.is_joined and self._has_connect(row)
            return not row.has_ended(self._clock()) and not is_reported_by_connect
        if row is not None and row.state is not ForgeState.ENDED:
            raise TemporarilyUnavailable("the end of this installation is not applied yet")
        site = self._sites.read(row.tenant) if row is not None and row.is_joined else None
        was_installed_anew = site is not None and site.state is not _ENDED and site.signed_at > call.signed_at
        return not was_installed_anew

    def _has_connect(self, row: ForgeInstallation) -> bool:
        site = self._sites.read(row.tenant)
        return site is not None and site.state is not _ENDED

    def _lives(self, installation_id: str) -> bool:
        row = self._forge.read(installation_id)
        return row is not None and row.state is not ForgeState.ANNOUNCED and not row.has_ended(self._clock())
