"""Secrets at rest: encrypted by KMS for one app and one owner.

Stored secrets are decrypted nowhere else. The encryption context names the app and the owner, so a ciphertext
copied to another row does not decrypt.

Opened secrets are cached longer than rows, and that makes nothing staler: the cache's key is owner and
ciphertext, and the row decides which ciphertext counts. Trade-off: a memory dump holds the secrets used in
the last hour, and disabling the key takes up to an hour to stop a process.
"""

import os
import time
from collections.abc import Callable, Mapping

from cachetools import TTLCache, cachedmethod

from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.errors import SecretDoesNotOpen
from connect_jwt.identity import AppKey, ClientKey, SharedSecret

OPENED_SECONDS = 3600
"""Time that an opened secret is cached in memory."""

OPENED_AT_MOST = 10_000
"""Size of the cache; each entry takes less than a kilobyte."""

TOKEN_OPENED_SECONDS = 5 * 60
"""Time that an opened token is cached; shorter than a shared secret's, since it may expire within an hour."""

MAX_SECRET_BYTES = 1024
"""Well below the 4096 bytes that KMS encrypts directly."""

_LENGTH_BYTES, _NONCE_BYTES = 2, 12


class SecretsKey:
    """The KMS key of an app's secrets.

    An owner is the part of the encryption context that follows `appKey`: `clientKey` for an installation,
    which is the key of its row; `site` and `name` for a secret that the app keeps for a site.

    While one key replaces another, there are two: one of them seals, and both open.

    IAM: `kms:Encrypt`, `kms:Decrypt` and `kms:GenerateDataKey`, for the methods used, on the key, with an
    encryption context of `appKey` and the owner; on the other key `kms:Decrypt`.

    Args:
        kms: the service
        key_id: id or ARN of the key that seals
        other_key_id: id or ARN of the other key that opens what it has sealed; empty if there is none
        app_key: the owner of the secrets
    """

    def __init__(self, kms: AwsService, *, key_id: str, other_key_id: str = "", app_key: AppKey) -> None:
        self._kms = kms
        self._key_id = key_id
        self._other_key_id = other_key_id
        self._app_key = app_key

    def encrypt(self, owner: Mapping[str, str], content: bytes) -> bytes:
        """Encrypt up to 4096 bytes.

        Raises:
            TemporarilyUnavailable: KMS did not answer
        """
        answer = self._kms.call(
            "Encrypt",
            KeyId=self._key_id,
            Plaintext=content,
            EncryptionContext=self._context(owner),
        )
        sealed: bytes = answer["CiphertextBlob"]
        return sealed

    def decrypt(self, owner: Mapping[str, str], sealed: bytes) -> bytes:
        """Decrypt what `encrypt` returned.

        Of two keys KMS finds the right one itself, and says which.

        Raises:
            SecretDoesNotOpen: it was not sealed for this app and owner, or by another key than the two
            TemporarilyUnavailable: KMS did not answer
        """
        named = {} if self._other_key_id else {"KeyId": self._key_id}
        try:
            answer = self._kms.call(
                "Decrypt", **named, CiphertextBlob=sealed, EncryptionContext=self._context(owner)
            )
        except AwsFailed as failure:
            if failure.code == "InvalidCiphertextException":
                raise SecretDoesNotOpen from failure
            raise
        if not named and _id_in(answer["KeyId"]) not in {_id_in(self._key_id), _id_in(self._other_key_id)}:
            raise SecretDoesNotOpen
        opened: bytes = answer["Plaintext"]
        return opened

    def new_data_key(self, owner: Mapping[str, str]) -> tuple[bytes, bytes]:
        """Return a new AES-256 data key of the owner, in clear and encrypted; `decrypt` opens the latter.

        Raises:
            TemporarilyUnavailable: KMS did not answer
        """
        answer = self._kms.call(
            "GenerateDataKey",
            KeyId=self._key_id,
            KeySpec="AES_256",
            EncryptionContext=self._context(owner),
        )
        return answer["Plaintext"], answer["CiphertextBlob"]

    def _context(self, owner: Mapping[str, str]) -> dict[str, str]:
        return {"appKey": self._app_key, **owner}


def _id_in(key: str) -> str:
    """Return a key's id, which is the end of its ARN."""
    return key.rpartition("/")[2]


def seal_envelope(key: SecretsKey, owner: Mapping[str, str], content: bytes) -> bytes:
    """Encrypt content of any length for one owner. IAM: `kms:GenerateDataKey`.

    KMS encrypts at most 4096 bytes; hence a data key. An envelope is the encrypted data key, preceded by its
    length in two bytes, then a nonce and the content under AES-256-GCM. `cryptography` does that; it is slow
    to load, and useless to a process that opens no envelope.

    Raises:
        TemporarilyUnavailable: KMS gave no answer
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

    data_key, sealed_key = key.new_data_key(owner)
    nonce = os.urandom(_NONCE_BYTES)
    return (
        len(sealed_key).to_bytes(_LENGTH_BYTES)
        + sealed_key
        + nonce
        + AESGCM(data_key).encrypt(nonce, content, None)
    )


def open_envelope(key: SecretsKey, owner: Mapping[str, str], sealed: bytes) -> bytes:
    """Decrypt what `seal_envelope` returned. IAM: `kms:Decrypt`.

    Raises:
        SecretDoesNotOpen: it was not sealed for this app and owner
        TemporarilyUnavailable: KMS gave no answer
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - likewise

    key_ends = _key_ends(sealed)
    nonce_ends = key_ends + _NONCE_BYTES
    data_key = key.decrypt(owner, sealed[_LENGTH_BYTES:key_ends])
    try:
        return AESGCM(data_key).decrypt(sealed[key_ends:nonce_ends], sealed[nonce_ends:], None)
    except InvalidTag as failure:
        raise SecretDoesNotOpen from failure


def with_key_resealed(sealed: bytes, reseal: Callable[[bytes], bytes]) -> bytes:
    """Return an envelope whose data key is sealed anew; the content stays as it is.

    Args:
        sealed: as `seal_envelope` returned it
        reseal: returns the encrypted data key under another key
    """
    key_ends = _key_ends(sealed)
    sealed_key = reseal(sealed[_LENGTH_BYTES:key_ends])
    return len(sealed_key).to_bytes(_LENGTH_BYTES) + sealed_key + sealed[key_ends:]


def _key_ends(sealed: bytes) -> int:
    return _LENGTH_BYTES + int.from_bytes(sealed[:_LENGTH_BYTES])


class SharedSecretSealer:
    """Encrypts and decrypts the secrets of sites.

    IAM: `kms:Encrypt` to seal and `kms:Decrypt` to open, as in `connect_jira.installations.sealing`.

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


class SystemTokenSealer:
    """Encrypts and decrypts the system tokens of one app.

    IAM: `kms:GenerateDataKey` to seal and `kms:Decrypt` to open, as in
    `connect_jira.installations.sealing`.

    Args:
        key: of the app
        clock: monotonic, in seconds
    """

    def __init__(self, key: SecretsKey, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = key
        self._opened: TTLCache[tuple[str, bytes], str] = TTLCache(
            maxsize=1000, ttl=TOKEN_OPENED_SECONDS, timer=clock
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
