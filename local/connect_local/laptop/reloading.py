"""An edit of the app's source is live with the next request: only the functions' processes are replaced."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from connect_cli.errors import CommandError
from connect_jwt.identity import AppKey
from connect_local.jira import LaptopJira
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.tenant import Tenant
from connect_local.laptop.event_source import QueuePoller
from connect_local.laptop.functions import Configuration, LaptopFunction
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_local.laptop.template_changes import FUNCTION, taking_a_restart
from connect_local.source_faults import DESCRIPTOR, template_faults, unreadable_descriptor
from connect_tools.project import PROJECT
from connect_tools.template import Template

TEMPLATE = PROJECT / "template.yaml"

_MOST_NAMES = 3


class Reloadable(Protocol):
    """A running stack, as far as it is needed here."""

    template: Template
    functions: dict[str, LaptopFunction]
    pollers: list[QueuePoller]
    cloud: LaptopCloud
    jira: LaptopJira | None

    @property
    def descriptor_url(self) -> str:
        """URL that Jira installs the app from."""

    def use_template(self, template: Template) -> None:
        """Apply another template.

        Raises:
            CommandError: it cannot be used
        """


class Reloading:
    """Applies to a stack what has changed.

    Args:
        stack: the stack
        tell: takes the name of something, and what cannot be applied to it
        announce: takes the name of something, and what was applied to it
    """

    def __init__(
        self,
        stack: Reloadable,
        *,
        tell: Callable[[str, str], None],
        announce: Callable[[str, str], None],
    ) -> None:
        self._stack = stack
        self._tell = tell
        self._announce = announce
        self._descriptor = _content(DESCRIPTOR)
        self._lock = threading.Lock()

    def folders(self) -> set[Path]:
        """Return the folders of the project that functions and layers are in."""
        template = self._stack.template
        return {
            PROJECT / Path(uri).parts[0]
            for name in template.resources(FUNCTION)
            for uri in _uris(template, name)
        }

    def start_all(self) -> None:
        """Start every function: the first request does not wait, and what does not start is told."""
        troubles = self._replaced(dict.fromkeys(self._stack.functions))
        self._tell_each(troubles, "does not start, and is tried again when you save a change")

    def take(self, changed: set[Path]) -> None:
        """Apply changed files, without waiting for it."""
        threading.Thread(target=self._apply, args=[changed, time.monotonic()], daemon=True).start()

    def _apply(self, changed: set[Path], since: float) -> None:
        with self._lock:
            wanted = self._by_template() if TEMPLATE in changed else {}
            affected = [name for name in self._stack.functions if self._is_affected(name, changed)]
            fault = unreadable_descriptor() if DESCRIPTOR in changed else None
            if fault:
                self._tell("descriptor", f"{fault}. The one of before goes on")
                for name in affected:
                    self._stack.functions[name].hold()
        if not fault:
            wanted |= {name: wanted.get(name) for name in affected}
        if wanted:
            self._replace(wanted, changed, since)
        if DESCRIPTOR in changed and not fault:
            self._let_jira_read_again()

    def _by_template(self) -> dict[str, Configuration | None]:
        """Apply the template; the functions that it changes."""
        stack = self._stack
        try:
            with template_faults():
                template = stack.template.read_again()
                restart = taking_a_restart(stack.template, template)
            stack.use_template(template)
        except CommandError as unusable:
            self._tell("template", f"{unusable}. The one of before goes on")
            return {}
        self._announce("template", "is applied")
        if restart:
            self._tell("template", f"restart connect up for {', '.join(restart)}")
        configurations = {
            name: Configuration.of(name, template, stack.cloud) for name in template.resources(FUNCTION)
        }
        return {
            name: configuration
            for name, configuration in configurations.items()
            if configuration != stack.functions[name].configuration
        }

    def _replace(self, wanted: Mapping[str, Configuration | None], changed: set[Path], since: float) -> None:
        troubles = self._replaced(wanted)
        self._tell_each(troubles, "goes on with the code of before")
        new = [name for name in wanted if name not in troubles]
        if new:
            for poller in self._stack.pollers:
                if poller.function in new:
                    poller.hand_out_failed()
            functions = ", ".join(name.removesuffix("Function") for name in new)
            self._announce("reload", f"{_named(changed)}: {functions} in {time.monotonic() - since:.2f} s")

    def _tell_each(self, troubles: Mapping[str, str], consequence: str) -> None:
        """Tell each trouble once, however many functions have it."""
        by_trouble: defaultdict[str, list[str]] = defaultdict(list)
        for name, trouble in troubles.items():
            by_trouble[trouble].append(name)
        for trouble, names in by_trouble.items():
            others = f" (so do {len(names) - 1} more functions)" if len(names) > 1 else ""
            self._tell(names[0], f"{consequence}{others}: {trouble}")

    def _replaced(self, wanted: Mapping[str, Configuration | None]) -> dict[str, str]:
        """Replace functions at the same time; the troubles of those that do not start."""
        with ThreadPoolExecutor(max_workers=max(len(wanted), 1)) as threads:
            results = threads.map(lambda name: self._stack.functions[name].replace(wanted[name]), wanted)
            return {name: trouble for name, trouble in zip(wanted, results, strict=True) if trouble}

    def _let_jira_read_again(self) -> None:
        before, self._descriptor = self._descriptor, _content(DESCRIPTOR)
        url = self._stack.descriptor_url
        if self._stack.jira is None or before == self._descriptor:
            return
        for tenant in self._stack.jira.tenants.all():
            keys = {app.descriptor.key for app in tenant.site.enabled_apps() if app.descriptor_url == url}
            if keys:
                self._install_again(tenant, url, keys)

    def _install_again(self, tenant: Tenant, url: str, keys: set[AppKey]) -> None:
        """Install the app on a site again; with another key it takes the place of the one of before."""
        site = tenant.site.base_url
        try:
            result = tenant.lifecycle.reinstall(url)
        except NotCarriedOut as refused:
            self._tell("jira", f"would not install this descriptor, and keeps the one of before: {refused}")
            return
        if not result.installed or result.key is None:
            status = result.decisive.status
            self._tell("jira", f"{site} has read the descriptor: the app answered {status} to installed")
            return
        others = sorted(keys - {result.key})
        for key in others:
            tenant.lifecycle.forget(key)
        replaced = f", in place of {', '.join(others)}" if others else ""
        self._announce("jira", f"{site} has read the descriptor, and installed {result.key} again{replaced}")

    def _is_affected(self, name: str, changed: set[Path]) -> bool:
        folders = [PROJECT / uri for uri in _uris(self._stack.template, name)]
        return any(file.is_relative_to(folder) for file in changed for folder in folders)


def _named(changed: set[Path]) -> str:
    """The names of changed files; an editor's temporary files have gone already."""
    names = sorted(str(file.relative_to(PROJECT)) for file in changed if not file.is_dir())
    there = [name for name in names if (PROJECT / name).exists()] or names
    more = f" and {len(there) - _MOST_NAMES} more" if len(there) > _MOST_NAMES else ""
    return ", ".join(there[:_MOST_NAMES]) + more


def _uris(template: Template, function: str) -> Iterable[str]:
    properties = template.function(function)
    yield properties["CodeUri"]
    for layer in properties.get("Layers", []):
        yield template.resource(layer["Ref"])[1]["ContentUri"]


def _content(file: Path) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
