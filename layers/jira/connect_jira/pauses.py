"""Sites that have used up what Jira grants them, and until when they are left alone.

A quota lasts until Jira says. A burst lasts for seconds, and what counts as one is a single endpoint; yet a
worker that sits out short waits for one message after the other keeps all other sites waiting. So the rest of
the site's messages are left alone for as long as the client would have waited for each.

Known to one process only: each one finds it out with a single call, which costs less than asking a table
about every message.
"""

import time
from collections.abc import Callable

from cachetools import TLRUCache

from connect_jira.jira_errors import JiraError
from connect_jira.rate_limits import LimitScope, read_rate_limit
from connect_jira.retries import LONGEST_WAIT_SECONDS
from connect_jwt.identity import ClientKey

_ALL_SITES = ClientKey("*")
_UNTIL_JIRA_SAYS_MORE_SECONDS = 60.0


class Pauses:
    """Which sites to leave alone.

    Args:
        clock: Unix seconds
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._until: TLRUCache[ClientKey, float] = TLRUCache(
            maxsize=10_000, ttu=lambda _client_key, until, _now: until, timer=clock
        )

    def note(self, client_key: ClientKey, error: JiraError) -> None:
        """Remember an error that other calls would meet, too.

        That is a 429 that stands for more than one issue: for an endpoint, a site, or the app, and for the
        site where Jira does not say. And it is what is the site's own trouble.
        """
        limit = read_rate_limit(error.status, error.headers, now=self._clock())
        if limit.scope is LimitScope.ISSUE or (limit.scope is None and not error.pauses_site):
            return
        paused = _ALL_SITES if limit.scope is LimitScope.APP else client_key
        if limit.scope is not LimitScope.ENDPOINT:
            wait = _UNTIL_JIRA_SAYS_MORE_SECONDS if limit.retry_after is None else limit.retry_after
        else:
            wait = LONGEST_WAIT_SECONDS
        self._until[paused] = max(self._clock() + wait, self._until.get(paused, 0.0))

    def seconds_left(self, client_key: ClientKey) -> float:
        """How long a site is still to be left alone; 0 when it is not."""
        until = max(self._until.get(client_key, 0.0), self._until.get(_ALL_SITES, 0.0))
        return max(until - self._clock(), 0.0)
