"""The file of a manifest: what its owner wrote stays, and it is never half written."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

import yaml

from connect_cli.errors import CommandError
from connect_tools.forge.manifest import Manifest
from connect_tools.forge.renewal import app_id_of, owners_keys, renewed
from connect_tools.forge.yaml_text import YamlText
from connect_tools.forge.yaml_values import is_empty, members

_HEAD = re.compile(
    r"^# `connect forge manifest` renews .*\n(?:# `forge register` .*\n)?(?:# - .*\n)*", re.MULTILINE
)
_BOM = "\ufeff"


class ManifestFile:
    """A file in which a manifest is, or will be.

    Attributes:
        app_id: the app's id in it, or the variable that stands for it
        owners_keys: the keys of the modules in it that are not the command's

    Args:
        name: its path
        force: replace differing values, and a file that is no manifest, too

    Raises:
        CommandError: it cannot be read, or it is something else and stays
    """

    def __init__(self, name: str, *, force: bool) -> None:
        self._name = name
        self._path = Path(name).resolve()  # a link stays one
        self._force = force
        try:
            self._text = self._read()
            parsed = YamlText(_plain(self._text))
            self._is_empty = _is_empty(parsed)
        except OSError as failure:
            raise CommandError(f"{name} cannot be read: {failure.strerror}") from failure
        except (CommandError, UnicodeDecodeError) as other:
            if not force:
                reason = other if isinstance(other, CommandError) else "it is not UTF-8"
                raise CommandError(
                    f"{name} is no Forge manifest ({reason}) and stays as it is: name another file with "
                    "--output, or replace this one with --force"
                ) from other
            self._text, parsed, self._is_empty = "", YamlText(""), True
        self.app_id = app_id_of(parsed)
        self.owners_keys = tuple(owners_keys(parsed))

    def write(self, manifest: Manifest) -> list[str]:
        """Write the manifest, or renew what is there.

        Returns:
            a sentence for whatever was taken away, or says something else than the descriptor and stays

        Raises:
            CommandError: it stays as it is, and why
        """
        text, notes = _plain(self._text), list[str]()
        if self._is_empty:
            text += manifest.to_yaml()
        else:
            text = _HEAD.sub(lambda _: manifest.head(), text, count=1)
            try:
                text, notes = renewed(text, manifest.document, force=self._force)
            except CommandError as reason:
                raise CommandError(f"{self._name} stays as it is: {reason}") from reason
        self._replace(_like(self._text, text))
        return notes

    def _read(self) -> str:
        return self._path.read_bytes().decode("utf-8") if self._path.is_file() else ""

    def _replace(self, text: str) -> None:
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            if self._path.exists() and not self._path.is_file():  # a pipe, or a terminal
                self._path.write_bytes(text.encode())
                return
            temporary.write_bytes(text.encode())
            if self._path.exists():
                shutil.copymode(self._path, temporary)
            temporary.replace(self._path)
        except OSError as failure:
            raise CommandError(f"{self._name} cannot be written: {failure.strerror}") from failure
        finally:
            with suppress(OSError):  # there may be no such folder
                temporary.unlink()


def _is_empty(text: YamlText) -> bool:
    """Return whether there is nothing but comments.

    Raises:
        CommandError: there is something, and no manifest
    """
    if text.root is None or (isinstance(text.root, yaml.ScalarNode) and is_empty(text.root)):
        return True
    app = members(text.root).get("app") if isinstance(text.root, yaml.MappingNode) else None
    if app is None or not isinstance(app[1], yaml.MappingNode):
        raise CommandError("it has no app")
    return False


def _plain(text: str) -> str:
    """The text with line feeds alone."""
    return text.removeprefix(_BOM).replace("\r\n", "\n")


def _like(before: str, text: str) -> str:
    """The text with the byte order mark and the line ends that it had before."""
    line_end = "\r\n" if "\r\n" in before else "\n"
    return (_BOM if before.startswith(_BOM) else "") + text.replace("\n", line_end)
