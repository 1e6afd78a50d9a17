"""Three strings that must never be passed for one another, each a type of its own."""

import hmac


class AppKey(str):
    """The app's key: `key` in its descriptor, and the `iss` of every token the app signs."""

    __slots__ = ()


class ClientKey(str):
    """A site's identity: `clientKey` in its lifecycle payloads, and the `iss` of every token Jira signs."""

    __slots__ = ()


class SharedSecret:
    """What one site and the app sign with. It shows itself only when asked to.

    The key is the UTF-8 bytes of the string as it was received; it is not base64 to decode.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def reveal(self) -> str:
        """The secret in clear: to be signed with, verified with or sealed, and nothing else."""
        return self._secret

    def key_bytes(self) -> bytes:
        """The HMAC key that this secret is."""
        return self._secret.encode()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SharedSecret):
            return NotImplemented
        return hmac.compare_digest(self.key_bytes(), other.key_bytes())

    __hash__ = None  # type: ignore[assignment]  # a secret is no key of a dictionary

    def __repr__(self) -> str:
        return "SharedSecret(…)"

    def __reduce__(self) -> str:
        raise TypeError("a shared secret is not to be copied out of the process")
