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
    """An RSA key pair with two ids, each of which only one of the two key hosts knows.

    Tokens name the one and the other by turns, so that an app must know to ask both hosts.

    Attributes:
        private_key: to sign with
    """

    def __init__(self) -> None:
        self.private_key = rsa.generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=_RSA_BITS)
        self._kids = {host: f"{_KID_PREFIX}{secrets.token_hex(8)}" for host in KEY_HOSTS}
        self._turns = cycle(self._kids.values())

    def next_kid(self) -> str:
        """The id that the header of the next token names."""
        return next(self._turns)

    def public_pem(self, host: str, kid: str) -> bytes | None:
        """The public half, if this key host has it under this id."""
        if self._kids.get(host) != kid:
            return None
        return self.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
