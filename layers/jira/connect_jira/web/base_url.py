"""The app's own base URL: what it tells Jira, and what an install must be meant for."""

from collections.abc import Mapping
from typing import Any

_DEFAULT_STAGE = "$default"


def stage_prefix(event: Mapping[str, Any]) -> str:
    """What an HTTP API has in front of a path for its stage: nothing for `$default`.

    Args:
        event: payload version 2.0
    """
    stage = event["requestContext"]["stage"]
    return "" if stage == _DEFAULT_STAGE else f"/{stage}"


def base_url_of(event: Mapping[str, Any], configured: str) -> str:
    """The configured base URL; without one, what the caller reached us by.

    Args:
        event: payload version 2.0
        configured: the `BaseUrl` setting without a trailing slash, or nothing
    """
    return configured or f"https://{event['requestContext']['domainName']}{stage_prefix(event)}"
