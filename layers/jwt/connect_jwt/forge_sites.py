"""Jira's address for an app that Forge has installed.

Forge installs an app into Jira, into other products, or into several at once. `app.apiBaseUrl` is then that
of any one of them, and `app.installation.contexts` lists them all.

https://developer.atlassian.com/platform/forge/remote/essentials/
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connect_jwt.errors import ForgeReason, TokenRefused

_JIRA = "jira"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")


def jira_of(app: Mapping[str, Any], api_urls: Iterable[str]) -> tuple[str, str]:
    """Return Jira's URL and the cloud id in it. Tokens are sent there, so only known hosts are accepted.

    Args:
        app: the `app` claim of a token that is verified
        api_urls: the API hosts that are known

    Raises:
        TokenRefused: there is none; `ForgeReason.PRODUCT_NOT_SERVED`: Jira has no part in the installation
    """
    hosts = "|".join(re.escape(url.rstrip("/")) for url in api_urls)
    site = re.compile(rf"((?:{hosts})/ex/([a-z]+)/({_UUID}))/?")
    claimed, contexts = app.get("apiBaseUrl"), _contexts(app)
    others = [context for context in contexts if context.get("name") != _JIRA]
    if not hosts or not isinstance(claimed, str) or not (site.fullmatch(claimed) or _is_of(others, claimed)):
        raise TokenRefused(
            ForgeReason.API_BASE_URL_REFUSED, "app.apiBaseUrl is no site at this cloud's API host"
        )
    for url in (claimed, *(context.get("apiBaseUrl") for context in contexts)):
        found = site.fullmatch(url) if isinstance(url, str) else None
        if found and found[2] == _JIRA:
            return found[1], found[3]
    raise TokenRefused(ForgeReason.PRODUCT_NOT_SERVED, f"installed into {_names(others)}, not into Jira")


def _contexts(app: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    installation = app.get("installation")
    contexts = installation.get("contexts") if isinstance(installation, dict) else None
    return (
        [context for context in contexts if isinstance(context, dict)] if isinstance(contexts, list) else []
    )


def _is_of(contexts: list[Mapping[str, Any]], url: str) -> bool:
    return any(context.get("apiBaseUrl") == url for context in contexts)


def _names(contexts: list[Mapping[str, Any]]) -> str:
    names = {str(context.get("name")) for context in contexts}
    return " and ".join(sorted(filter(_NAME.fullmatch, names))) or "another product"
