"""The public keys of Forge invocation tokens: one JSON Web Key Set, cached.

Unlike an install key, a key here can be revoked: the set is cached for as long as its `Cache-Control` says,
but at least 5 minutes and at most a day. A token with an unknown `kid` may be signed with a newer key: the
set is fetched once more for it, and then not again for half a minute, whatever `kid`s arrive. A host that did
not answer is not asked for five seconds, so that a flood does not wait for it either.

https://developer.atlassian.com/platform/forge/remote/essentials/, RFC 7517 (JSON Web Key), RFC 9111 (caching)
"""

import json
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import urllib3

from connect_jwt.errors import KeyHostUnavailable, Reason, TokenRefused
from connect_jwt.key_hosts import OnAnswer, tell_nobody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

TIMEOUT_SECONDS = 2.5
"""Forge waits 5 seconds for the response to an event, including a cold start."""

MIN_KEPT_SECONDS, MAX_KEPT_SECONDS = 300, 86_400
"""Bounds of the time that a key set is cached, whatever its host says."""

REFETCH_SECONDS = 30
"""Minimum time between fetches for unknown `kid`s."""

RETRY_SECONDS = 5
"""Minimum time before a host that did not answer is asked again."""

_KID = re.compile(r"[!-~]{1,255}")  # Forge's own look like a path
_MAX_SET_BYTES = 64 * 1024
_MIN_RSA_BITS = 2048
_MAX_AGE = re.compile(r"""(?:^|[\s,])max-age\s*=\s*"?([0-9]{1,9})""", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:store|cache)(?:$|[\s,])", re.IGNORECASE)


class ForgeKeys:
    """The keys of one key host, fetched when first needed.

    Args:
        url: of the JSON Web Key Set, a constant of the deployment
        http: the pool to fetch with
        on_answer: called with each response: URL, status, headers and content; must not raise
        clock: monotonic, in seconds
    """

    def __init__(
        self,
        url: str,
        *,
        http: urllib3.PoolManager,
        on_answer: OnAnswer = tell_nobody,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._http = http
        self._on_answer = on_answer
        self._clock = clock
        self._keys: dict[str, RSAPublicKey] = {}
        self._kept_until = self._fetched_again_from = float("-inf")
        self._is_failing = False

    def public_key(self, kid: object) -> "RSAPublicKey":
        """Return the key with this id.

        Args:
            kid: the `kid` of a token's header, unchecked

        Raises:
            TokenRefused: there is no such key, or the id is not one
            KeyHostUnavailable: the key host did not answer within `TIMEOUT_SECONDS`, or not with a key set
        """
        if kid is None:
            raise TokenRefused(Reason.KID_MISSING, "the token's header names no key")
        if not isinstance(kid, str) or not _KID.fullmatch(kid):
            raise TokenRefused(Reason.KID_UNSAFE, "the token's kid is not an identifier")
        now = self._clock()
        if kid in self._keys and now < self._kept_until:
            return self._keys[kid]
        if now >= self._fetched_again_from:
            self._fetch(now)
        elif self._is_failing:
            raise KeyHostUnavailable("the key host gave no answer a moment ago")
        if kid not in self._keys:
            raise TokenRefused(Reason.KID_UNKNOWN, "the key set has no such key")
        return self._keys[kid]

    def _fetch(self, now: float) -> None:
        self._is_failing, self._fetched_again_from = True, now + RETRY_SECONDS
        try:
            response = self._http.request(
                "GET",
                self._url,
                headers={"Accept": "application/json, */*"},
                timeout=urllib3.Timeout(total=TIMEOUT_SECONDS),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                body = response.read(_MAX_SET_BYTES + 1)
            finally:
                response.close()
        except urllib3.exceptions.HTTPError as failure:
            raise KeyHostUnavailable(f"no answer from the key host ({type(failure).__name__})") from failure
        self._on_answer(self._url, response.status, response.headers, body)
        if response.status != HTTPStatus.OK or len(body) > _MAX_SET_BYTES:
            raise KeyHostUnavailable(f"the key host's answer is no key set (status {response.status})")
        self._keys = dict(_rsa_keys(body))
        self._kept_until = now + _seconds_to_keep(response.headers.get("Cache-Control", ""))
        self._is_failing, self._fetched_again_from = False, now + REFETCH_SECONDS


def _seconds_to_keep(cache_control: str) -> int:
    max_age = _MAX_AGE.search(cache_control)
    if max_age is None or _NOT_KEPT.search(cache_control):
        return MIN_KEPT_SECONDS
    return min(max(int(max_age[1]), MIN_KEPT_SECONDS), MAX_KEPT_SECONDS)


def _rsa_keys(body: bytes) -> "Iterator[tuple[str, RSAPublicKey]]":
    try:
        key_set = json.loads(body)
    except (ValueError, RecursionError) as malformed:
        raise KeyHostUnavailable("the key host's answer is not JSON") from malformed
    if not isinstance(key_set, dict) or not isinstance(key_set.get("keys"), list):
        raise KeyHostUnavailable("the key host's answer is no key set")
    for entry in key_set["keys"]:
        key = _rsa_public_key(entry)
        if key is not None:
            yield entry["kid"], key


def _rsa_public_key(entry: Any) -> "RSAPublicKey | None":  # noqa: ANN401 - any JSON value
    """Return the key, if it is for RS256 signatures; a set may hold others."""
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return None
    if entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - slow to load
    from jwt import InvalidKeyError  # noqa: PLC0415 - likewise
    from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415 - likewise

    try:
        key = RSAAlgorithm.from_jwk(entry)
    except (InvalidKeyError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _MIN_RSA_BITS else None
