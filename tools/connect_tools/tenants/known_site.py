"""A site as its installations say: by Connect, by Forge, or by both."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState
from connect_jira.installations.installation import Installation, InstallationState
from connect_jwt.identity import ClientKey


class SiteState(StrEnum):
    """State of a site; `docs/operating.md` explains each."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    ANNOUNCED = "announced"
    LEAVING = "leaving"
    PAUSED = "paused"
    UNINSTALLED = "uninstalled"


class Transport(StrEnum):
    """The platforms by which a site has the app."""

    CONNECT = "connect"
    FORGE = "forge"
    BOTH = "both"
    NONE = "none"


_STATES: Mapping[ForgeState | InstallationState, SiteState] = {
    InstallationState.ENABLED: SiteState.ENABLED,
    InstallationState.DISABLED: SiteState.DISABLED,
    ForgeState.LIVE: SiteState.ENABLED,
    ForgeState.ANNOUNCED: SiteState.ANNOUNCED,
    ForgeState.LEAVING: SiteState.LEAVING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSite:
    """A site.

    Attributes:
        tenant: its clientKey, or the `installationId` of a site that has the app by Forge alone
        connect: its Connect installation, if it has a row
        forge: its Forge installation, if it has a row; of several the one whose token is used
    """

    tenant: ClientKey
    connect: Installation | None
    forge: ForgeInstallation | None

    def transport(self, now: float) -> Transport:
        """Return how it has the app now; a Forge installation counts once Forge has called.

        Args:
            now: in Unix seconds
        """
        by_connect = self.connect is not None and self.connect.sealed_secret is not None
        by_forge = self._forge_lives(now) and self.forge is not None and self.forge.cloud_id is not None
        if by_connect and by_forge:
            return Transport.BOTH
        return Transport.CONNECT if by_connect else Transport.FORGE if by_forge else Transport.NONE

    def state(self, now: float) -> SiteState:
        """Return its state.

        Args:
            now: in Unix seconds
        """
        if self.connect is not None and self.connect.sealed_secret is not None:
            state = _STATES[self.connect.state]
            return SiteState.PAUSED if self.connect.pause and state is SiteState.ENABLED else state
        if self.forge is not None and self._forge_lives(now):
            return _STATES[self.forge.state]
        return SiteState.UNINSTALLED

    @property
    def address(self) -> str:
        """The address that people know it by; Forge alone tells the API's only. Empty if none is known."""
        if self.connect is not None:
            return self.connect.site.display_url or self.connect.site.base_url
        return (self.forge.api_base_url if self.forge is not None else None) or ""

    @property
    def version(self) -> str:
        """The app's version there, which Forge alone tells; else empty."""
        return (self.forge.app_version if self.forge is not None else None) or ""

    def _forge_lives(self, now: float) -> bool:
        return self.forge is not None and not self.forge.has_ended(now)
