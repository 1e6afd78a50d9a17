"""The site that something has happened on, as what reacts to it works with it."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connect_jira.events.app_work import AppWork
from connect_jira.jira.client import JiraClient
from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueuing:
    """What the work at hand passes on to the work that it asks for.

    Attributes:
        name_of: under which name a function is registered as work
        send: puts work on the queue
        cause: tells the work at hand from all other
        depth: its generation; 0 for what has happened
    """

    name_of: Callable[[Callable[..., None]], str]
    send: Callable[[AppWork], None]
    cause: str
    depth: int


class Site:
    """One site, for as long as one message of its is worked off.

    Attributes:
        key: the site's identity
        jira: calls it

    Args:
        key: the site's identity
        jira: calls it
        enqueuing: what `enqueue` needs
    """

    def __init__(self, key: ClientKey, jira: JiraClient, enqueuing: Enqueuing) -> None:
        self.key = key
        self.jira = jira
        self._enqueuing = enqueuing
        self._asked: Counter[tuple[str, str]] = Counter()

    def enqueue(
        self,
        function: Callable[[dict[str, Any], "Site"], None],
        arguments: Mapping[str, Any],
        *,
        repeatable: bool = True,
    ) -> None:
        """Have a function called with these arguments, for this site, by a message of its own.

        It has a record and retries of its own. When what asks for it is begun again, and asks for the same,
        it is still called once.

        Args:
            function: registered by `@reactions.work`
            arguments: anything that JSON can say
            repeatable: whether doing it twice comes to the same as doing it once, as for `Reactions.on`

        Raises:
            ValueError: the function is not registered
            TypeError: JSON cannot say the arguments
            TemporarilyUnavailable: SQS, or S3 for a large message, gave no answer
        """
        name = self._enqueuing.name_of(function)
        same = (name, json.dumps(arguments, sort_keys=True))
        self._enqueuing.send(
            AppWork(
                client_key=self.key,
                name=name,
                arguments=dict(arguments),
                cause=self._enqueuing.cause,
                number=self._asked[same],
                depth=self._enqueuing.depth + 1,
                may_be_repeated=repeatable,
            )
        )
        self._asked[same] += 1
