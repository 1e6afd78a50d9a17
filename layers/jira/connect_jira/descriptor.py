"""The app's descriptor: the one source of its key, its scopes and its modules.

`descriptor/atlassian-connect.json` is served to Jira and read by every function. To Jira, each stage other
than `prod` is an app of its own, with its own key and name, so that both can be installed on one site.

https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PRODUCTION = "prod"
_LAYERS = "/opt"


def load_descriptor(env: Mapping[str, str]) -> dict[str, Any]:
    """Return the descriptor of this stage; `at_base_url` still has to fill in `baseUrl`.

    Args:
        env: `DESCRIPTOR_PATH`, the file, and `STAGE`, the stage's name
    """
    file = _in_its_layer(Path(env["DESCRIPTOR_PATH"]))
    return at_stage(json.loads(file.read_text(encoding="utf-8")), env["STAGE"])


def _in_its_layer(file: Path) -> Path:
    """Lambda unpacks layers into /opt. An emulator may leave each where it is, and have Python look there."""
    if file.exists() or not file.is_relative_to(_LAYERS):
        return file
    inside = file.relative_to(_LAYERS)
    return next((found for folder in sys.path if (found := Path(folder, inside)).is_file()), file)


def at_stage(descriptor: dict[str, Any], stage: str) -> dict[str, Any]:
    """Return the descriptor of one stage."""
    is_production = stage == PRODUCTION
    suffixes = {
        "{{keySuffix}}": "" if is_production else f"-{stage}",
        "{{nameSuffix}}": "" if is_production else f" ({stage})",
    }
    filled: dict[str, Any] = fill_in(descriptor, suffixes)
    return filled


def at_base_url(descriptor: dict[str, Any], base_url: str) -> dict[str, Any]:
    """Return the descriptor for Jira, with the base URL that the app is reached by."""
    filled: dict[str, Any] = fill_in(descriptor, {"{{baseUrl}}": base_url})
    return filled


def webhook_events(descriptor: dict[str, Any]) -> dict[str, list[str]]:
    """Return the events that each webhook path receives, each event once."""
    events: dict[str, list[str]] = {}
    webhooks = descriptor.get("modules", {}).get("webhooks", [])
    for webhook in [webhooks] if isinstance(webhooks, dict) else webhooks:
        path = "/" + webhook["url"].partition("?")[0].removeprefix("/")
        if webhook["event"] not in events.setdefault(path, []):
            events[path].append(webhook["event"])
    return events


def fill_in(value: Any, placeholders: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    """Replace placeholders in all texts of a JSON value."""
    if isinstance(value, dict):
        return {name: fill_in(member, placeholders) for name, member in value.items()}
    if isinstance(value, list):
        return [fill_in(member, placeholders) for member in value]
    if isinstance(value, str):
        for placeholder, text in placeholders.items():
            value = value.replace(placeholder, text)
    return value
