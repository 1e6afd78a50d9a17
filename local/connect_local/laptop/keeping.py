"""State of a stack that outlives `connect up --keep`: sites, issues, installed apps, and what AWS holds.

It is one file, written every few seconds and at the end, each time as a whole. It holds what the laptop
holds, also the secrets that the app keeps for its sites: only its owner may read it.
"""

import hashlib
import os
import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from connect_cli.errors import CommandError
from connect_local.jira import LaptopJira, entities
from connect_local.jira import site as site_module
from connect_local.jira.errors import NotCarriedOut
from connect_local.laptop import kept_cloud
from connect_local.laptop.kept_cloud import (
    bring_back_keys,
    bring_back_messages,
    bring_back_rows_and_objects,
    content_of,
)
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import Template

_SECONDS = 5
_FILE = "state"


class Keepable(Protocol):
    """A running stack, as far as it is needed here."""

    base_url: str
    template: Template
    cloud: LaptopCloud
    jira: LaptopJira | None

    @property
    def descriptor_url(self) -> str:
        """URL that Jira installs the app from."""


class Keeping:
    """Keeps the state of a stack in a folder.

    Args:
        folder: made if it is not there
        stack: the stack
        tell: takes what could not be kept or brought back

    Raises:
        CommandError: the folder cannot be used
    """

    def __init__(self, folder: Path, stack: Keepable, *, tell: Callable[[str, str], None]) -> None:
        self._file = folder / _FILE
        self._stack = stack
        self._tell = tell
        self._state_of_before: dict[str, Any] | None = None
        self._written = b""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._write_again_and_again, daemon=True)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as failed:
            raise CommandError(f"{folder} cannot be made: {failed.strerror}") from failed

    def read(self) -> None:
        """Read the state that was kept, and bring back its keys, which functions ask for when they start.

        Raises:
            CommandError: it is of a stack at another address
        """
        stack, state = self._stack, self._kept()
        if state and state["base_url"] != stack.base_url:
            raise CommandError(
                f"{self._file} is of {state['base_url']}: use the same port, or another folder"
            )
        if state:
            bring_back_keys(state["cloud"], stack.cloud, stack.template)
        self._state_of_before = state

    def go_on(self) -> None:
        """Bring the rest back, and keep the state from now on."""
        state, self._state_of_before = self._state_of_before, None
        if state:
            self._bring_back(state)
        self._thread.start()

    def _bring_back(self, state: dict[str, Any]) -> None:
        """Bring back what messages need before they come."""
        stack = self._stack
        refusals = set(bring_back_rows_and_objects(state["cloud"], stack.cloud, stack.template))
        if stack.jira is not None:
            self._bring_back_sites(stack.jira, state)
        refusals |= set(bring_back_messages(state["cloud"], stack.cloud, stack.template))
        for refusal in sorted(refusals):
            self._tell("keep", f"not all of what was kept could be brought back: {refusal}")

    def _bring_back_sites(self, jira: LaptopJira, state: dict[str, Any]) -> None:
        for name, content in state["sites"].items():
            jira.tenants.ensure(name).site.bring_back(content)
        for name in state["installed"]:
            tenant = jira.tenants.ensure(name)
            with suppress(NotCarriedOut):
                if tenant.lifecycle.install(self._stack.descriptor_url).installed:
                    continue
            self._tell("keep", f"the app could not be installed again on {tenant.site.base_url}")

    def _state(self) -> dict[str, Any]:
        stack = self._stack
        sites = [tenant.site for tenant in stack.jira.tenants.all()] if stack.jira else []
        return {
            "base_url": stack.base_url,
            "cloud": content_of(stack.cloud, stack.template),
            "sites": {site.name: site.kept() for site in sites},
            "installed": [
                site.name
                for site in sites
                if any(app.installed and app.descriptor_url == stack.descriptor_url for app in site.apps())
            ],
        }

    def _kept(self) -> dict[str, Any] | None:
        """Return the state that was kept; None for none that this version can read."""
        try:
            version, state = pickle.loads(self._file.read_bytes())  # noqa: S301 - written here, by the same user
        except FileNotFoundError:
            return None
        except Exception as unreadable:  # noqa: BLE001 - pickle raises anything
            self._tell("keep", f"{self._file} cannot be read, and is begun anew: {type(unreadable).__name__}")
            return None
        if version != _version():
            self._tell("keep", f"{self._file} is of another version, and is begun anew")
            return None
        kept: dict[str, Any] = state
        return kept

    def stop(self) -> None:
        """Write for the last time."""
        if self._thread.ident is not None:
            self._stopping.set()
            self._thread.join()

    def _write_again_and_again(self) -> None:
        while True:
            is_last = self._stopping.wait(_SECONDS)
            try:
                self._write()
            except Exception as failed:  # noqa: BLE001 - a service that fails on order, a full disk
                if is_last:
                    self._tell("keep", f"the last seconds are not kept: {failed}")
            if is_last:
                return

    def _write(self) -> None:
        content = pickle.dumps((_version(), self._state()))
        if content == self._written:
            return
        draft = self._file.with_suffix(".new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - of a descriptor
            file.write(content)
        draft.replace(self._file)
        self._written = content


def _version() -> str:
    """Of the form that the state is kept in."""
    sources = (Path(module.__file__ or "").read_bytes() for module in (entities, site_module, kept_cloud))
    return hashlib.sha256(b"".join(sources)).hexdigest()
