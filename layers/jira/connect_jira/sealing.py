"""Shared secrets at rest: encrypted by KMS for one app and one site.

The encryption context names both, so a sealed secret that is copied into another site's row does not open.
This is the only place where a stored secret becomes readable.

Opened secrets are kept longer than rows are, and that makes nothing staler: they are found by site and
ciphertext, and which ciphertext counts is the row's to say. What it gives up: a dump of the memory holds the
sites of an hour, and disabling the key takes up to an hour to stop a process.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from cachetools import TTLCache

from connect_jira.aws import aws_errors
from connect_jira.errors import SecretDoesNotOpen
from connect_jwt.identity import AppKey, ClientKey, SharedSecret

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

OPENED_SECONDS = 3600
"""How long an opened secret is kept in memory."""

OPENED_AT_MOST = 10_000
"""How many are; each takes less than a kilobyte."""

MAX_SECRET_BYTES = 1024
"""Well below the 4096 bytes that KMS encrypts directly."""


class Sealer:
    """Seals and opens the secrets of one app.

    IAM: `kms:Encrypt` to seal and `kms:Decrypt` to open, on the key, with an encryption context of `appKey`
    and `clientKey`.

    Args:
        kms: the client
        key_id: the key's id or ARN
        app_key: the app whose secrets these are
        clock: seconds that only go up
    """

    def __init__(
        self, kms: "KMSClient", *, key_id: str, app_key: AppKey, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kms = kms
        self._key_id = key_id
        self._app_key = app_key
        self._opened: TTLCache[tuple[ClientKey, bytes], SharedSecret] = TTLCache(
            maxsize=OPENED_AT_MOST, ttl=OPENED_SECONDS, timer=clock
        )

    def seal(self, client_key: ClientKey, secret: SharedSecret) -> bytes:
        """Encrypt a site's secret.

        Raises:
            TemporarilyUnavailable: KMS gave no answer
        """
        with aws_errors("kms:Encrypt"):
            answer = self._kms.encrypt(
                KeyId=self._key_id,
                Plaintext=secret.key_bytes(),
                EncryptionContext=self._context(client_key),
            )
        return answer["CiphertextBlob"]

    def open(self, client_key: ClientKey, sealed: bytes) -> SharedSecret:
        """Decrypt a site's secret, or find it opened.

        Raises:
            SecretDoesNotOpen: it was not sealed for this app and site
            TemporarilyUnavailable: KMS gave no answer
        """
        opened = self._opened.get((client_key, sealed))
        if opened is None:
            opened = self._opened[client_key, sealed] = self._decrypt(client_key, sealed)
        return opened

    def _decrypt(self, client_key: ClientKey, sealed: bytes) -> SharedSecret:
        with aws_errors("kms:Decrypt"):
            try:
                answer = self._kms.decrypt(
                    KeyId=self._key_id,
                    CiphertextBlob=sealed,
                    EncryptionContext=self._context(client_key),
                )
            except self._kms.exceptions.InvalidCiphertextException as failure:
                raise SecretDoesNotOpen from failure
        return SharedSecret(answer["Plaintext"].decode())

    def _context(self, client_key: ClientKey) -> dict[str, str]:
        return {"appKey": self._app_key, "clientKey": client_key}
