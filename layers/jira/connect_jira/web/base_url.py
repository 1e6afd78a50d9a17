"""The app's own base URL, which it gives Jira and which an install's `aud` must match."""

from collections.abc import Mapping
from typing import Any

_DEFAULT_STAGE = "$default"


def stage_prefix(event: Mapping[str, Any]) -> str:
    """Return the prefix that an HTTP API adds to paths for its stage: empty for `$default`.

    Args:
        event: payload version 2.0
    """
    stage = event["requestContext"]["stage"]
    return "" if stage == _DEFAULT_STAGE else f"/{stage}"


def base_url_of(event: Mapping[str, Any], configured: str) -> str:
    """Return the configured base URL; if there is none, the one that the caller used.

    Args:
        event: payload version 2.0
        configured: the `BaseUrl` setting without a trailing slash, or nothing
    """
    return configured or f"https://{event['requestContext']['domainName']}{stage_prefix(event)}"
