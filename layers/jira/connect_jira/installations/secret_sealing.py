"""Shared secrets at rest: encrypted for one app and one site.

Stored secrets are decrypted nowhere else.

Opened secrets are cached longer than rows, and that makes nothing staler: the cache's key is site and
ciphertext, and the row decides which ciphertext counts. Trade-off: a memory dump holds the secrets used in
the last hour, and disabling the key takes up to an hour to stop a process.
"""

import time
from collections.abc import Callable

from cachetools import TTLCache, cachedmethod

from connect_jira.installations.secrets_key import SecretsKey
from connect_jwt.identity import ClientKey, SharedSecret

OPENED_SECONDS = 3600
"""Time that an opened secret is cached in memory."""

OPENED_AT_MOST = 10_000
"""Size of the cache; each entry takes less than a kilobyte."""

MAX_SECRET_BYTES = 1024
"""Well below the 4096 bytes that KMS encrypts directly."""


class Sealer:
    """Encrypts and decrypts the secrets of sites.

    IAM: `kms:Encrypt` to seal and `kms:Decrypt` to open, as in `connect_jira.installations.secrets_key`.

    Args:
        key: of the app
        clock: monotonic, in seconds
    """

    def __init__(self, key: SecretsKey, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = key
        self._opened: TTLCache[tuple[ClientKey, bytes], SharedSecret] = TTLCache(
            maxsize=OPENED_AT_MOST, ttl=OPENED_SECONDS, timer=clock
        )

    def seal(self, client_key: ClientKey, secret: SharedSecret) -> bytes:
        """Encrypt a site's secret.

        Raises:
            TemporarilyUnavailable: KMS did not answer
        """
        return self._key.encrypt({"clientKey": client_key}, secret.key_bytes())

    @cachedmethod(lambda self: self._opened)
    def open(self, client_key: ClientKey, sealed: bytes) -> SharedSecret:
        """Decrypt a site's secret, unless it is in memory.

        Raises:
            SecretDoesNotOpen: it was not sealed for this app and site
            TemporarilyUnavailable: KMS did not answer
        """
        return SharedSecret(self._key.decrypt({"clientKey": client_key}, sealed).decode())
