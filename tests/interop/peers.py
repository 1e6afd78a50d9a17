"""Atlassian's `@atlassian/atlassian-jwt`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.node import NodeProcess

SCRIPT = Path(__file__).with_name("atlassian_jwt.mjs")


@dataclass(frozen=True, slots=True)
class NodePeer:
    """The operations are those of `atlassian_jwt.mjs`."""

    node: NodeProcess

    def canonical(self, method: str, url: str, base_url: str = "") -> str:
        return str(self.node.ask("canonical", method=method, url=url, baseUrl=base_url))

    def qsh(self, method: str, url: str, base_url: str = "") -> str:
        return str(self.node.ask("hash", method=method, url=url, baseUrl=base_url))

    def sign_hs256(self, claims: dict[str, object], secret: str) -> str:
        return str(self.node.ask("signHs256", claims=claims, secret=secret))

    def sign_rs256(self, claims: dict[str, object], private_key: str, kid: str) -> str:
        return str(self.node.ask("signRs256", claims=claims, privateKey=private_key, kid=kid))

    def verified_claims(self, token: str, secret: str) -> dict[str, Any]:
        return dict(self.node.ask("verifyHs256", token=token, secret=secret))
