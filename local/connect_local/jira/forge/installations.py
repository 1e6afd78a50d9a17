"""Forge apps installed on sites."""

import uuid
from dataclasses import dataclass, replace
from threading import Lock

from connect_local.jira.forge.manifests import ForgeManifest
from connect_local.jira.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeApp:
    """An app on one site.

    Attributes:
        installation_id: an ARI; another one each time the app is installed
        tenant: the site
        manifest: of the version that is installed
        version: counts the upgrades
        live: True if it is still installed
    """

    installation_id: str
    tenant: Tenant
    manifest: ForgeManifest
    version: int = 1
    live: bool = True


class ForgeApps:
    """All of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._apps: dict[str, ForgeApp] = {}

    def add(self, tenant: Tenant, manifest: ForgeManifest) -> ForgeApp:
        """Install an app."""
        installation_id = f"ari:cloud:ecosystem::installation/{uuid.uuid4()}"
        app = ForgeApp(installation_id=installation_id, tenant=tenant, manifest=manifest)
        with self._lock:
            self._apps[installation_id] = app
        return app

    def upgrade(self, app: ForgeApp, manifest: ForgeManifest) -> ForgeApp:
        """Put a new version in the place of an app."""
        upgraded = replace(app, manifest=manifest, version=app.version + 1)
        with self._lock:
            self._apps[app.installation_id] = upgraded
        return upgraded

    def remove(self, app: ForgeApp) -> ForgeApp:
        """Uninstall an app, which stays known."""
        removed = replace(app, live=False)
        with self._lock:
            self._apps[app.installation_id] = removed
        return removed

    def get(self, installation_id: str) -> ForgeApp | None:
        """The app as it is now."""
        with self._lock:
            return self._apps.get(installation_id)

    def live_on(self, tenant: Tenant) -> list[ForgeApp]:
        """Return the installations on a site."""
        with self._lock:
            return [app for app in self._apps.values() if app.live and app.tenant is tenant]

    def all(self) -> list[ForgeApp]:
        """Every app that is installed or once was."""
        with self._lock:
            return list(self._apps.values())
