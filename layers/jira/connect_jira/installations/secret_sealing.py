"""Shared secrets at rest: sealed for one app and one site.

This is the only place where a stored secret becomes readable.

Opened secrets are kept longer than rows are, and that makes nothing staler: they are found by site and
ciphertext, and which ciphertext counts is the row's to say. What it gives up: a dump of the memory holds the
sites of an hour, and disabling the key takes up to an hour to stop a process.
"""

import time
from collections.abc import Callable

from cachetools import TTLCache, cachedmethod

from connect_jira.installations.secrets_key import SecretsKey
from connect_jwt.identity import ClientKey, SharedSecret

OPENED_SECONDS = 3600
"""How long an opened secret is kept in memory."""

OPENED_AT_MOST = 10_000
"""How many are; each takes less than a kilobyte."""

MAX_SECRET_BYTES = 1024
"""Well below the 4096 bytes that KMS encrypts directly."""


class Sealer:
    """Seals and opens the secrets of sites.

    IAM: `kms:Encrypt` to seal and `kms:Decrypt` to open, as in `connect_jira.installations.secrets_key`.

    Args:
        key: the app's
        clock: seconds that only go up
    """

    def __init__(self, key: SecretsKey, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = key
        self._opened: TTLCache[tuple[ClientKey, bytes], SharedSecret] = TTLCache(
            maxsize=OPENED_AT_MOST, ttl=OPENED_SECONDS, timer=clock
        )

    def seal(self, client_key: ClientKey, secret: SharedSecret) -> bytes:
        """Encrypt a site's secret.

        Raises:
            TemporarilyUnavailable: KMS gave no answer
        """
        return self._key.encrypt(client_key, secret.key_bytes())

    @cachedmethod(lambda self: self._opened)
    def open(self, client_key: ClientKey, sealed: bytes) -> SharedSecret:
        """Decrypt a site's secret, unless it is in memory.

        Raises:
            SecretDoesNotOpen: it was not sealed for this app and site
            TemporarilyUnavailable: KMS gave no answer
        """
        return SharedSecret(self._key.decrypt(client_key, sealed).decode())
