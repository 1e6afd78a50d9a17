"""Composition root: builds the app's objects from the environment that template.yaml gives a function."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from connect_jira.auth.tenants import Tenants
from connect_jira.aws.service import Aws
from connect_jira.installations.forge_store import ForgeInstallationStore
from connect_jira.installations.sealing import SecretsKey, SharedSecretSealer, SystemTokenSealer
from connect_jira.installations.store import InstallationStore
from connect_jira.lifecycle.site_links import SiteLinks
from connect_jira.settings import AppSettings

if TYPE_CHECKING:
    from connect_jira.auth.jira_clients import SiteCredentials
    from connect_jira.data.storage import SiteStorage
    from connect_jira.lifecycle.hooks import HookGate


@dataclass(frozen=True, slots=True)
class Composition:
    """The objects shared by every function that knows installations."""

    app: AppSettings
    aws: Aws
    store: InstallationStore
    sealer: SharedSecretSealer
    tenants: Tenants
    forge_store: ForgeInstallationStore
    token_sealer: SystemTokenSealer
    secrets_key: SecretsKey

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Read `INSTALLATIONS_TABLE`, `SECRETS_KEY`, `OTHER_SECRETS_KEY` and what `AppSettings` reads."""
        app = AppSettings.from_env(env)
        aws = Aws(env)
        dynamodb, table = aws.service("dynamodb"), env["INSTALLATIONS_TABLE"]
        key = SecretsKey(
            aws.service("kms"),
            key_id=env["SECRETS_KEY"],
            other_key_id=env.get("OTHER_SECRETS_KEY", ""),
            app_key=app.app_key,
        )
        store, sealer = InstallationStore(dynamodb, table=table), SharedSecretSealer(key)
        forge_store, token_sealer = ForgeInstallationStore(dynamodb, table=table), SystemTokenSealer(key)
        tenants = Tenants(store, sealer, app_key=app.app_key)
        return cls(app, aws, store, sealer, tenants, forge_store, token_sealer, key)

    @property
    def credentials(self) -> "SiteCredentials":
        """Credentials for calls to sites."""
        from connect_jira.auth.forge_tenants import ForgeTenants  # noqa: PLC0415 - few functions call Jira
        from connect_jira.auth.jira_clients import SiteCredentials  # noqa: PLC0415 - likewise

        return SiteCredentials(self.tenants, ForgeTenants(self.forge_store, self.token_sealer))

    @property
    def site_links(self) -> SiteLinks:
        """Links between Forge installations and Connect sites."""
        return SiteLinks(self.store, self.forge_store)

    @property
    def hook_gate(self) -> "HookGate":
        """Decides whether a hook is to be called."""
        from connect_jira.lifecycle.hooks import HookGate  # noqa: PLC0415 - only the worker calls hooks

        return HookGate(self.store, self.forge_store)


def site_storage(env: Mapping[str, str], parts: Composition) -> "SiteStorage":
    """Make the storage of all sites' data and secrets, from `SITE_DATA_TABLE`.

    Args:
        env: environment variables
        parts: of the same function
    """
    from connect_jira.data.aliases import SiteAliases  # noqa: PLC0415 - few functions keep anything
    from connect_jira.data.site_secrets import SiteSecretSealer  # noqa: PLC0415 - likewise
    from connect_jira.data.storage import SiteStorage  # noqa: PLC0415 - likewise

    return SiteStorage(
        parts.aws.service("dynamodb"),
        table=env["SITE_DATA_TABLE"],
        aliases=SiteAliases(parts.store, parts.forge_store),
        sealer=SiteSecretSealer(parts.secrets_key),
    )
