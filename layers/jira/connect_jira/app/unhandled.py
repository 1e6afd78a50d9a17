"""Messages that no function handles: logged with the lines that would handle them.

The names of a payload's members are told, never their values.
"""

import re
from collections.abc import Iterator, Mapping

from aws_lambda_powertools import Logger

from connect_jira.events.app_work import AppWork
from connect_jira.events.hook_call import HookCall
from connect_jira.events.webhook import Webhook

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}", re.ASCII)
_NO_NAME = re.compile(r"\W+", re.ASCII)
_DEEPEST = 3
_MOST_NAMES = 40

logger = Logger(child=True)


class Unhandled:
    """Logs messages that no function handles; the lines to write once for each process and kind."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def webhook(self, webhook: Webhook) -> None:
        """Log an event without a reaction."""
        lines = (
            f'@reactions.on("{webhook.event}")',
            f"def {_identifier(webhook.event)}(event: Event, site: Site) -> None:",
            f"    ...  # event.signed_query: {_names(webhook.signed_query)}",
            f"    # event.unsigned_payload: {_names(webhook.payload)}",
        )
        logger.warning(
            "Webhook skipped: no reaction registered", extra=self._once(f"on {webhook.event}", lines)
        )

    def hook(self, call: HookCall) -> None:
        """Log a hook without a function; most apps need none."""
        lines = (f"@reactions.{call.hook}", f"def {call.hook}(site: Site) -> None:", "    ...")
        logger.info("Hook skipped: no function registered", extra=self._once(call.hook, lines))

    def work(self, work: AppWork) -> None:
        """Log work without a function."""
        lines = (
            "@reactions.work",
            f"def {_identifier(work.name)}(arguments: dict[str, Any], site: Site) -> None:",
            f"    ...  # arguments: {_names(work.arguments)}",
        )
        logger.warning("No function registered for this work", extra=self._once(f"work {work.name}", lines))

    def _once(self, key: str, lines: tuple[str, ...]) -> dict[str, str]:
        if key in self._told:
            return {}
        self._told.add(key)
        return {"write": "\n".join(lines)}


def _identifier(name: str) -> str:
    return _NO_NAME.sub("_", name.removeprefix("jira:")).strip("_")


def _names(members: Mapping[str, object]) -> str:
    found = list(_paths(members, depth=1))
    more = ", …" if len(found) > _MOST_NAMES else ""
    return ", ".join(found[:_MOST_NAMES]) + more if found else "nothing"


def _paths(members: Mapping[str, object], *, depth: int) -> Iterator[str]:
    for name, value in members.items():
        if not _NAME.fullmatch(name):
            continue
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from (f"{name}.{path}" for path in _paths(value, depth=depth + 1))
        else:
            yield name
