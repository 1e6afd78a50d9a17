"""The two signatures of Connect: a site's, HS256, and Atlassian's, RS256.

HS256 is the standard library's HMAC (RFC 7518, 3.2). RS256 is left to PyJWT, which brings `cryptography`:
slow to load, and useless to a function that verifies sites' tokens only.
"""

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


def hs256(signing_input: bytes, key: bytes) -> bytes:
    """Sign a token's first two segments with a site's secret."""
    return hmac.digest(key, signing_input, "sha256")


def is_hs256(signature: bytes, signing_input: bytes, key: bytes) -> bool:
    """Return whether a signature was made with this key."""
    return hmac.compare_digest(signature, hs256(signing_input, key))


def is_rs256(signature: bytes, signing_input: bytes, key: "RSAPublicKey") -> bool:
    """Return whether a signature was made with the private half of this key."""
    from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415 - see above

    return RSAAlgorithm(RSAAlgorithm.SHA256).verify(signing_input, key, signature)
