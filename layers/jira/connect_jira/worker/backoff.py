"""Tenant back-off: sites that are to be left alone, and until when.

- A quota lasts until Jira says. A burst lasts for seconds, and what counts as one is a single endpoint; yet a
  worker that sits out short waits for one message after the other keeps all other sites waiting. So the rest
  of the site's messages are left alone for as long as the client would have waited for each.
- What is the site's own trouble, such as no answer, every other message would meet, too: see
  `connect_jira.worker.troubles`.
- A site that has disabled the app takes nothing until it has enabled it.

Limits are known to one process only: each one finds it out with a single call, which costs less than asking a
table about every message.
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


class Pauses:
    """Which sites to leave alone.

    Attributes:
        troubles: which are in trouble
        is_disabled: whether one has disabled the app

    Args:
        troubles: which are in trouble
        is_disabled: whether one has disabled the app
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
        """Remember what a call has met, where other calls would meet it, too.

        That is a 429 that stands for more than one issue: for an endpoint, a site, or the app, and for the
        site where Jira does not say. And it is what is the site's own trouble, which a plain 500 is not.
        Any other answer ends the trouble.
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
        """How long a site's limit is still to be kept to; 0 when there is none."""
        until = max(self._until.get(client_key, 0.0), self._until.get(_ALL_SITES, 0.0))
        return max(until - self._clock(), 0.0)


def _is_sites_own(error: JiraError) -> bool:
    """Whether an error is the site's own trouble, and not that of what was asked."""
    return error.pauses_site or isinstance(error, JiraUnreachable) or error.status in _OF_THE_SITE
