"""A key host without a network: urllib3's own pool manager, over answers made up here."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import NoReturn, TypeAlias

import urllib3
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connect_jwt.install_keys import InstallKeys
from tests.unit.jwt.handmade import KID, atlassian_key

URL = "https://connect-install-keys.example"
REGISTRY_PREFIX = "generic-keypair/cs-migrations/"

Answer: TypeAlias = Callable[[], urllib3.HTTPResponse]


def answer(body: bytes = b"", *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return lambda: urllib3.HTTPResponse(
        BytesIO(body), status=status, headers=headers or {}, preload_content=False
    )


def failure(error: Exception) -> Answer:
    def fail() -> NoReturn:
        raise error

    return fail


def atlassian_pem() -> bytes:
    return atlassian_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Clock:
    """Seconds that only go up when they are told to."""

    def __init__(self) -> None:
        self.seconds = 5_000.0

    def __call__(self) -> float:
        return self.seconds


class KeyHost(urllib3.PoolManager):
    """Answers what it was made with, in turn and the last one for ever, and remembers what it was asked.

    Only the connection is replaced: redirects and retries are followed where urllib3 would follow them.
    """

    def __init__(self, *answers: Answer) -> None:
        super().__init__()
        self._answers = list(answers) or [answer(atlassian_pem())]
        self.asked: list[str] = []
        self.options: list[dict[str, object]] = []

    def connection_from_host(self, host: str | None, **origin: object) -> "_Connection":  # type: ignore[override]
        return _Connection(self, f"{origin['scheme']}://{host}")

    def next_answer(self) -> Answer:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


class _Connection:
    def __init__(self, key_host: KeyHost, origin: str) -> None:
        self._key_host, self._origin = key_host, origin

    def urlopen(self, method: str, url: str, **options: object) -> urllib3.HTTPResponse:
        self._key_host.asked.append(f"{method} {self._origin}{url}")
        self._key_host.options.append(options)
        return self._key_host.next_answer()()


def keys_of(
    key_host: KeyHost, *urls: str, registry_prefix: str = REGISTRY_PREFIX, clock: Clock | None = None
) -> InstallKeys:
    """The keys of these hosts, by default of one, all of which are this one."""
    return InstallKeys(urls or [URL], registry_prefix=registry_prefix, http=key_host, clock=clock or Clock())


KEY_URL = f"GET {URL}/{KID}"
