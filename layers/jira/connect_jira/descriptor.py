"""The app's descriptor: the one source of its key, its scopes and its modules.

`descriptor/atlassian-connect.json` is served to Jira and read by every function. A stage other than `prod` is
an app of its own to Jira, with its own key and name, so that both can be installed on one site.

https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PRODUCTION = "prod"


def load_descriptor(env: Mapping[str, str]) -> dict[str, Any]:
    """The descriptor of this stage; `baseUrl` is still to be filled in by `at_base_url`.

    Args:
        env: `DESCRIPTOR_PATH`, the file, and `STAGE`, the stage's name
    """
    stage = env["STAGE"]
    descriptor: dict[str, Any] = _fill(
        json.loads(Path(env["DESCRIPTOR_PATH"]).read_text(encoding="utf-8")),
        {
            "{{keySuffix}}": "" if stage == PRODUCTION else f"-{stage}",
            "{{nameSuffix}}": "" if stage == PRODUCTION else f" ({stage})",
        },
    )
    return descriptor


def at_base_url(descriptor: dict[str, Any], base_url: str) -> dict[str, Any]:
    """The descriptor as Jira is to read it: with the base URL that the app is reached by."""
    filled: dict[str, Any] = _fill(descriptor, {"{{baseUrl}}": base_url})
    return filled


def webhook_events(descriptor: dict[str, Any]) -> dict[str, list[str]]:
    """The events that each webhook path receives, each event once."""
    events: dict[str, list[str]] = {}
    for webhook in descriptor.get("modules", {}).get("webhooks", []):
        path = "/" + webhook["url"].partition("?")[0].removeprefix("/")
        if webhook["event"] not in events.setdefault(path, []):
            events[path].append(webhook["event"])
    return events


def _fill(value: Any, placeholders: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {name: _fill(member, placeholders) for name, member in value.items()}
    if isinstance(value, list):
        return [_fill(member, placeholders) for member in value]
    if isinstance(value, str):
        for placeholder, text in placeholders.items():
            value = value.replace(placeholder, text)
    return value
