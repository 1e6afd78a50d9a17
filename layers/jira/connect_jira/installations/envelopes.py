"""Secrets of any length at rest: each under its own data key, which KMS opens for one owner only.

KMS encrypts at most 4096 bytes; hence the data key. An envelope is the encrypted data key, preceded by its
length in two bytes, then a nonce and the content under AES-256-GCM. `cryptography` does that; it is slow to
load, and useless to a process that opens no envelope.
"""

import os
from collections.abc import Mapping

from connect_jira.errors import SecretDoesNotOpen
from connect_jira.installations.secrets_key import SecretsKey

_LENGTH_BYTES, _NONCE_BYTES = 2, 12


def seal_envelope(key: SecretsKey, owner: Mapping[str, str], content: bytes) -> bytes:
    """Encrypt content for one owner. IAM: `kms:GenerateDataKey`.

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

    key_ends = _LENGTH_BYTES + int.from_bytes(sealed[:_LENGTH_BYTES])
    nonce_ends = key_ends + _NONCE_BYTES
    data_key = key.decrypt(owner, sealed[_LENGTH_BYTES:key_ends])
    try:
        return AESGCM(data_key).decrypt(sealed[key_ends:nonce_ends], sealed[nonce_ends:], None)
    except InvalidTag as failure:
        raise SecretDoesNotOpen from failure
