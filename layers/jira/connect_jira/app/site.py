"""The site that an event happened on, as reactions use it."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connect_jira.data.site_data import SiteData
from connect_jira.data.site_secrets import SiteSecrets
from connect_jira.data.storage import Kept
from connect_jira.errors import SiteUninstalled
from connect_jira.events.app_work import AppWork
from connect_jira.jira.client import JiraClient
from connect_jwt.identity import ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueuing:
    """Data of the current message that the messages it enqueues need.

    Attributes:
        name_of: returns the registered name of a function; it may be given by that name
        send: puts work on the queue
        cause: identifies the current message
        depth: number of enqueuing steps since the event; 0 for the event itself
    """

    name_of: Callable[[Callable[..., None] | str], str]
    send: Callable[[AppWork], None]
    cause: str
    depth: int


def work_name(function: Callable[..., object] | str) -> str:
    """Return the name by which a message names a function."""
    return function if isinstance(function, str) else getattr(function, "__name__", repr(function))


class Site:
    """One site, while one of its messages is handled.

    Attributes:
        key: the site's identity
        seconds_left: returns the seconds until Lambda stops the function

    Args:
        key: the site's identity
        jira: the site's client; None once it has uninstalled the app
        kept: the app's data and secrets for the site
        enqueuing: for `enqueue`
        seconds_left: returns the seconds until Lambda stops the function
    """

    def __init__(
        self,
        key: ClientKey,
        jira: JiraClient | None,
        kept: Kept,
        enqueuing: Enqueuing,
        *,
        seconds_left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self.key = key
        self._jira = jira
        self._kept = kept
        self.seconds_left = seconds_left
        self._enqueuing = enqueuing
        self._asked: Counter[tuple[str, str]] = Counter()

    @property
    def jira(self) -> JiraClient:
        """The site's client.

        Raises:
            SiteUninstalled: the site has uninstalled the app
        """
        if self._jira is None:
            raise SiteUninstalled
        return self._jira

    @property
    def data(self) -> SiteData:
        """The app's data for the site."""
        return self._kept.data

    @property
    def secrets(self) -> SiteSecrets:
        """The same, sealed for the app, the site and the name."""
        return self._kept.secrets

    def enqueue(
        self,
        function: Callable[[dict[str, Any], "Site"], None] | str,
        arguments: Mapping[str, Any],
        *,
        idempotent: bool = True,
    ) -> None:
        """Enqueue a message that calls a function with these arguments, for this site.

        It has its own idempotency record and retries. If the current message is retried and enqueues the same
        again, the function is still called once.

        Args:
            function: registered by `@reactions.work`, or its name, such as in a page's function
            arguments: anything that JSON can hold
            idempotent: True if it is idempotent, as for `Reactions.on`

        Raises:
            ValueError: the function is not registered
            TypeError: JSON cannot hold the arguments
            TemporarilyUnavailable: SQS, or S3 for a large message, did not answer
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
                is_idempotent=idempotent,
            )
        )
        self._asked[same] += 1
