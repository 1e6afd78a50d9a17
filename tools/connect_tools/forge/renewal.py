"""A manifest that is there, with the command's own part of it as the descriptor says now.

Its own part is what is marked: entries of lists, `app.connect`, `app.licensing`, each behind its first line.
Everything else is the owner's: what is missing is added beside it, what it says otherwise stays and is noted.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from connect_cli.errors import CommandError
from connect_tools.forge.app_ids import UNREGISTERED
from connect_tools.forge.marks import MARK, MARKED_MEMBERS, WRITTEN_ONCE, marked_lines
from connect_tools.forge.native import REMOTE
from connect_tools.forge.yaml_text import InBrackets, YamlText
from connect_tools.forge.yaml_values import at, in_lines, is_empty, members, says

type Json = dict[str, Any]
type Path = tuple[str, ...]

_SCOPES = ("permissions", "scopes")
_REMOTES = ("remotes",)
_MODULES = {("connectModules",), ("modules",)}
_ONE_OF_A_KIND = {"jira:lifecycle", "jira:translations", "jira:cloudAppMigration"}
_BY_FORCE = "--force replaces that"
_GONE = "taken away, since the descriptor has it no more"


def renewed(text: str, document: Json, *, force: bool) -> tuple[str, list[str]]:
    """A manifest with another one as its part.

    Args:
        text: the manifest that is there, with line feeds alone
        document: the other one
        force: replace unmarked values that differ, too

    Returns:
        the text, and a sentence for whatever was taken away, or says otherwise and stays

    Raises:
        CommandError: it cannot be changed without loss; the sentence says why
    """
    while True:
        try:
            return _Renewal(YamlText(text), force=force).carry_out(document)
        except InBrackets as brackets:
            text = YamlText(text).opened(brackets)


def app_id_of(text: YamlText) -> str | None:
    """The app's id, or the variable that stands for it."""
    app_id = at(text.root, "app", "id")
    return str(app_id.value) if isinstance(app_id, yaml.ScalarNode) and app_id.value else None


def owners_keys(text: YamlText) -> Iterator[str]:
    """The keys of the Forge modules that the command has not written."""
    modules = at(text.root, "modules")
    for _, entries in members(modules).values() if isinstance(modules, yaml.MappingNode) else ():
        for entry in entries.value if isinstance(entries, yaml.SequenceNode) else ():
            if not _is_marked(text, entry):
                yield _key_of(entry)


class _Renewal:
    """Notes the changes to one text."""

    def __init__(self, text: YamlText, *, force: bool) -> None:
        self._text = text
        self._force = force
        self._notes: list[str] = []

    def carry_out(self, document: Json) -> tuple[str, list[str]]:
        root = _expected(self._text.root, yaml.MappingNode, "manifest", "an object")
        document = _at_remote(document, _connect_remote(root))
        connect_modules = dict(self._not_rewritten(document["connectModules"]))
        self._merge(root, document | {"connectModules": connect_modules}, ())
        return self._text.changed(), self._notes

    def _not_rewritten(self, connect_modules: Json) -> Iterator[tuple[str, list[Json]]]:
        """The Connect modules whose key no Forge module of the owner's has: no key may be there twice."""
        rewritten = set(owners_keys(self._text))
        for kind, entries in connect_modules.items():
            self._notes += [
                f"connectModules.{kind} {entry['key']}: left out, since a Forge module has its key"
                for entry in entries
                if entry["key"] in rewritten
            ]
            if left := [entry for entry in entries if entry["key"] not in rewritten]:
                yield kind, left

    def _merge(self, node: yaml.MappingNode, ours: Json, path: Path) -> None:
        """Merge what holds parts of both."""
        theirs = members(node)
        for name, (key, there) in theirs.items():
            where = (*path, name)
            if name in ours and is_empty(there):
                lines = marked_lines(ours[name], where) if isinstance(ours[name], dict | list) else []
                self._text.set_value(node, name, ours[name], lines)
            elif where == ("app", "id"):
                self._app_id(node, there, ours[name])
            elif name in ours:
                self._part(key, there, ours[name], where)
            elif path in _MODULES and isinstance(there, yaml.SequenceNode):
                self._list(key, there, [], where)
            elif where in MARKED_MEMBERS and _is_marked(self._text, there):
                self._text.remove_member(node, name)
        missing = {name: value for name, value in ours.items() if name not in theirs}
        self._text.add_members(node, marked_lines(missing, path))

    def _app_id(self, app: yaml.MappingNode, there: yaml.Node, ours: str) -> None:
        if says(there, ours) or ours == UNREGISTERED:
            return
        if says(there, UNREGISTERED) or self._force:
            self._text.set_value(app, "id", ours, [])
        else:
            self._notes.append(f"app.id: kept, though --app-id is another; {_BY_FORCE}")

    def _part(self, key: yaml.Node, there: yaml.Node, ours: Any, path: Path) -> None:  # noqa: ANN401 - any JSON value
        name = ".".join(path)
        if path in MARKED_MEMBERS:
            self._entry(there, ours, name, adds=True)
        elif path == _SCOPES and isinstance(there, yaml.MappingNode):
            self._scopes(there, ours)
        elif isinstance(ours, list):
            self._list(key, _expected(there, yaml.SequenceNode, name, "a list"), ours, path)
        elif path not in WRITTEN_ONCE:
            self._merge(_expected(there, yaml.MappingNode, name, "an object"), ours, path)

    def _list(self, key: yaml.Node, there: yaml.SequenceNode, ours: list[Any], path: Path) -> None:
        name, added, found = ".".join(path), [], []
        for entry in ours:
            item = _counterpart(there, entry, path)
            if item is None:
                added.append(entry)
                continue
            found.append(item)
            if path == _REMOTES:
                self._remote(item, entry)
            elif isinstance(entry, dict):
                called = _key_of(item)
                self._entry(
                    item, entry | {"key": called}, f"{name} {called}", mirrors=path[0] == "connectModules"
                )
        stale = [item for item in there.value if _is_marked(self._text, item) and item not in found]
        for item in stale:
            self._text.remove_item(there, item)
            self._notes.append(f"{name} {_key_of(item)}: {_GONE}")
        if stale and len(stale) == len(there.value) and not added:
            self._text.remove_key(key)
        self._text.add_items(there, marked_lines(added, path))

    def _remote(self, there: yaml.Node, ours: Json) -> None:
        """Update where the app is; the rest of a remote is written once, and then the owner's."""
        url, url_there = ours["baseUrl"], at(there, "baseUrl")
        if isinstance(url_there, yaml.MappingNode):
            if not _is_marked(self._text, there):
                url = {"default": url} if isinstance(url, str) else url  # the regions are the owner's
            elif isinstance(url, dict):
                for region in members(url_there).keys() - url.keys():
                    self._text.remove_member(url_there, region)
        self._entry(there, {"key": ours["key"], "baseUrl": url}, f"remotes {ours['key']}")

    def _scopes(self, there: yaml.MappingNode, ours: list[str]) -> None:
        """Merge scopes that are an object, so that some of them can have `allowImpersonation`."""
        theirs = members(there)
        for scope, (_, settings) in theirs.items():
            if scope not in ours and _is_marked(self._text, settings):
                self._text.remove_member(there, scope)
                self._notes.append(f"permissions.scopes {scope}: {_GONE}")
        self._text.add_members(there, [f"{scope}: {{}} {MARK}" for scope in ours if scope not in theirs])

    def _entry(
        self, there: yaml.Node, ours: Json, name: str, *, mirrors: bool = False, adds: bool = False
    ) -> None:
        """Update what may have a mark.

        Args:
            there: the owner's, or ours
            ours: the required value
            name: for a note
            mirrors: if it is ours, it must say nothing else
            adds: add missing members, even to the owner's
        """
        is_ours = _is_marked(self._text, there)
        prune = is_ours and mirrors
        if says(there, ours) and not prune:
            return
        replace = is_ours or self._force
        kept = self._update(there, ours, replace=replace, add=replace or adds, prune=prune)
        if kept:
            what = ", ".join(kept)
            self._notes.append(f"{name}: kept, though the descriptor says otherwise ({what}); {_BY_FORCE}")
        elif self._force and not is_ours:
            self._text.append_to_line_of(there, f" {MARK}")

    def _update(self, there: yaml.Node, ours: Json, *, replace: bool, add: bool, prune: bool) -> list[str]:
        """Make a mapping say what it must.

        Returns:
            what of that it does not say, because it is the owner's
        """
        if not isinstance(there, yaml.MappingNode):
            return list(ours)
        theirs = members(there)
        missing = {name: value for name, value in ours.items() if name not in theirs}
        kept = [] if add else list(missing)
        for name, (_, inner) in theirs.items():
            value = ours.get(name)
            if name not in ours:
                if prune:
                    self._text.remove_member(there, name)
            elif isinstance(value, dict) and isinstance(inner, yaml.MappingNode) and inner.value:
                of_inner = self._update(inner, value, replace=replace, add=add, prune=prune)
                kept += [f"{name}.{each}" for each in of_inner]
            elif replace and not says(inner, value):
                is_long = isinstance(value, dict | list) and value
                self._text.set_value(there, name, value, in_lines(value) if is_long else [])
            elif not says(inner, value):
                kept.append(name)
        if missing and add:
            self._text.add_members(there, in_lines(missing))
        return kept


def _is_marked(text: YamlText, node: yaml.Node) -> bool:
    return text.line_of(node).endswith(MARK)


def _expected[T: yaml.Node](node: yaml.Node | None, kind: type[T], name: str, what: str) -> T:
    if not isinstance(node, kind):
        raise CommandError(f"its {name} is not {what}")
    return node


def _connect_remote(root: yaml.MappingNode) -> str:
    """The key of the remote that the manifest has for the Connect app."""
    remote = at(root, "app", "connect", "remote")
    return str(remote.value) if isinstance(remote, yaml.ScalarNode) else REMOTE


def _at_remote(document: Json, key: str) -> Json:
    """The manifest with another key of its remote."""
    connect = document["app"]["connect"] | {"remote": key}
    return document | {
        "app": document["app"] | {"connect": connect},
        "remotes": [remote | {"key": key} for remote in document["remotes"]],
        "modules": {
            kind: [entry | {"remote": key} if "remote" in entry else entry for entry in entries]
            for kind, entries in document["modules"].items()
        },
    }


def _counterpart(there: yaml.SequenceNode, entry: Any, path: Path) -> yaml.Node | None:  # noqa: ANN401 - of any list
    """The item of a list that is the same thing as an entry, if one is.

    A converter gives webhooks and lifecycle other keys than ours; they are known by what they say.
    """
    key = entry["key"] if isinstance(entry, dict) else entry
    found = [item for item in there.value if _key_of(item) == key]
    if not found and path[-1] in _ONE_OF_A_KIND:
        found = there.value
    if not found and path[-1] == "jira:webhooks":
        what = {name: entry.get(name) for name in ("event", "url")}
        found = [item for item in there.value if says(item, what)]
    return next(iter(found), None)


def _key_of(item: yaml.Node) -> str:
    """Return the identity of a list's item: its key, or itself."""
    key = at(item, "key") or item
    return str(key.value) if isinstance(key, yaml.ScalarNode) else ""
