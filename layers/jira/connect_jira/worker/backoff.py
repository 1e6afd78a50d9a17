"""Tenant back-off: sites that get no calls for a while.

- A quota lasts until Jira says. A burst limit lasts for seconds, and for a single endpoint; yet a worker that
  waits a few seconds for each message keeps all other sites waiting. So the site's other messages are
  postponed by the delay that the client would have waited for each.
- Trouble of the whole site, such as no response, would hit every other message, too: see
  `connect_jira.worker.troubles`.
- A site that has disabled the app gets no calls until it enables it again.

Limits are known to one process only: each process learns them by a single call, which costs less than a table
lookup for every message.
"""

import time
from collections.abc import Callable
from http import HTTPStatus

from cachetools import TLRUCache

from connect_jira.jira.errors import JiraError, JiraUnreachable
from connect_jira.jira.rate_limits import LimitScope, read_rate_limit
from connect_jira.jira.response import JiraResponse
from connect_jira.jira.retries import LONGEST_WAIT_SECONDS
from connect_jira.worker.troubles import Troubles
from connect_jwt.identity import ClientKey

_MOST_SITES = 10_000
_ALL_SITES = ClientKey("*")
_UNTIL_JIRA_SAYS_MORE_SECONDS = 60.0
_OF_THE_SITE = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


class TenantBackoff:
    """Sites that get no calls for now.

    Attributes:
        troubles: records of sites in trouble
        is_disabled: returns whether a site has disabled the app

    Args:
        troubles: records of sites in trouble
        is_disabled: returns whether a site has disabled the app
        clock: Unix seconds
    """

    def __init__(
        self,
        troubles: Troubles,
        *,
        is_disabled: Callable[[ClientKey], bool] = lambda _client_key: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.troubles = troubles
        self.is_disabled = is_disabled
        self._clock = clock
        self._until: TLRUCache[ClientKey, float] = TLRUCache(
            maxsize=_MOST_SITES, ttu=lambda _client_key, until, _now: until, timer=clock
        )

    def note(self, client_key: ClientKey, outcome: JiraResponse | JiraError) -> None:
        """Record a call's outcome, if other calls to the site would meet the same.

        That is a 429 for more than one issue (an endpoint, a site or the app), which counts for the site if
        Jira gives no scope. It is also trouble of the whole site, which a plain 500 is not. Any other
        response ends the trouble.
        """
        limit = read_rate_limit(outcome.status, outcome.headers, now=self._clock())
        if isinstance(outcome, JiraError) and _is_sites_own(outcome):
            self.troubles.note_failure(client_key, outcome, told=limit.retry_after or 0.0)
            return
        self.troubles.note_answer(client_key)
        if limit.scope not in {None, LimitScope.ISSUE}:
            paused = _ALL_SITES if limit.scope is LimitScope.APP else client_key
            if limit.scope is LimitScope.ENDPOINT:
                wait = LONGEST_WAIT_SECONDS
            else:
                wait = _UNTIL_JIRA_SAYS_MORE_SECONDS if limit.retry_after is None else limit.retry_after
            self._until[paused] = max(self._clock() + wait, self._until.get(paused, 0.0))

    def seconds_left(self, client_key: ClientKey) -> float:
        """Return the seconds until a site's limit ends; 0 if there is none."""
        until = max(self._until.get(client_key, 0.0), self._until.get(_ALL_SITES, 0.0))
        return max(until - self._clock(), 0.0)


def _is_sites_own(error: JiraError) -> bool:
    """Return whether an error is trouble of the whole site, not of one request."""
    return error.pauses_site or isinstance(error, JiraUnreachable) or error.status in _OF_THE_SITE
