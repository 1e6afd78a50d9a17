"""Atlassian's `@atlassian/atlassian-jwt` in a Node process of its own, a line of JSON for each question."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_SCRIPT = Path(__file__).with_name("atlassian_jwt.mjs")


class PeerFailed(Exception):
    """The other implementation threw an error."""


@dataclass(frozen=True)
class NodePeer:
    """The operations are those of `atlassian_jwt.mjs`."""

    questions: IO[str]
    answers: IO[str]

    def canonical(self, method: str, url: str, base_url: str = "") -> str:
        return str(self._ask("canonical", method=method, url=url, baseUrl=base_url))

    def qsh(self, method: str, url: str, base_url: str = "") -> str:
        return str(self._ask("hash", method=method, url=url, baseUrl=base_url))

    def sign_hs256(self, claims: dict[str, object], secret: str) -> str:
        return str(self._ask("signHs256", claims=claims, secret=secret))

    def sign_rs256(self, claims: dict[str, object], private_key: str, kid: str) -> str:
        return str(self._ask("signRs256", claims=claims, privateKey=private_key, kid=kid))

    def verified_claims(self, token: str, secret: str) -> dict[str, Any]:
        return dict(self._ask("verifyHs256", token=token, secret=secret))

    def _ask(self, operation: str, **question: object) -> Any:
        self.questions.write(json.dumps({"operation": operation, **question}) + "\n")
        self.questions.flush()
        answer = json.loads(self.answers.readline())
        if "error" in answer:
            raise PeerFailed(answer["error"])
        return answer["value"]


@contextmanager
def node_peer() -> Iterator[NodePeer]:
    with subprocess.Popen(
        ["node", str(_SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a pipe was asked for")
        yield NodePeer(process.stdin, process.stdout)
