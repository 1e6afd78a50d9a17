"""Forge's system tokens at rest: each under its own data key, which KMS opens for one installation only.

KMS encrypts at most 4096 bytes, and a token's length has no limit; hence the data key. The stored value is
the encrypted data key, preceded by its length in two bytes, then a nonce and the token under AES-256-GCM.
`cryptography` does that; it is slow to load, and useless to sites that use Connect.
"""

import os
import time
from collections.abc import Callable

from cachetools import TTLCache, cachedmethod

from connect_jira.errors import SecretDoesNotOpen
from connect_jira.installations.secrets_key import SecretsKey

OPENED_SECONDS = 5 * 60
"""Time that an opened token is cached; shorter than a shared secret's, since it may expire within an hour."""

_LENGTH_BYTES, _NONCE_BYTES = 2, 12


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
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

        data_key, sealed_key = self._key.new_data_key(installation_id)
        nonce = os.urandom(_NONCE_BYTES)
        content = AESGCM(data_key).encrypt(nonce, token.encode(), None)
        return len(sealed_key).to_bytes(_LENGTH_BYTES) + sealed_key + nonce + content

    @cachedmethod(lambda self: self._opened)
    def open(self, installation_id: str, sealed: bytes) -> str:
        """Decrypt an installation's token, unless it is in memory.

        Raises:
            SecretDoesNotOpen: it was not sealed for this app and installation
            TemporarilyUnavailable: KMS did not answer
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - likewise

        key_ends = _LENGTH_BYTES + int.from_bytes(sealed[:_LENGTH_BYTES])
        nonce_ends = key_ends + _NONCE_BYTES
        data_key = self._key.decrypt(installation_id, sealed[_LENGTH_BYTES:key_ends])
        try:
            token = AESGCM(data_key).decrypt(sealed[key_ends:nonce_ends], sealed[nonce_ends:], None)
        except InvalidTag as failure:
            raise SecretDoesNotOpen from failure
        return token.decode()
