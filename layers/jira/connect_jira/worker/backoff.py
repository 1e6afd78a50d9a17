"""Tenant back-off: sites that are to be left alone, and until when.

- A quota lasts until Jira says. A burst lasts for seconds, and what counts as one is a single endpoint; yet a
  worker that sits out short waits for one message after the other keeps all other sites waiting. So the rest
  of the site's messages are left alone for as long as the client would have waited for each.
- What is the site's own trouble, such as no answer, every other message would meet, too. The site is left
  alone for ever longer, and in between one message finds out whether it is over.
- A site that has disabled the app takes nothing until it has enabled it.

Known to one process only: each one finds it out with a single call, which costs less than asking a table
about every message.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from cachetools import LRUCache, TLRUCache

from connect_jira.jira.errors import JiraError, JiraUnreachable
from connect_jira.jira.rate_limits import LimitScope, read_rate_limit
from connect_jira.jira.retries import LONGEST_WAIT_SECONDS
from connect_jwt.identity import ClientKey

LONGEST_TROUBLE_SECONDS = 15 * 60.0

_MOST_SITES = 10_000
_ALL_SITES = ClientKey("*")
_UNTIL_JIRA_SAYS_MORE_SECONDS = 60.0
_FIRST_TROUBLE_SECONDS = 1.0
_LASTING_FAILURES = 8
_OF_THE_SITE = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a site has met each call with, lately.

    Attributes:
        error: the last
        failures: how many there were, with no success in between
        until: when the next message may find out whether it is over, in Unix seconds
    """

    error: JiraError
    failures: int
    until: float

    @property
    def is_lasting(self) -> bool:
        """Whether it is more than a moment's: for minutes, by now."""
        return self.failures >= _LASTING_FAILURES


class Pauses:
    """Which sites to leave alone.

    Args:
        is_disabled: whether a site has disabled the app
        clock: Unix seconds
    """

    def __init__(
        self,
        *,
        is_disabled: Callable[[ClientKey], bool] = lambda _client_key: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self.is_disabled = is_disabled
        self._until: TLRUCache[ClientKey, float] = TLRUCache(
            maxsize=_MOST_SITES, ttu=lambda _client_key, until, _now: until, timer=clock
        )
        self._troubles: LRUCache[ClientKey, Trouble] = LRUCache(maxsize=_MOST_SITES)

    def note(self, client_key: ClientKey, error: JiraError) -> None:
        """Remember an error that other calls would meet, too.

        That is a 429 that stands for more than one issue: for an endpoint, a site, or the app, and for the
        site where Jira does not say. And it is what is the site's own trouble, which a plain 500 is not.
        """
        limit = read_rate_limit(error.status, error.headers, now=self._clock())
        if is_sites_own(error):
            self._note_trouble(client_key, error, limit.retry_after or 0.0)
        elif limit.scope not in {None, LimitScope.ISSUE}:
            paused = _ALL_SITES if limit.scope is LimitScope.APP else client_key
            if limit.scope is LimitScope.ENDPOINT:
                wait = LONGEST_WAIT_SECONDS
            else:
                wait = _UNTIL_JIRA_SAYS_MORE_SECONDS if limit.retry_after is None else limit.retry_after
            self._until[paused] = max(self._clock() + wait, self._until.get(paused, 0.0))

    def note_success(self, client_key: ClientKey) -> None:
        """Jira has done something for a site: whatever its trouble was, it is over."""
        self._troubles.pop(client_key, None)

    def seconds_left(self, client_key: ClientKey) -> float:
        """How long a site is still to be left alone, unless it has disabled the app; 0 when it is not."""
        trouble = self._troubles.get(client_key)
        until = max(
            self._until.get(client_key, 0.0),
            self._until.get(_ALL_SITES, 0.0),
            trouble.until if trouble else 0.0,
        )
        return max(until - self._clock(), 0.0)

    def trouble(self, client_key: ClientKey) -> Trouble | None:
        """A site's trouble, as far as it is known not to be over."""
        return self._troubles.get(client_key)

    def _note_trouble(self, client_key: ClientKey, error: JiraError, told: float) -> None:
        before = self._troubles.get(client_key)
        failures = before.failures + 1 if before else 1
        wait = max(_FIRST_TROUBLE_SECONDS * 2.0 ** (failures - 1), told)
        until = self._clock() + min(wait, LONGEST_TROUBLE_SECONDS)
        self._troubles[client_key] = Trouble(error, failures, until)


def is_sites_own(error: JiraError) -> bool:
    """Whether an error is the site's own trouble, and not that of what was asked."""
    return error.pauses_site or isinstance(error, JiraUnreachable) or error.status in _OF_THE_SITE
