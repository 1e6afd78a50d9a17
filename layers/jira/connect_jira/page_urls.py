"""URLs of pages in the descriptor, such as `/pages/due?issue={issue.key}`.

https://developer.atlassian.com/cloud/jira/platform/context-parameters/
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

PAGES = "/pages/"
"""The beginning of the paths of pages."""

_VARIABLE = re.compile(r"\$?\{([\w.]+)\}", re.ASCII)


def page_urls(descriptor: dict[str, Any]) -> Iterator[str]:
    """Return the URLs of pages that the modules name, in whatever member, each with a slash in front."""
    return (url for url in _urls(descriptor.get("modules", {})) if url.startswith(PAGES))


def page_variables(descriptor: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return, by the path of a page, the parameters whose value Jira fills in, and with which variable.

    `/pages/due?issue={issue.key}` has the parameter `issue` with `issue.key`. A parameter that modules fill
    in with different variables is left out.
    """
    found: dict[str, dict[str, set[str]]] = {}
    for url in page_urls(descriptor):
        path, _, query = url.partition("?")
        for name, value in parse_qsl(query, keep_blank_values=True):
            variable = _VARIABLE.fullmatch(value)
            found.setdefault(path, {}).setdefault(name, set()).add(variable[1] if variable else "")
    return {
        path: {name: variables.pop() for name, variables in parameters.items() if len(variables) == 1}
        for path, parameters in found.items()
    }


def _urls(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        for member in value:
            yield from _urls(member)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name == "url" and isinstance(member, str):
                yield "/" + member.removeprefix("/")
            else:
                yield from _urls(member)
