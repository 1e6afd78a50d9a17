"""Sites that have used up what Jira grants them for the hour, and until when they are left alone.

Known to one process only: each one finds it out with a single call, which costs less than asking a table
about every message.
"""

import time
from collections.abc import Callable

from cachetools import TLRUCache

from connect_jira.jira_errors import JiraRateLimited
from connect_jira.rate_limits import LimitScope, read_rate_limit
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

    def note(self, client_key: ClientKey, error: JiraRateLimited) -> None:
        """Remember a 429 that stands for a whole site, or for the app on all sites."""
        limit = read_rate_limit(error.headers, now=self._clock())
        if limit.scope and limit.scope.is_quota:
            paused = _ALL_SITES if limit.scope is LimitScope.APP else client_key
            wait = _UNTIL_JIRA_SAYS_MORE_SECONDS if limit.retry_after is None else limit.retry_after
            self._until[paused] = self._clock() + wait

    def seconds_left(self, client_key: ClientKey) -> float:
        """How long a site is still to be left alone; 0 when it is not."""
        until = max(self._until.get(client_key, 0.0), self._until.get(_ALL_SITES, 0.0))
        return max(until - self._clock(), 0.0)
