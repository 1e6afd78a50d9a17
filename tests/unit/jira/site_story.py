"""One Jira that installs and uninstalls the app by Connect and by Forge, over tables in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from connect_jira.data.aliases import SiteAliases
from connect_jira.data.retention import SiteDataRetention, Swept
from connect_jira.data.storage import Kept, SiteStorage
from connect_jira.installations.forge_installation import ForgeInstallation, ForgeState, ended
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.installation import (
    UNINSTALLED_ROW_SECONDS,
    Installation,
    InstallationState,
    Site,
)
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import ClientKey
from tests.unit.jira.memory_dynamodb import MemoryDynamoDB

if TYPE_CHECKING:
    from connect_jira.aws.service import AwsService
    from connect_jira.data.site_secrets import SiteSecretSealer

NOW = 1_795_443_600
DAY = 24 * 3600


def ari(name: str) -> str:
    return f"ari:cloud:ecosystem::installation/{name}"


class Story:
    """Events of one Jira.

    Args:
        tables: all rows
        name: distinguishes this Jira from another
    """

    def __init__(self, tables: MemoryDynamoDB, name: str = "a") -> None:
        self.tables = tables
        self.now = NOW
        self.client_key = ClientKey(f"client-key-{name}")
        self.cloud_id = f"cloud-{name}"
        self.forge_id: str | None = None
        self._name = name
        self._installs = 0
        self._sites = InstallationStore(cast("AwsService", tables), table="Installations")
        self._forge = ForgeInstallationStore(cast("AwsService", tables), table="Installations")

    @property
    def by_connect(self) -> bool:
        row = self._sites.read(self.client_key)
        return row is not None and row.sealed_secret is not None

    @property
    def by_forge(self) -> bool:
        row = self._forge.read(self.forge_id) if self.forge_id else None
        return row is not None and row.state is ForgeState.LIVE

    @property
    def tenant(self) -> ClientKey:
        """The name that its messages have."""
        row = self._forge.read(self.forge_id) if self.forge_id else None
        return row.tenant if row is not None and self.by_forge and not self.by_connect else self.client_key

    def install_by_connect(self) -> None:
        linked = self.forge_id if self.by_forge else None

        def installed(current: Installation | None) -> Installation:
            named = linked or (current.site.installation_id if current else None)
            return Installation(
                site=Site(client_key=self.client_key, base_url="https://a", installation_id=named),
                state=InstallationState.ENABLED,
                sealed_secret=b"sealed",
                signed_at=self.now,
                tokens_used={},
                updated_at=self.now,
            )

        self._sites.update(self.client_key, installed)
        if linked:
            self._forge.update(linked, lambda row: row and replace(row, tenant=self.client_key))

    def uninstall_by_connect(self) -> None:
        def uninstalled(row: Installation | None) -> Installation | None:
            expiry = self.now + UNINSTALLED_ROW_SECONDS
            return row and replace(
                row, state=InstallationState.UNINSTALLED, sealed_secret=None, expires_at=expiry
            )

        if self.by_connect:
            self._sites.update(self.client_key, uninstalled)

    def install_by_forge(self) -> None:
        self.uninstall_by_forge()
        self._installs += 1
        self.forge_id = new = ari(f"{self._name}{self._installs}")
        known = self._sites.read(self.client_key) is not None
        self._forge.write(
            ForgeInstallation(
                installation_id=new,
                tenant=self.client_key if known else ClientKey(new),
                state=ForgeState.LIVE,
                cloud_id=self.cloud_id,
                revision=1,
            )
        )
        if known:

            def pointing(row: Installation | None) -> Installation | None:
                return row and replace(row, site=replace(row.site, installation_id=new))

            self._sites.update(self.client_key, pointing)

    def uninstall_by_forge(self) -> None:
        if self.forge_id and self.by_forge:
            self._forge.update(self.forge_id, lambda row: row and ended(row, now=self.now))

    def pass_days(self, days: int) -> None:
        """Let time pass, and DynamoDB delete rows that have expired; while Forge calls, Connect's stays."""
        self.now += days * DAY
        rows = self.tables.rows["Installations"]
        connect = rows.get((self.client_key,), {})
        if self.by_forge and "expiresAt" in connect:
            connect["expiresAt"] = self.now + UNINSTALLED_ROW_SECONDS
        for key in [key for key, row in rows.items() if row.get("expiresAt", self.now + 1) <= self.now]:
            del rows[key]

    def kept(self, tables: MemoryDynamoDB | None = None, tenant: ClientKey | None = None) -> Kept:
        """Data and secrets of the site, as a message in a new process finds them."""
        return storage(tables or self.tables).of(tenant or self.tenant)

    def read(self, key: str = "settings", tables: MemoryDynamoDB | None = None) -> Any:
        entry = self.kept(tables).data.get(key)
        return entry and entry.value

    def sweep(self, tables: MemoryDynamoDB | None = None, **options: Any) -> Swept:
        return SiteDataRetention(
            cast("AwsService", tables or self.tables),
            table="SiteData",
            installations="Installations",
            clock=lambda: self.now,
        ).sweep(**options)


def storage(tables: MemoryDynamoDB) -> SiteStorage:
    dynamodb = cast("AwsService", tables)
    return SiteStorage(
        dynamodb,
        table="SiteData",
        aliases=SiteAliases(
            InstallationStore(dynamodb, table="Installations"),
            ForgeInstallationStore(dynamodb, table="Installations"),
        ),
        sealer=cast("SiteSecretSealer", None),
    )
