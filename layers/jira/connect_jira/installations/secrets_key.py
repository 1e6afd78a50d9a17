"""The KMS key of an app's secrets: encrypted for one owner, they decrypt for no other.

The encryption context names the app and the owner, so a ciphertext copied to another row does not decrypt.
"""

from collections.abc import Mapping

from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.errors import SecretDoesNotOpen
from connect_jwt.identity import AppKey


class SecretsKey:
    """The key.

    An owner is the part of the encryption context that follows `appKey`: `clientKey` for an installation,
    which is the key of its row; `site` and `name` for a secret that the app keeps for a site.

    IAM: `kms:Encrypt`, `kms:Decrypt` and `kms:GenerateDataKey`, for the methods used, on the key, with an
    encryption context of `appKey` and the owner.

    Args:
        kms: the service
        key_id: the key's id or ARN
        app_key: the owner of the secrets
    """

    def __init__(self, kms: AwsService, *, key_id: str, app_key: AppKey) -> None:
        self._kms = kms
        self._key_id = key_id
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

        Raises:
            SecretDoesNotOpen: it was not sealed for this app and owner
            TemporarilyUnavailable: KMS did not answer
        """
        try:
            answer = self._kms.call(
                "Decrypt",
                KeyId=self._key_id,
                CiphertextBlob=sealed,
                EncryptionContext=self._context(owner),
            )
        except AwsFailed as failure:
            if failure.code == "InvalidCiphertextException":
                raise SecretDoesNotOpen from failure
            raise
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
