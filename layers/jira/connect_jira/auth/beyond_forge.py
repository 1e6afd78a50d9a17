"""Calls of a site that Forge's token has no scope for, while Connect's JWT may still make them.

A site that has the app by both is called with Forge's token. The scopes of the two are not the same.
"""

import time
from collections.abc import Callable

from cachetools import LRUCache, TTLCache

from connect_jwt.identity import ClientKey

REMEMBERED_SECONDS = 3600

CONNECT_ALONE = frozenset({"POST /rest/api/3/permissions/check"})
"""What Jira does for nobody but a Connect app: no scope of Forge's token lets it ask about others.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/
"""


class BeyondForge:
    """What one process knows of such calls.

    Args:
        clock: Unix seconds
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._calls: TTLCache[tuple[ClientKey, str], bool] = TTLCache(
            maxsize=10_000, ttl=REMEMBERED_SECONDS, timer=clock
        )
        self._refused: LRUCache[ClientKey, bytes] = LRUCache(maxsize=1000)

    def add(self, client_key: ClientKey, call: str, sealed_secret: bytes) -> bool:
        """Remember that Forge's token has no scope for a call; whether Connect's JWT may be tried.

        Args:
            client_key: the site
            call: method and path
            sealed_secret: what the JWT is signed with
        """
        if self._refused.get(client_key) == sealed_secret:
            return False
        self._calls[client_key, call] = True
        return True

    def includes(self, client_key: ClientKey, call: str, sealed_secret: bytes) -> bool:
        """Whether a call is to be made by Connect's JWT."""
        is_beyond = call in CONNECT_ALONE or (client_key, call) in self._calls
        return is_beyond and self._refused.get(client_key) != sealed_secret

    def refused(self, client_key: ClientKey, sealed_secret: bytes) -> None:
        """Jira does not take Connect's JWT from this site, until it is signed with another secret."""
        self._refused[client_key] = sealed_secret
