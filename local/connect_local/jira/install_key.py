"""The key that installs are signed with: at Atlassian its own, for all sites; here every start makes one.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/#asymmetric
"""

import secrets

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_RSA_BITS = 2048
_PUBLIC_EXPONENT = 65537


class InstallKey:
    """An RSA key pair under a `kid`, by which its public half is published.

    Attributes:
        kid: the id that the tokens' header names
        private_key: to sign with
    """

    def __init__(self) -> None:
        self.kid = f"generic-keypair/cs-migrations/installation-key-pair--{secrets.token_hex(8)}"
        self.private_key = rsa.generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=_RSA_BITS)

    def public_pem(self) -> bytes:
        """The public half, as the key host serves it."""
        return self.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
