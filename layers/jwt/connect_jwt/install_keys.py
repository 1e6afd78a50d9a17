"""The public keys of signed installs.

Atlassian signs `installed` and `uninstalled` with a key of its own, and publishes the public half under the
token's `kid`, at one of the key hosts of its cloud. They are asked in order, until one has the key. Only if
all have answered 404 the key does not exist; any other response leaves that open.

A key never changes under its `kid`: keys are cached for the life of the process, unknown ids for a minute.

https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/#asymmetric
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3
from cachetools import LRUCache, TTLCache
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connect_jwt.deadlines import within
from connect_jwt.errors import KeyHostUnavailable, Reason, TokenRefused
from connect_jwt.key_hosts import OnAnswer, tell_nobody
from connect_jwt.tokens import is_safe_kid

TIMEOUT_SECONDS = 2.5
"""Limit for all key hosts together: Jira waits a few seconds for a response, including a cold start.

Each host gets the time left, divided by the hosts left: one that hangs leaves time for the next.
"""

_REGISTRY = "asap-distribution."
_NOT_FOUND = "404"
_MAX_PEM_BYTES = 16 * 1024
_MIN_RSA_BITS = 2048
_NOT_FOUND_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _Found:
    key: RSAPublicKey
    host: str


class InstallKeys:
    """The keys of one cloud, fetched when first needed.

    A host whose name begins with `asap-distribution.` has the keys of many issuers, not only of those who may
    sign installs. It is asked only for ids with one prefix.

    Args:
        urls: the key hosts' base URLs in order, constants of the deployment
        registry_prefix: prefix of the ids that a registry may vouch for, such as
            `generic-keypair/cs-migrations/`
        http: the pool to fetch with
        admit: called with a key's id before it is fetched; raises if that is too often
        on_answer: called with each response: URL, status, headers and content; must not raise
        clock: monotonic, in seconds
    """

    def __init__(
        self,
        urls: Iterable[str],
        *,
        registry_prefix: str,
        http: urllib3.PoolManager,
        admit: Callable[[str], object] = lambda _kid: None,
        on_answer: OnAnswer = tell_nobody,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._urls = [url.rstrip("/") for url in urls]
        self._registry_prefix = f"{registry_prefix.strip('/')}/"
        self._http = http
        self._admit = admit
        self._on_answer = on_answer
        self._clock = clock
        self._found: LRUCache[str, _Found] = LRUCache(maxsize=64)
        self._not_found: TTLCache[str, str] = TTLCache(maxsize=1024, ttl=_NOT_FOUND_SECONDS, timer=clock)

    def known(self, kid: object) -> RSAPublicKey | None:
        """Return the key with this id from the cache; None if it has to be fetched.

        Args:
            kid: the `kid` of a token's header, unchecked

        Raises:
            TokenRefused: the id is malformed, or no key host had it a moment ago
        """
        identifier = _identifier(kid)
        if identifier in self._found:
            return self._found[identifier].key
        not_found = self._not_found.get(identifier)
        if not_found is not None:
            raise TokenRefused(Reason.KID_UNKNOWN, not_found)
        return None

    def public_key(self, kid: object) -> RSAPublicKey:
        """Return the key with this id, from the cache or a key host.

        Args:
            kid: as for `known`

        Raises:
            TokenRefused: there is no such key, or the id is malformed
            KeyHostUnavailable: no key host had it within `TIMEOUT_SECONDS`, and at least one may have it
            ConnectError: from `admit`
        """
        key, identifier = self.known(kid), _identifier(kid)
        if key is None:
            self._admit(identifier)
            self._found[identifier] = self._fetch(identifier)
            key = self._found[identifier].key
        return key

    def host_of(self, kid: str) -> str:
        """Return the key host of a key that was found, without the scheme."""
        return self._found[kid].host

    def _fetch(self, kid: str) -> _Found:
        deadline = self._clock() + TIMEOUT_SECONDS
        urls = [url for url in self._urls if self._may_vouch(url, kid)]
        answers: dict[str, str] = {}
        for number, url in enumerate(urls):
            host = url.partition("://")[2]
            seconds = (deadline - self._clock()) / (len(urls) - number)
            answer = self._ask(f"{url}/{kid}", seconds)
            if isinstance(answer, RSAPublicKey):
                return _Found(answer, host)
            answers[host] = answer
        told = ", ".join(f"{host}: {answer}" for host, answer in answers.items()) or "none was asked"
        if any(answer != _NOT_FOUND for answer in answers.values()):
            raise KeyHostUnavailable(f"whether there is a key {kid} cannot be said just now ({told})")
        unknown = f"no key host has {kid} ({told})"
        if len(urls) < len(self._urls):
            unknown += (
                f"; {_REGISTRY}… is asked for ids below {self._registry_prefix} only: see InstallKeyPrefix"
            )
        self._not_found[kid] = unknown
        raise TokenRefused(Reason.KID_UNKNOWN, unknown)

    def _may_vouch(self, url: str, kid: str) -> bool:
        is_registry = (urlsplit(url).hostname or "").startswith(_REGISTRY)
        return not is_registry or kid.startswith(self._registry_prefix)

    def _ask(self, url: str, seconds: float) -> RSAPublicKey | str:
        """Return the key, or else the host's response in a word."""
        try:
            status, content = within(seconds, lambda: self._get(url))
        except (urllib3.exceptions.HTTPError, TimeoutError) as failure:
            return type(failure).__name__
        if status != HTTPStatus.OK:
            return str(status)
        return _rsa_public_key(content) or "no RSA key"

    def _get(self, url: str) -> tuple[int, bytes]:
        response = self._http.request(
            "GET",
            url,
            headers={"Accept": "application/x-pem-file, text/plain, */*"},
            timeout=urllib3.Timeout(total=TIMEOUT_SECONDS),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            content = response.read(_MAX_PEM_BYTES)
        finally:
            response.close()
        self._on_answer(url, response.status, response.headers, content)
        return response.status, content


def _identifier(kid: object) -> str:
    if kid is None:
        raise TokenRefused(Reason.KID_MISSING, "the token's header names no key")
    if not isinstance(kid, str) or not is_safe_kid(kid):
        raise TokenRefused(Reason.KID_UNSAFE, "the token's kid is not an identifier")
    return kid


def _rsa_public_key(pem: bytes) -> RSAPublicKey | None:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _MIN_RSA_BITS else None
