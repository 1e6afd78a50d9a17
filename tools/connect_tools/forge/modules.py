"""The Connect part of a manifest: the descriptor's lifecycle and modules, by their names in a manifest.

Forge hands them to Jira as they are, and Jira treats them as it treats those of a descriptor. What it does
not take, or no longer sends, is left out and said.

https://developer.atlassian.com/platform/adopting-forge-from-connect/how-to-adopt/ and, beside it,
limitations-and-differences/
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connect_cli.errors import CommandError

type Json = dict[str, Any]

SENT_LIFECYCLE = ("installed", "uninstalled")
"""Lifecycle events that an app delivered by Forge still receives."""

_NOT_SENT = {
    "enabled": "not sent to an app that Forge delivers",
    "disabled": "not sent to an app that Forge delivers",
    "dare-migration": "Forge has the module migration:dataResidency instead",
}

CONNECT_MODULES = frozenset(
    """
    adminPages assetPanels automationActions configurePage dialogs generalPages jiraBackgroundScripts
    jiraBuildInfoProvider jiraDashboardItems jiraDeploymentGating jiraDeploymentInfoProvider
    jiraDevOpsComponentProvider jiraDevelopmentTool jiraEntityProperties jiraFeatureFlagInfoProvider
    jiraGlobalPermissions jiraIssueContents jiraIssueContexts jiraIssueFields jiraIssueGlances
    jiraIssueTabPanels jiraIssueTypes jiraJqlFunctions jiraOperationsInfoProvider jiraProjectAdminTabPanels
    jiraProjectPages jiraProjectPermissions jiraProjectTabPanels jiraRemoteLinkInfoProvider jiraReports
    jiraSearchRequestViews jiraSecurityInfoProvider jiraTimeTrackingProviders jiraWorkflowConditions
    jiraWorkflowPostFunctions jiraWorkflowValidators keyboardShortcuts postInstallPage
    serviceDeskOrganizationActions serviceDeskOrganizationPanels serviceDeskPortalFooters
    serviceDeskPortalHeaders serviceDeskPortalProfileActions serviceDeskPortalProfilePanels
    serviceDeskPortalRequestCreatePropertyPanels serviceDeskPortalRequestViewActions
    serviceDeskPortalRequestViewDetailsPanels serviceDeskPortalRequestViewPanels
    serviceDeskPortalSubHeaders serviceDeskPortalUserMenuActions serviceDeskQueueGroups serviceDeskQueues
    serviceDeskReportGroups serviceDeskReports webItems webPanels webSections webhooks
    """.split()  # noqa: SIM905 - sixty words would be sixty lines
)
"""The kinds of module of a descriptor that a manifest can carry, as `jira:<kind>`."""

PERMISSIONS = {
    "jiraGlobalPermissions": "jira:globalPermission",
    "jiraProjectPermissions": "jira:projectPermission",
}
"""Connect modules that become Forge's own at once, and keep what was granted by them."""

_NOT_IN_A_KEY = re.compile(r"[^a-zA-Z0-9]+")


def connect_modules(
    descriptor: Json, notes: list[str], taken_keys: Iterable[str] = ()
) -> dict[str, list[Json]]:
    """The `connectModules` of a manifest.

    Args:
        descriptor: of this stage
        notes: takes a sentence for whatever is left out, or ends with Connect
        taken_keys: none of them is given to what has no key

    Raises:
        CommandError: the descriptor's modules have not the form that modules have
    """
    keys = _Keys(descriptor, taken_keys)
    modules = {"jira:lifecycle": [_lifecycle(descriptor["lifecycle"], keys, notes)]}
    for kind, entries in kinds(descriptor):
        if kind in PERMISSIONS:
            continue
        if kind not in CONNECT_MODULES:
            notes.append(f"modules.{kind}: Forge takes no such Connect module; left out")
            continue
        modules[f"jira:{kind}"] = [keys.with_key(entry, kind) for entry in entries]
        if kind != "webhooks":
            notes.append(
                f"modules.{kind}: carried as it is; ends with Connect unless it is rewritten for Forge"
            )
    if paths := member_object(descriptor, "translations").get("paths"):
        modules["jira:translations"] = [{"key": keys.unique("translations"), "paths": paths}]
    if path := member_object(descriptor, "cloudAppMigration").get("migrationWebhookPath"):
        migration = {"key": keys.unique("app-migration"), "migrationWebhookPath": path}
        modules["jira:cloudAppMigration"] = [migration]
    return modules


def member_object(descriptor: Json, name: str) -> Json:
    """A member of the descriptor that is an object, empty when it is not there.

    Raises:
        CommandError: it is something else
    """
    value = descriptor.get(name, {})
    if not isinstance(value, dict):
        raise CommandError(f"the descriptor's {name} must be an object")
    return value


def permission_modules(descriptor: Json) -> dict[str, list[Json]]:
    """The descriptor's Jira permissions as Forge modules, where names are plain texts.

    Raises:
        CommandError: one has no key
    """
    return {
        PERMISSIONS[kind]: [_permission(kind, entry) for entry in entries]
        for kind, entries in kinds(descriptor)
        if kind in PERMISSIONS
    }


def _permission(kind: str, entry: Json) -> Json:
    if "key" not in entry:
        raise CommandError(f"each of the descriptor's modules.{kind} must have a key")
    plain = {name: _plain(value) for name, value in entry.items()}
    return {"key": entry["key"], **plain, "migratedFromConnect": True}


def kinds(descriptor: Json) -> Iterator[tuple[str, list[Json]]]:
    """Each kind of module with its entries, in a list even where a descriptor has but one."""
    for kind, content in descriptor.get("modules", {}).items():
        entries = content if isinstance(content, list) else [content]
        if not all(isinstance(entry, dict) for entry in entries):
            raise CommandError(f"the descriptor's modules.{kind} is neither a module nor a list of modules")
        if not all(isinstance(entry.get("key", ""), str) for entry in entries):
            raise CommandError(f"each key in the descriptor's modules.{kind} must be text")
        if entries:
            yield kind, entries


def _lifecycle(lifecycle: Mapping[str, str], keys: "_Keys", notes: list[str]) -> Json:
    notes += [
        f"lifecycle.{event}: {_NOT_SENT.get(event, 'Forge knows no such event')}; left out"
        for event in lifecycle
        if event not in SENT_LIFECYCLE
    ]
    sent = {event: lifecycle[event] for event in SENT_LIFECYCLE if event in lifecycle}
    return {"key": keys.unique("lifecycle"), **sent}


def _plain(value: object) -> object:
    return value.get("value", value) if isinstance(value, dict) else value


class _Keys:
    """Keys for what has none: the same for the same module, whatever is before it, and each only once."""

    def __init__(self, descriptor: Json, taken_keys: Iterable[str]) -> None:
        of_modules = (entry["key"] for _, entries in kinds(descriptor) for entry in entries if "key" in entry)
        self._taken = {*of_modules, *taken_keys}

    def unique(self, key: str) -> str:
        """The key, with a number when it is taken."""
        number, unique = 1, key
        while unique in self._taken:
            number += 1
            unique = f"{key}-{number}"
        self._taken.add(unique)
        return unique

    def with_key(self, entry: Json, kind: str) -> Json:
        """The entry, with the key that it has or else one made of what it is."""
        if "key" in entry:
            return {"key": entry["key"], **entry}
        words = f"{kind.removesuffix('s')} {entry.get('event', '')}"
        return {"key": self.unique(_NOT_IN_A_KEY.sub("-", words).strip("-")), **entry}
