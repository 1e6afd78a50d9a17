"""Calls that Forge's token has no scope for, and that Connect's JWT may still make.

A site that uses both is called with Forge's token, whose scopes differ from Connect's.
"""

import time
from collections.abc import Callable

from cachetools import LRUCache, TTLCache

from connect_jwt.identity import ClientKey

REMEMBERED_SECONDS = 3600

CONNECT_ALONE = frozenset({"POST /rest/api/3/permissions/check"})
"""Calls that Jira allows Connect apps only: no scope lets a Forge token ask about other users.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""


class ConnectFallback:
    """Such calls, as far as one process knows.

    Args:
        clock: Unix seconds
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._calls: TTLCache[tuple[ClientKey, str], bool] = TTLCache(
            maxsize=10_000, ttl=REMEMBERED_SECONDS, timer=clock
        )
        self._refused: LRUCache[ClientKey, bytes] = LRUCache(maxsize=1000)

    def add(self, client_key: ClientKey, call: str, sealed_secret: bytes) -> bool:
        """Record that Forge's token has no scope for a call; return whether Connect's JWT may be tried.

        Args:
            client_key: the site
            call: method and path
            sealed_secret: the JWT's secret, sealed
        """
        if self._refused.get(client_key) == sealed_secret:
            return False
        self._calls[client_key, call] = True
        return True

    def includes(self, client_key: ClientKey, call: str, sealed_secret: bytes) -> bool:
        """Return whether a call is to be made with Connect's JWT."""
        is_beyond = call in CONNECT_ALONE or (client_key, call) in self._calls
        return is_beyond and self._refused.get(client_key) != sealed_secret

    def refused(self, client_key: ClientKey, sealed_secret: bytes) -> None:
        """Record that Jira refuses this site's Connect JWT, until another secret signs it."""
        self._refused[client_key] = sealed_secret
