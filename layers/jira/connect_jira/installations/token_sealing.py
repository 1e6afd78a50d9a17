"""Forge's system tokens at rest: each under its own data key, which KMS opens for one installation only."""

import time
from collections.abc import Callable

from cachetools import TTLCache, cachedmethod

from connect_jira.installations.envelopes import open_envelope, seal_envelope
from connect_jira.installations.secrets_key import SecretsKey

OPENED_SECONDS = 5 * 60
"""Time that an opened token is cached; shorter than a shared secret's, since it may expire within an hour."""


class TokenSealer:
    """Encrypts and decrypts the system tokens of one app.

    IAM: `kms:GenerateDataKey` to seal and `kms:Decrypt` to open, as in
    `connect_jira.installations.secrets_key`.

    Args:
        key: of the app
        clock: monotonic, in seconds
    """

    def __init__(self, key: SecretsKey, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = key
        self._opened: TTLCache[tuple[str, bytes], str] = TTLCache(
            maxsize=1000, ttl=OPENED_SECONDS, timer=clock
        )

    def seal(self, installation_id: str, token: str) -> bytes:
        """Encrypt an installation's token.

        Raises:
            TemporarilyUnavailable: KMS did not answer
        """
        return seal_envelope(self._key, {"clientKey": installation_id}, token.encode())

    @cachedmethod(lambda self: self._opened)
    def open(self, installation_id: str, sealed: bytes) -> str:
        """Decrypt an installation's token, unless it is in memory.

        Raises:
            SecretDoesNotOpen: it was not sealed for this app and installation
            TemporarilyUnavailable: KMS did not answer
        """
        return open_envelope(self._key, {"clientKey": installation_id}, sealed).decode()
