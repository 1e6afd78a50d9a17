"""Registration of reactions: the functions that handle events, each registered by a decorator.

reactions = Reactions()

@reactions.on("comment_created")
def note_comment(webhook: Webhook, site: Site) -> None:
    site.enqueue(count_comments, {"issue": webhook.payload["issue"]["key"]})

@reactions.work
def count_comments(arguments: dict[str, Any], site: Site) -> None: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connect_jira.app.site import Site
from connect_jira.events.webhook import Webhook

type Reaction = Callable[[Webhook, Site], None]
"""Called with the event, and the site that it happened on."""

type Work = Callable[[dict[str, Any], Site], None]
"""Called with the arguments given to `enqueue`, and the site."""


@dataclass(frozen=True, slots=True)
class _Registered:
    """A reaction, and whether it is idempotent."""

    function: Reaction
    is_idempotent: bool


class Reactions:
    """The reactions and the background work of an app.

    Args:
        others: routers whose reactions and work are included, such as those of other files

    Raises:
        ValueError: two of them have registered the same event or name
    """

    def __init__(self, *others: "Reactions") -> None:
        self._reactions: dict[str, _Registered] = {}
        self._work: dict[str, Work] = {}
        for other in others:
            for event, registered in other._reactions.items():  # noqa: SLF001 - one of its own kind
                self._register(event, registered)
            for work in other._work.values():  # noqa: SLF001 - likewise
                self.work(work)

    def on(self, event: str, *, idempotent: bool = True) -> Callable[[Reaction], Reaction]:
        """Register a reaction.

        Args:
            event: such as `jira:issue_created`
            idempotent: True if it is idempotent. If not, it is started once: if it fails or is cut off, its
                message goes to the dead-letter queue for somebody to look at

        Raises:
            ValueError: the event has a reaction already
        """

        def register(reaction: Reaction) -> Reaction:
            self._register(event, _Registered(reaction, idempotent))
            return reaction

        return register

    def work(self, function: Work) -> Work:
        """Register a function for `Site.enqueue`; its name is stored in the message.

        Raises:
            ValueError: another function of this name is registered
        """
        name = _name(function)
        if self._work.setdefault(name, function) is not function:
            raise ValueError(
                f"another function is registered as the work {name}: give one of them another name"
            )
        return function

    def to(self, event: str) -> Reaction | None:
        """Return the reaction to an event, None if there is none."""
        registered = self._reactions.get(event)
        return registered.function if registered else None

    def is_idempotent(self, event: str) -> bool:
        """Return whether the reaction to an event is idempotent."""
        registered = self._reactions.get(event)
        return registered is None or registered.is_idempotent

    def work_named(self, name: str) -> Work | None:
        """Return the work registered under a name, None if there is none."""
        return self._work.get(name)

    def name_of(self, function: Work) -> str:
        """Return the name that work is registered under.

        Raises:
            ValueError: it is not registered
        """
        name = _name(function)
        if self._work.get(name) is not function:
            raise ValueError(f"{name} is not registered as work: write @reactions.work above it")
        return name

    def _register(self, event: str, registered: _Registered) -> None:
        before = self._reactions.setdefault(event, registered)
        if before is not registered:
            names = f"{_name(before.function)} and {_name(registered.function)}"
            raise ValueError(f"{event} has two reactions, {names}: let one of them call or enqueue the other")


def _name(function: Callable[..., object]) -> str:
    return getattr(function, "__name__", repr(function))
