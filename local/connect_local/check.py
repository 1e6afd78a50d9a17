"""Consistency check of the app, one line per fault: for `make check`, and when `connect up` starts."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from connect_jira.app.reactions import Reactions
from connect_jira.descriptor import at_base_url, load_descriptor
from connect_jira.web.assets import TYPES, Assets, named_in
from connect_local.check_reactions import of_reactions
from connect_local.page_faults import page_faults
from connect_local.source_faults import DESCRIPTOR, unreadable_descriptor
from connect_tools.descriptor import DescriptorInvalid, WebhookModule, read_descriptor
from connect_tools.project import PROJECT

PAGES_FOLDER = PROJECT / "functions" / "pages"

_ROUTED = re.compile(r"/webhooks/[A-Za-z0-9._~-]+")
_LARGEST_ASSET = 4 * 1024 * 1024
"""In bytes: in base64 it fits into what Lambda answers with."""


def faults(
    descriptor: Path = DESCRIPTOR, pages_folder: Path = PAGES_FOLDER, reactions: Reactions | None = None
) -> list[str]:
    """Return the faults; empty if there are none.

    Args:
        descriptor: the descriptor's file
        pages_folder: the folder with the templates and static files of pages
        reactions: of the app; None for those of functions/jira_calls
    """
    static = pages_folder / "static"
    of_static = [f"{static.name}/{fault}" for fault in _of_static(static)]
    if unreadable := unreadable_descriptor(descriptor):
        return [unreadable, *of_static]
    source = load_descriptor({"DESCRIPTOR_PATH": str(descriptor), "STAGE": "dev"})
    try:
        webhooks = read_descriptor(at_base_url(source, "https://app.example.com")).webhooks
    except DescriptorInvalid as invalid:
        return [*(f"{descriptor.name}: {fault}" for fault in invalid.faults), *of_static]
    of_descriptor = [f"{descriptor.name}: {fault}" for fault in _of_webhooks(webhooks)]
    of_pages = [] if of_descriptor else _of_pages(source, pages_folder)
    return [*of_descriptor, *of_reactions(reactions, webhooks), *of_static, *of_pages]


def _of_pages(descriptor: dict[str, Any], folder: Path) -> Iterator[str]:
    try:
        pages = import_module("functions.pages.pages").pages
    except (TypeError, ValueError) as wrong:
        yield f"functions/pages: {wrong}"
        return
    yield from page_faults(descriptor, pages, folder)


def _of_webhooks(webhooks: Iterable[WebhookModule]) -> Iterator[str]:
    by_path: defaultdict[str, list[WebhookModule]] = defaultdict(list)
    for webhook in webhooks:
        path = webhook.url.partition("?")[0]
        by_path[path].append(webhook)
        if not _ROUTED.fullmatch(path):
            yield (
                f"{path}, which {webhook.event} goes to, has no route: the url of a webhook is /webhooks/ "
                'and a name of letters, digits and hyphens, and variables are behind a "?".'
            )
    for path, there in by_path.items():
        events = sorted({webhook.event for webhook in there})
        if len(events) > 1 and any(webhook.excludes_body for webhook in there):
            yield (
                f"{path} gets {' and '.join(events)}, and excludeBody takes away what tells them apart: "
                "give each event a url of its own."
            )


def _of_static(folder: Path) -> Iterator[str]:
    served = Assets(folder).files()
    for file in sorted(folder.iterdir()):
        if file.name in served:
            content = file.read_bytes()
            if len(content) > _LARGEST_ASSET:
                yield f"{file.name} is larger than the 4 MB that Lambda can answer with."
            for name in sorted(named_in(file.name, content) - served):
                yield f"{file.name} names ./{name}, which is not served."
        elif file.name.startswith("."):
            continue
        elif file.is_dir():
            yield f"{file.name} is a folder, and not served: let its files lie beside the others."
        elif file.suffix.lower() not in TYPES:
            yield f"{file.name} is not served: its type has to be named in connect_jira/web/assets.py."
        else:
            yield f"{file.name} is not served: its name has to be of letters, digits, hyphens and dots."


def main() -> None:
    """Say what does not fit together, and end with 1 if anything does not."""
    found = faults()
    for fault in found:
        click.echo(fault, err=True)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
