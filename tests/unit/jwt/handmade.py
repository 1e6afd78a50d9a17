"""Tokens made by hand, so that anything can be right or wrong with them.

Only the standard library and `cryptography` are used: no expectation comes from the code under test.
"""

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

Claims: TypeAlias = dict[str, object]

NOW = 1_800_000_000
SITE = "1d3c1a55-90a9-4bd7-8d06-36b4b4c84f16"
SECRET = "the secret that this site and the app have shared since the last install"
KID = "generic-keypair/cs-migrations/installation-key-pair--0123456789abcdef"
OMITTED = object()


def qsh(canonical: str) -> str:
    return hashlib.sha256(canonical.encode()).hexdigest()


def claims(**changes: object) -> Claims:
    """A minute old and good for two more; whatever is `OMITTED` is left out."""
    return _present({"iss": SITE, "iat": NOW - 60, "exp": NOW + 120} | changes)


def hs256(payload: object, *, secret: str | bytes = SECRET, **header: object) -> str:
    key = secret.encode() if isinstance(secret, str) else secret
    signing_input = _signing_input({"typ": "JWT", "alg": "HS256"} | header, payload)
    return f"{signing_input}.{base64url(hmac.digest(key, signing_input.encode(), 'sha256'))}"


def rs256(payload: object, *, key: rsa.RSAPrivateKey, **header: object) -> str:
    signing_input = _signing_input({"typ": "JWT", "alg": "RS256", "kid": KID} | header, payload)
    signature = key.sign(signing_input.encode(), padding.PKCS1v15(), SHA256())
    return f"{signing_input}.{base64url(signature)}"


def compact(header: bytes, payload: bytes, signature: bytes = bytes(32)) -> str:
    """Three segments of any content."""
    return ".".join(map(base64url, (header, payload, signature)))


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def atlassian_key() -> rsa.RSAPrivateKey:
    """The half of an install key that only Atlassian has."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def stranger_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _signing_input(header: Claims, payload: object) -> str:
    return ".".join(base64url(json.dumps(part).encode()) for part in (_present(header), payload))


def _present(members: Claims) -> Claims:
    return {name: value for name, value in members.items() if value is not OMITTED}
