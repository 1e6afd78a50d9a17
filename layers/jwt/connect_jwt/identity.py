"""Types for three strings that must never be confused."""

import hmac


class AppKey(str):
    """The app's key: `key` in its descriptor, and the `iss` of every token the app signs."""

    __slots__ = ()


class ClientKey(str):
    """A site's identity: `clientKey` in its lifecycle payloads, and the `iss` of every token Jira signs."""

    __slots__ = ()


class SharedSecret:
    """The secret that one site and the app sign with. Its repr is redacted.

    The HMAC key is the UTF-8 bytes of the string as received; do not base64-decode it.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def reveal(self) -> str:
        """Return the secret in clear, only to sign, verify or seal with it."""
        return self._secret

    def key_bytes(self) -> bytes:
        """Return the secret's bytes as an HMAC key."""
        return self._secret.encode()

    def sign(self, message: bytes) -> bytes:
        """Return the HMAC-SHA256 of a message, which is HS256's signature (RFC 7518, 3.2)."""
        return hmac.digest(self.key_bytes(), message, "sha256")

    def has_signed(self, signature: bytes, message: bytes) -> bool:
        """Return whether a signature of a message was made with this secret, in constant time."""
        return hmac.compare_digest(signature, self.sign(message))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SharedSecret):
            return NotImplemented
        return hmac.compare_digest(self.key_bytes(), other.key_bytes())

    __hash__ = None  # type: ignore[assignment]  # a secret is no key of a dictionary

    def __repr__(self) -> str:
        return "SharedSecret(…)"

    def __reduce__(self) -> str:
        raise TypeError("a shared secret is not to be copied out of the process")
