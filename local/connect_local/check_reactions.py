"""Consistency check of an app's reactions: with what the descriptor has sent, and with each other."""

import importlib
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from connect_jira.app.reactions import Reactions
from connect_tools.descriptor import WebhookModule
from connect_tools.project import PROJECT, import_project
from connect_tools.registrations import OWN_FOLDERS, enqueued_by_name

_OF_FORGE = "avi:"
"""Events that Forge sends under names of its own need no webhook."""


def of_reactions(reactions: Reactions | None, webhooks: Sequence[WebhookModule]) -> list[str]:
    """Return the faults.

    Args:
        reactions: of the app; None for those of functions/jira_calls
        webhooks: of its descriptor
    """
    try:
        own = _own_reactions() if reactions is None else reactions
    except Exception as broken:  # noqa: BLE001 - it is the owner's code, which raises anything
        why = f"{type(broken).__name__}: {broken}"
        return [f"functions/jira_calls/reactions.py cannot be loaded: {why}."]
    return [*_of_webhooks(own, webhooks), *_of_names(own)]


def _own_reactions() -> Reactions:
    import_project()
    reactions = importlib.import_module("functions.jira_calls.reactions").reactions
    if not isinstance(reactions, Reactions):
        raise TypeError("its reactions are no Reactions")
    return reactions


def _of_webhooks(reactions: Reactions, webhooks: Sequence[WebhookModule]) -> Iterator[str]:
    sent = {webhook.event: webhook for webhook in webhooks}
    for event in sorted(sent.keys() - reactions.events):
        yield (
            f"functions/jira_calls: {event} comes by a webhook, and nothing handles it: write "
            f'@reactions.on("{event}") above a function, or remove the webhook from the descriptor.'
        )
    for event in sorted(reactions.events - sent.keys()):
        if not event.startswith(_OF_FORGE):
            path = f"/webhooks/{event.removeprefix('jira:')}"
            yield (
                f"functions/jira_calls: a reaction handles {event}, which the descriptor does not send: add "
                f'{{"event": "{event}", "url": "{path}"}} to its modules.webhooks.'
            )
    for event in sorted(reactions.events & sent.keys()):
        by_field = sorted(reaction.name for reaction in reactions.all_to(event) if reaction.changed)
        if by_field and sent[event].excludes_body:
            yield (
                f"functions/jira_calls: {by_field[0]} is for {event} when a field has changed, which the "
                "body alone says: remove excludeBody from the webhook."
            )


def _of_names(reactions: Reactions) -> Iterator[str]:
    for named in enqueued_by_name(OWN_FOLDERS):
        if reactions.work_named(named.name) is None:
            where, meant = f"{_shown(named.file)}:{named.line}", _meant(named.name, reactions)
            yield f"{where}: nobody has registered the work {named.name}{meant}."


def _meant(name: str, reactions: Reactions) -> str:
    alike = get_close_matches(name, reactions.work_names, n=1)
    return f": is it {alike[0]}" if alike else ": write @reactions.work above its function"


def _shown(file: Path) -> str:
    return str(file.relative_to(PROJECT) if file.is_relative_to(PROJECT) else file)
