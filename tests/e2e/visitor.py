"""A browser's requests to the app, with the tokens that Jira gives it."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jwt
import urllib3

from connect_jwt.canonical import query_string_hash
from connect_local.jira.entities import Installation
from connect_local.jira.site import ADMIN
from tests.e2e.stacks import Stack

QUERY = f"lic=none&cp=&xdm_e={quote('http://localhost:2990', safe='')}&xdm_c=channel-1&cv=1001.0.0"
"""Parameters that Jira adds to a page's URL."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in to a site that has the app installed; nobody without an account id."""

    base_url: str
    installation: Installation
    http: urllib3.PoolManager
    account_id: str | None = ADMIN.account_id

    def token(self, *, secret: str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
        now = int(time.time())
        everything = {"iss": self.installation.client_key, "iat": now, "exp": now + 180, **claims}
        if self.account_id is not None:
            everything["sub"] = self.account_id
        key = self.installation.shared_secret.reveal() if secret is None else secret
        return jwt.encode(everything, key if algorithm != "none" else "", algorithm=algorithm)

    def page_token(self, path: str, query: str = QUERY, *, method: str = "GET") -> str:
        return self.token(qsh=query_string_hash(method, path, query))

    def context_token(self, **claims: Any) -> str:
        return self.token(qsh="context-qsh", **claims)

    def page(self, path: str, token: str | None = None, *, query: str = QUERY) -> urllib3.BaseHTTPResponse:
        """Load a page as an iframe does."""
        return self.get(f"{path}?{query}&jwt={token or self.page_token(path, query)}")

    def call(self, path: str, *, token: str | None = None, method: str = "GET") -> urllib3.BaseHTTPResponse:
        """Call as a page's script does."""
        return self.request(method, path, authorization=f"JWT {token or self.context_token()}")

    def get(self, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        return self.request("GET", path, **headers)

    def request(self, method: str, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, f"{self.base_url}{path}", headers=named, retries=False, timeout=20)


def installed(stack: Stack) -> Installation:
    """Install the app on the laptop's Jira."""
    assert stack.jira is not None
    assert stack.jira.lifecycle.install(stack.descriptor_url).installed
    (installation,) = stack.jira.site.apps()
    return installation
