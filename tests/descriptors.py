"""Descriptors of apps, to be told to Forge."""

from typing import Any

from connect_jira.descriptor import at_base_url, load_descriptor
from connect_jira.events.forge_events import FORGE_EVENTS
from connect_tools.forge.manifest import Manifest, manifest_of
from connect_tools.project import PROJECT

BASE_URL = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod"
APP_ID = "ari:cloud:ecosystem::app/5f1bbd0e-6ac3-4a3d-9ad7-c4ba8ad1f3b0"

SMALL = {
    "key": "com.example.app",
    "name": "Example",
    "baseUrl": BASE_URL,
    "authentication": {"type": "jwt"},
    "scopes": ["READ"],
    "lifecycle": {"installed": "/lifecycle/installed"},
}


def own_descriptor(stage: str = "prod", base_url: str = BASE_URL) -> dict[str, Any]:
    path = PROJECT / "descriptor" / "atlassian-connect.json"
    return at_base_url(load_descriptor({"DESCRIPTOR_PATH": str(path), "STAGE": stage}), base_url)


def descriptor(**changes: Any) -> dict[str, Any]:
    return SMALL | changes


def page(key: str = "main", **more: Any) -> dict[str, Any]:
    return {"key": key, "name": {"value": "Main: #1"}, "url": f"/pages/{key}?issue={{issue.key}}", **more}


def rich_descriptor() -> dict[str, Any]:
    """One of nearly everything that a descriptor may have."""
    permission = {"key": "manage", "name": {"value": "Manage"}, "description": {"value": "May manage"}}
    return descriptor(
        scopes=["admin", "ACT_AS_USER", "access_email_addresses"],
        enableLicensing=True,
        regionBaseUrls={"EU": "https://eu.example.com"},
        translations={"paths": {"de-DE": "/i18n/de.json"}},
        cloudAppMigration={"migrationWebhookPath": "/migration"},
        modules={
            "webhooks": [{"event": event, "url": f"/webhooks/{event}"} for event in FORGE_EVENTS],
            "generalPages": [page("main", location="system.top.navigation.bar"), page("second")],
            "configurePage": page("configure"),
            "postInstallPage": page("hello"),
            "webPanels": [page("panel", location="atl.jira.view.issue.right.context")],
            "dialogs": [{"key": "dialog", "url": "/pages/dialog"}, {"key": "other", "url": "/pages/other"}],
            "jiraGlobalPermissions": [permission | {"anonymousAllowed": False, "defaultGrants": ["all"]}],
            "jiraProjectPermissions": [permission | {"key": "see", "category": "issues"}],
        },
    )


def forge_manifest(source: dict[str, Any], app_id: str = APP_ID) -> Manifest:
    return manifest_of(source, app_id=app_id)
