"""The public keys that signed installs are verified with.

Atlassian signs `installed` and `uninstalled` with a key of its own, and publishes the public half under the
token's `kid`. A key never changes under its `kid`: what was found is kept for the life of the process, what
was not found for a minute.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/#asymmetric
"""

import time
from collections.abc import Callable
from http import HTTPStatus

import urllib3
from cachetools import LRUCache, TTLCache
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connect_jwt.errors import KeyHostUnavailable, Reason, TokenRefused
from connect_jwt.tokens import is_safe_kid

TIMEOUT_SECONDS = 2.5
"""Jira waits a few seconds for the answer to an install, a cold start included."""

_MAX_PEM_BYTES = 16 * 1024
_MIN_RSA_BITS = 2048
_NOT_FOUND_SECONDS = 60


class InstallKeys:
    """The keys of one key host, fetched when first needed.

    Args:
        url: the key host's base URL, a constant of the deployment
        http: the pool to fetch with
        clock: seconds that only go up
    """

    def __init__(
        self, url: str, *, http: urllib3.PoolManager, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url.rstrip("/")
        self._http = http
        self._found: LRUCache[str, RSAPublicKey] = LRUCache(maxsize=64)
        self._not_found: TTLCache[str, bool] = TTLCache(maxsize=1024, ttl=_NOT_FOUND_SECONDS, timer=clock)

    def public_key(self, kid: object) -> RSAPublicKey:
        """The key with this id.

        Args:
            kid: the `kid` of a token's header, as it came

        Raises:
            TokenRefused: there is no such key, or the id is not one
            KeyHostUnavailable: the key host gave no answer in `TIMEOUT_SECONDS`, or none that tells
        """
        if kid is None:
            raise TokenRefused(Reason.KID_MISSING, "the token's header names no key")
        if not isinstance(kid, str) or not is_safe_kid(kid):
            raise TokenRefused(Reason.KID_UNSAFE, "the token's kid is not an identifier")
        if kid in self._found:
            return self._found[kid]
        if kid in self._not_found:
            raise TokenRefused(Reason.KID_UNKNOWN, "the key host had no such key a moment ago")
        key = self._fetch(kid)
        if key is None:
            raise TokenRefused(Reason.KID_UNKNOWN, "the key host has no such key")
        self._found[kid] = key
        return key

    def _fetch(self, kid: str) -> RSAPublicKey | None:
        try:
            response = self._http.request(
                "GET",
                f"{self._url}/{kid}",
                headers={"Accept": "application/x-pem-file, text/plain, */*"},
                timeout=urllib3.Timeout(total=TIMEOUT_SECONDS),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                pem = response.read(_MAX_PEM_BYTES)
            finally:
                response.close()
        except urllib3.exceptions.HTTPError as failure:
            raise KeyHostUnavailable(f"no answer from the key host ({type(failure).__name__})") from failure
        key = _rsa_public_key(pem) if response.status == HTTPStatus.OK else None
        if key is None and response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self._not_found[kid] = True  # a host that fails may have the key in a moment
        return key


def _rsa_public_key(pem: bytes) -> RSAPublicKey | None:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _MIN_RSA_BITS else None
