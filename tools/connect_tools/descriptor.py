"""An app's descriptor, checked as Jira checks it before an app is installed, and for what this project wants.

https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/ and the JSON schema
https://developer.atlassian.com/static/connect/docs/latest/schema/jira-global-schema.json
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from connect_cli.descriptor_placeholders import described, first_placeholder
from connect_jwt.identity import AppKey
from connect_jwt.scopes import SCOPES, is_granted

LIFECYCLE_EVENTS = ("installed", "uninstalled", "enabled", "disabled")

_KEY = re.compile(r"[a-zA-Z0-9._-]{1,80}")
_MODULE_KEY = re.compile(r"[a-zA-Z0-9-]{1,100}")
_ADMIN_CONDITIONS = {"user_is_admin", "user_is_sysadmin"}
_VERSION = "1.0.0"  # descriptors need none any more
_MAX_NAME, _MAX_BASE_URL = 80, 200
_ABSOLUTE = re.compile(r"//|[a-zA-Z][a-zA-Z0-9+.-]*:")


class DescriptorInvalid(Exception):
    """Jira would not install an app with this descriptor, or this project does not."""


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
    if not isinstance(source, dict):
        raise DescriptorInvalid("The descriptor is not a JSON object.")
    _check_authentication(source.get("authentication"))
    descriptor = Descriptor(
        key=_key(source.get("key")),
        name=_name(source.get("name", source["key"])),
        base_url=_base_url(source.get("baseUrl")),
        scopes=_scopes(source.get("scopes", [])),
        lifecycle=_lifecycle(source.get("lifecycle", {})),
        webhooks=tuple(_webhooks(source.get("modules", {}))),
        pages=tuple(_pages(source.get("modules", {}))),
        version=str(source.get("version", _VERSION)),
        is_licensed=source.get("enableLicensing") is True,
    )
    if descriptor.webhooks and not is_granted("READ", descriptor.scopes):
        raise DescriptorInvalid("An app with webhooks needs the READ scope.")
    return descriptor


def _check_authentication(authentication: object) -> None:
    if not isinstance(authentication, dict) or authentication.get("type") != "jwt":
        raise DescriptorInvalid(
            'This project wants authentication.type "jwt" in the descriptor: without it nobody can tell who '
            "sent a request."
        )


def _key(key: object) -> AppKey:
    _check_filled_in(key, "key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise DescriptorInvalid(
            "The descriptor's key must be 1 to 80 letters, digits, dots, hyphens or underscores."
        )
    return AppKey(key)


def _name(name: object) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= _MAX_NAME:
        raise DescriptorInvalid(f"The descriptor's name must be 1 to {_MAX_NAME} characters long.")
    return name


def _base_url(base_url: object) -> str:
    _check_filled_in(base_url, "baseUrl")
    if not isinstance(base_url, str) or not base_url or len(base_url) > _MAX_BASE_URL:
        raise DescriptorInvalid(
            f"The descriptor's baseUrl must be a URL of at most {_MAX_BASE_URL} characters."
        )
    try:
        parts = parse_url(base_url)
    except LocationParseError as malformed:
        raise DescriptorInvalid("The descriptor's baseUrl is not a URL.") from malformed
    if parts.scheme not in {"http", "https"} or not parts.host or parts.query or parts.fragment:
        raise DescriptorInvalid("The descriptor's baseUrl must be an http or https URL without a query.")
    return base_url


def _scopes(scopes: object) -> frozenset[str]:
    names = [str(scope).upper() for scope in scopes] if isinstance(scopes, list) else [""]
    if not SCOPES.issuperset(names):
        raise DescriptorInvalid("The descriptor's scopes must be a list of Jira's scopes, such as READ.")
    return frozenset(names)


def _lifecycle(lifecycle: object) -> dict[str, str]:
    if not isinstance(lifecycle, dict):
        raise DescriptorInvalid("The descriptor's lifecycle must be an object.")
    if "installed" not in lifecycle:
        raise DescriptorInvalid("An app with JWT authentication must have a lifecycle.installed URL.")
    return {
        event: _relative_url(lifecycle[event], f"lifecycle.{event}")
        for event in LIFECYCLE_EVENTS
        if event in lifecycle
    }


def _webhooks(modules: object) -> Iterator[WebhookModule]:
    for webhook in _modules(modules, "webhooks"):
        if not isinstance(webhook.get("event"), str):
            raise DescriptorInvalid("Each of the descriptor's modules.webhooks must name its event.")
        url = _relative_url(webhook.get("url"), "modules.webhooks[].url")
        yield WebhookModule(event=webhook["event"], url=url, excludes_body=webhook.get("excludeBody") is True)


def _pages(modules: object) -> Iterator[PageModule]:
    for kind in ("generalPages", "adminPages"):
        for page in _modules(modules, kind):
            key, name = page.get("key"), page.get("name")
            if not isinstance(key, str) or not _MODULE_KEY.fullmatch(key):
                raise DescriptorInvalid(
                    f"Each of the descriptor's modules.{kind} must have a key of letters, digits and hyphens."
                )
            if not isinstance(name, dict) or not isinstance(name.get("value"), str):
                raise DescriptorInvalid(f"Each of the descriptor's modules.{kind} must have a name.value.")
            yield PageModule(
                key=key,
                name=name["value"],
                url=_relative_url(page.get("url"), f"modules.{kind}[].url"),
                for_admins=kind == "adminPages" or _is_for_admins(page.get("conditions")),
            )


def _is_for_admins(conditions: object) -> bool:
    return isinstance(conditions, list) and any(
        isinstance(condition, dict) and condition.get("condition") in _ADMIN_CONDITIONS
        for condition in conditions
    )


def _modules(modules: object, kind: str) -> list[dict[str, Any]]:
    found = modules.get(kind, []) if isinstance(modules, dict) else None
    found = [found] if isinstance(found, dict) else found  # Jira takes a single module for a list of one
    if not isinstance(found, list) or not all(isinstance(module, dict) for module in found):
        raise DescriptorInvalid(
            f"The descriptor's modules must be an object, and its modules.{kind} a list of objects."
        )
    return found


def _relative_url(url: Any, name: str) -> str:  # noqa: ANN401 - it is what this function checks
    """The path below the base URL; Jira joins the two by one slash."""
    if not isinstance(url, str) or not url or _ABSOLUTE.match(url):
        raise DescriptorInvalid(f"The descriptor's {name} must be relative to its baseUrl.")
    if url.startswith(("{{", "${")):
        _check_filled_in(url, name)
    return url if url.startswith("/") else f"/{url}"


def _check_filled_in(value: object, name: str) -> None:
    if placeholder := first_placeholder(value):
        raise DescriptorInvalid(
            f"The descriptor's {name} has {described(placeholder)}: it must be the descriptor as the "
            "running app serves it."
        )
