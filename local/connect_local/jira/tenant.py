"""One site with all that works for it, and the sites of one Jira."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from starlette.types import ASGIApp

from connect_jwt.canonical import relative_path
from connect_local.jira.editor import Editor
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.faults import Faults
from connect_local.jira.lifecycle import Lifecycle
from connect_local.jira.site import Site
from connect_local.jira.webhook_sender import Webhooks

DEFAULT = ""
"""The name of the site that is always there."""

_NAME = re.compile(r"[a-z0-9-]{1,40}")
_BELOW = "/sites/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One site.

    Attributes:
        site: its content
        lifecycle: installs apps on it
        webhooks: tells its apps of its events
        editor: creates and edits its issues
        faults: for the next REST calls to it
        rest: its REST API, behind the gate
    """

    site: Site
    lifecycle: Lifecycle
    webhooks: Webhooks
    editor: Editor
    faults: Faults
    rest: ASGIApp


class Tenants:
    """The sites of one Jira: the default one at its root, the others below `/sites/`.

    Args:
        base_url: the default site's
        found: makes a site of a name and a base URL
    """

    def __init__(self, *, base_url: str, found: Callable[[str, str], Tenant]) -> None:
        self._base_url = base_url
        self._found = found
        self._lock = Lock()
        self.default = found(DEFAULT, base_url)
        self._by_name = {DEFAULT: self.default}

    def all(self) -> list[Tenant]:
        """Every site, the default one first and then the oldest first."""
        with self._lock:
            return list(self._by_name.values())

    def ensure(self, name: str) -> Tenant:
        """The site with this name, which comes into being if there was none.

        Raises:
            NotCarriedOut: no site can have this name
        """
        if name != DEFAULT and not _NAME.fullmatch(name):
            raise NotCarriedOut("site must be a name of up to 40 lower-case letters, digits and hyphens.")
        with self._lock:
            if name not in self._by_name:
                self._by_name[name] = self._found(name, f"{self._base_url}{_BELOW}{name}")
            return self._by_name[name]

    def at(self, path: str) -> Tenant | None:
        """The site that a URL's path belongs to, None when there is no such site.

        Args:
            path: as it was sent, not decoded
        """
        below = relative_path(path, self.default.site.context_path)
        if not below.startswith(_BELOW):
            return self.default
        name = below.removeprefix(_BELOW).partition("/")[0]
        with self._lock:
            return self._by_name.get(name) if name else None
