"""The key that installs are signed with: at Atlassian its own, for all sites; here every start makes one.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/#asymmetric
"""

import secrets
from itertools import cycle

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_HOSTS = ("first", "second")
"""In the order in which apps ask them."""

_KID_PREFIX = "generic-keypair/cs-migrations/installation-key-pair--"
_RSA_BITS = 2048
_PUBLIC_EXPONENT = 65537


class InstallKey:
    """An RSA key pair under an id, by which only one of the two key hosts has its public half.

    Which one it is changes from each key to the next, so that an app must know to ask both.

    Attributes:
        kid: the id that the tokens' header names
        private_key: to sign with
    """

    _turns = cycle(reversed(KEY_HOSTS))

    def __init__(self) -> None:
        self.kid = f"{_KID_PREFIX}{secrets.token_hex(8)}"
        self.private_key = rsa.generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=_RSA_BITS)
        self._host = next(self._turns)

    def public_pem(self, host: str, kid: str) -> bytes | None:
        """The public half, if this key host has it under this id."""
        if (host, kid) != (self._host, self.kid):
            return None
        return self.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
