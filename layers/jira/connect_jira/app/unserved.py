"""Pages and calls that nobody serves: each is logged once, with the lines that would serve it."""

import re

from aws_lambda_powertools import Logger

from connect_jira.app.call_paths import is_segment
from connect_jira.app.pages import METHODS

_logger = Logger(child=True)

_MAX_LOGGED = 20
"""Of one process: anybody can ask for what is not there."""

_ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]+-[0-9]+", re.ASCII)


class Unserved:
    """Logs what is asked for and not served."""

    def __init__(self) -> None:
        self._logged: set[str] = set()

    def page(self, name: str) -> None:
        """Log a page of a name that is not registered."""
        if is_segment(name):
            self._log(f"GET /pages/{name}", lines_for_page(name))

    def call(self, method: str, path: str) -> None:
        """Log a call that is not registered.

        Args:
            method: in upper case
            path: below `/api/`
        """
        if method in METHODS and all(map(is_segment, path.split("/"))):
            self._log(f"{method} /api/{path}", lines_for_call(method, path))

    def _log(self, asked: str, lines: str) -> None:
        if asked in self._logged or len(self._logged) >= _MAX_LOGGED:
            return
        self._logged.add(asked)
        _logger.warning(f"{asked} is served by nobody. In functions/pages/pages.py it would be:\n{lines}")  # noqa: G004 - read by people


def lines_for_page(name: str, allowed: str = "everybody") -> str:
    """Return the line that registers a page.

    Args:
        name: as in `/pages/name`
        allowed: the declaration of who may
    """
    return f'pages.page("{name}", template="{name}.html", allowed={allowed})'


def lines_for_call(method: str, path: str) -> str:
    """Return the lines that register a call, with a part of the path in place of an issue's key."""
    segments = ["{key}" if _ISSUE_KEY.fullmatch(segment) else segment for segment in path.split("/")]
    allowed = 'browses_issue.of("key")' if "{key}" in segments else "everybody"
    name = re.sub(r"\W", "_", f"{method.lower()}_{segments[0]}")
    return "\n".join(
        (
            f'@pages.call("{method}", "{"/".join(segments)}", allowed={allowed})',
            f"def {name}(request: ApiRequest, site: Site) -> JsonValue:",
            "    return {}",
        )
    )
