"""An app's descriptor: what a site keeps of it, once Jira would install it.

https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connect_jwt.identity import AppKey
from connect_tools.descriptor_rules.fault import Fault
from connect_tools.descriptor_rules.faults import faults_of

LIFECYCLE_EVENTS = ("installed", "uninstalled", "enabled", "disabled")

FRAMED = frozenset(
    {
        *("adminPages", "configurePage", "dialogs", "generalPages", "jiraIssueContents", "jiraIssueContexts"),
        *("jiraIssueGlances", "jiraIssueTabPanels", "jiraProjectAdminTabPanels", "jiraProjectPages"),
        *("postInstallPage", "webPanels"),
    }
)
"""Kinds of module that are read as `PageModule`."""

_FOR_ADMINS = {"adminPages", "configurePage", "jiraProjectAdminTabPanels"}
_ADMIN_CONDITIONS = {"user_is_admin", "user_is_sysadmin"}
_VERSION = "1.0.0"  # descriptors need none any more


class DescriptorInvalid(Exception):
    """Jira would not install an app with this descriptor, or this project does not.

    Attributes:
        faults: everything wrong with it
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookModule:
    """One entry of `modules.webhooks`.

    Attributes:
        event: such as `jira:issue_created`
        url: goes to which path below the base URL, with variables such as `{issue.key}`
        excludes_body: True if it goes there without a body
        filter: JQL; it goes there only for the issues that this finds; empty for all
        property_keys: of the issue's properties that the body has
    """

    event: str
    url: str
    excludes_body: bool
    filter: str = ""
    property_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageModule:
    """A module that is shown in an iframe: a page of the app's own within Jira, or a part of one of Jira's.

    Attributes:
        kind: such as `generalPages` or `webPanels`
        key: its name in URLs
        name: its name in menus and headings
        url: its path below the base URL, with variables such as `{issue.key}`
        location: the place that Jira shows it in; empty for the place that this kind has
        label: of a context or a glance, shown before it is opened; empty for others
        conditions: on which it is shown, as the descriptor has them
        options: of a dialog
    """

    kind: str
    key: str
    name: str
    url: str
    location: str = ""
    label: str = ""
    conditions: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def for_admins(self) -> bool:
        """True if only administrators are shown a link to it."""
        return self.kind in _FOR_ADMINS or any(
            condition.get("condition") in _ADMIN_CONDITIONS for condition in self.conditions
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """The parts of a descriptor that a site keeps.

    Attributes:
        key: the app's key
        name: of the app's user; the key if the descriptor has no name
        base_url: all other URLs of the app are relative to it
        scopes: in upper case
        lifecycle: the path below the base URL of each lifecycle event that the app wants to hear of
        webhooks: the webhooks that the app wants to be sent
        pages: the modules that Jira shows in iframes, of the kinds in `FRAMED`
        others: the kind and the key of each other module, webhooks aside
        version: of the app
        is_licensed: True if the app is one that is paid for
    """

    key: AppKey
    name: str
    base_url: str
    scopes: frozenset[str]
    lifecycle: Mapping[str, str]
    webhooks: tuple[WebhookModule, ...]
    pages: tuple[PageModule, ...]
    others: tuple[tuple[str, str], ...]
    version: str
    is_licensed: bool


def read_descriptor(source: object) -> Descriptor:
    """The descriptor that a JSON document is.

    Raises:
        DescriptorInvalid: Jira would not install it, or this project does not
    """
    faults = faults_of(source)
    if faults or not isinstance(source, dict):
        raise DescriptorInvalid(faults)
    modules: dict[str, Any] = source.get("modules", {})
    lifecycle: dict[str, str] = source["lifecycle"]
    return Descriptor(
        key=AppKey(source["key"]),
        name=str(source.get("name", source["key"])),
        base_url=source["baseUrl"],
        scopes=frozenset(scope.upper() for scope in source.get("scopes", [])),
        lifecycle={
            event: _below_base_url(lifecycle[event]) for event in LIFECYCLE_EVENTS if event in lifecycle
        },
        webhooks=tuple(
            WebhookModule(
                event=webhook["event"],
                url=_below_base_url(webhook["url"]),
                excludes_body=webhook.get("excludeBody", False),
                filter=webhook.get("filter", ""),
                property_keys=tuple(webhook.get("propertyKeys", ())),
            )
            for webhook in modules.get("webhooks", [])
        ),
        pages=tuple(_page(kind, module) for kind, module in _each(modules) if kind in FRAMED),
        others=tuple(
            (kind, module.get("key", ""))
            for kind, module in _each(modules)
            if kind not in FRAMED and kind != "webhooks"
        ),
        version=str(source.get("version", _VERSION)),
        is_licensed=source.get("enableLicensing", False),
    )


def _each(modules: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind, found in modules.items():
        for module in found if isinstance(found, list) else [found]:
            yield kind, module


def _page(kind: str, module: Mapping[str, Any]) -> PageModule:
    options = module.get("options", {})
    named = module.get("name") or options.get("header") or {"value": module["key"]}
    return PageModule(
        kind=kind,
        key=module["key"],
        name=named["value"],
        url=_below_base_url(module["url"] if "url" in module else module["target"]["url"]),
        location=module.get("location", ""),
        label=module.get("content", {}).get("label", {}).get("value", ""),
        conditions=module.get("conditions", []),
        options=options,
    )


def _below_base_url(url: str) -> str:
    """The path below the base URL; Jira joins the two by one slash."""
    return url if url.startswith("/") else f"/{url}"
