"""Refused installs that may be genuine, counted for an alarm.

Jira sends an install once, so the first one that is wrongly refused has to be noticed. Most refused ones are
made up, and only Atlassian can make its signature. So an install counts if Atlassian has signed it, or if all
of it is right and no key host knows its key: Atlassian's ids have had another form before.

With an effort others can make two of these: one with an unknown id of a genuine length, and one that
Atlassian has signed for an app of their own.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connect_jira.errors import EventOutdated, InstalledElsewhere
from connect_jira.metrics import count
from connect_jira.token_bucket import TokenBucket
from connect_jira.web.request import GatewayRequest
from connect_jwt.errors import ConnectError, KeyHostUnavailable, Reason, TokenRefused
from connect_jwt.tokens import UnverifiedToken
from connect_jwt.verifying import InstallKeySource

MIN_KEY_ID_LENGTH = 16
"""Minimum length of a genuine key id: Atlassian's have 36 and more, its scanner's `fake-kid` has 8."""

KEYS_AT_ONCE, KEYS_PER_SECOND = 2.0, 1 / 30
"""Token bucket, per process, of keys that are fetched only to check the signature of a refused install."""


class RefusedInstalls:
    """Counts refused installs that may be genuine.

    Args:
        keys: Atlassian's public keys
        clock: Unix seconds
    """

    def __init__(self, keys: InstallKeySource, *, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock
        self._allowance = TokenBucket(KEYS_AT_ONCE, KEYS_PER_SECOND, refilled_at=clock())

    @contextmanager
    def counted(self, request: GatewayRequest) -> Iterator[None]:
        """Count the install if it is refused within the context, and may be genuine.

        An older one than the last is not counted, nor one into another product. If a key host does not
        answer, that is counted elsewhere.
        """
        token = _token(request)
        if token is not None and self._is_known_to_be_unknown(token):
            token = None
        try:
            yield
        except (EventOutdated, InstalledElsewhere, KeyHostUnavailable):
            raise
        except ConnectError as refused:
            if token and (refused.reason == Reason.KID_UNKNOWN or self._is_signed(token)):
                count("InstallRefused", service="all")
            raise

    def _is_known_to_be_unknown(self, token: UnverifiedToken) -> bool:
        """Return whether the key was looked for a moment ago: then nothing else of the token is checked."""
        try:
            self._keys.known(token.header["kid"])
        except TokenRefused:
            return True
        return False

    def _is_signed(self, token: UnverifiedToken) -> bool:
        kid = token.header["kid"]
        try:
            key = self._keys.known(kid)
            if key is None and self._allowance.take(self._clock()):
                key = self._keys.public_key(kid)
        except ConnectError:
            return False
        return key is not None and token.is_signed_by(key)


def _token(request: GatewayRequest) -> UnverifiedToken | None:
    """Return the token, if it is of the kind that Atlassian signs installs with."""
    try:
        token = request.token
        token.check_header("RS256")
    except TokenRefused:
        return None
    kid = token.header.get("kid")
    return token if isinstance(kid, str) and len(kid) >= MIN_KEY_ID_LENGTH else None
