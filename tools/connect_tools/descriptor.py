"""An app's descriptor: what a site keeps of it, once Jira would install it.

https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connect_jwt.identity import AppKey
from connect_tools.descriptor_rules.fault import Fault
from connect_tools.descriptor_rules.faults import faults_of

LIFECYCLE_EVENTS = ("installed", "uninstalled", "enabled", "disabled")

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
    """

    event: str
    url: str
    excludes_body: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageModule:
    """One entry of `modules.generalPages` or `modules.adminPages`: a page of the app's own within Jira.

    Attributes:
        key: its name in URLs
        name: its name in menus
        url: its path below the base URL
        for_admins: True if only administrators are shown a link to it
    """

    key: str
    name: str
    url: str
    for_admins: bool


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
        pages: the pages that the app adds to Jira
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
            )
            for webhook in modules.get("webhooks", [])
        ),
        pages=tuple(
            PageModule(
                key=page["key"],
                name=page["name"]["value"],
                url=_below_base_url(page["url"]),
                for_admins=kind == "adminPages" or _is_for_admins(page.get("conditions", [])),
            )
            for kind in ("generalPages", "adminPages")
            for page in modules.get(kind, [])
        ),
        version=str(source.get("version", _VERSION)),
        is_licensed=source.get("enableLicensing", False),
    )


def _is_for_admins(conditions: Sequence[Mapping[str, Any]]) -> bool:
    return any(condition.get("condition") in _ADMIN_CONDITIONS for condition in conditions)


def _below_base_url(url: str) -> str:
    """The path below the base URL; Jira joins the two by one slash."""
    return url if url.startswith("/") else f"/{url}"
