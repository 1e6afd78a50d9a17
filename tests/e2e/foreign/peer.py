"""A Jira that is none of ours: `foreign_jira.mjs` in a Node process."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.node import NodeProcess, node_process

_SCRIPT = Path(__file__).with_name("foreign_jira.mjs")


@dataclass(frozen=True, slots=True)
class Answer:
    """Response of the app; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ForeignJira:
    """The operations are those of `foreign_jira.mjs`.

    Keys go by name: `atlassian` is the one to trust; the others are `stranger`, `short` and `elliptic`.
    """

    node: NodeProcess
    key_host_urls: Sequence[str]

    def publish(
        self,
        kid: str,
        key: str | None = "atlassian",
        *,
        host: str = "first",
        status: int = 200,
        **answer: object,
    ) -> None:
        """Let a key host have a key, and say how it answers when it is asked for it.

        Args:
            kid: the key's id
            key: to publish; None for none
            host: `first` or `second`
            status: of its answer
            answer: the `seconds` until it comes; whether it `drops` the connection, or `drips`; a `location`
        """
        self.node.ask("publish", host=host, kid=kid, key=key, status=status, **answer)

    def keys_asked(self, host: str = "first") -> list[str]:
        """The path of every request to a key host, oldest first."""
        return list(self.node.ask("keysAsked", host=host))

    def public_key(self, key: str = "atlassian") -> str:
        return str(self.node.ask("publicKey", key=key))

    def hash(self, method: str, url: str, base_url: str) -> str:
        return str(self.node.ask("hash", method=method, url=url, baseUrl=base_url))

    def sign_symmetric(self, claims: Mapping[str, object], secret: str, algorithm: str = "HS256") -> str:
        return str(self.node.ask("signSymmetric", claims=claims, secret=secret, algorithm=algorithm))

    def sign_asymmetric(self, claims: Mapping[str, object], kid: object, key: str = "atlassian") -> str:
        return str(self.node.ask("signAsymmetric", claims=claims, kid=kid, key=key))

    def forge(
        self,
        header: str,
        claims: str,
        *,
        secret: str | None = None,
        key: str | None = None,
        digest: str = "sha256",
    ) -> str:
        """A token of any text, with a signature made by `secret`, by `key`, or with none."""
        return str(
            self.node.ask("forge", header=header, claims=claims, secret=secret, key=key, digest=digest)
        )

    def send(
        self, port: int, method: str, target: str, headers: Mapping[str, str | list[str]], body: bytes
    ) -> Answer:
        """Send a request to a port of this machine, its target verbatim."""
        encoded = base64.b64encode(body).decode()
        return Answer(
            **self.node.ask("send", port=port, method=method, target=target, headers=headers, body=encoded)
        )


@contextmanager
def foreign_jira() -> Iterator[ForeignJira]:
    with node_process(_SCRIPT) as node:
        yield ForeignJira(node, key_host_urls=node.hear())
