"""An app's pages and calls over doubles: a browser on a site, and a Jira that knows who may what."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
import urllib3

from connect_jira.app.page_server import PageServer
from connect_jira.app.pages import Pages
from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.page_requests import PageAuthenticator
from connect_jira.jira.client import JiraClient
from connect_jira.web.request import GatewayRequest
from connect_jwt.canonical import query_string_hash
from connect_jwt.identity import ClientKey
from tests.unit.jira.conftest import BASE_URL, CLIENT_KEY, PROJECT, unused_storage

if TYPE_CHECKING:
    from connect_jira.events.app_work import AppWork
    from tests.unit.jira.conftest import Backend

SECRET = "s" * 40
USER = "5b10a2844c20165700ede21g"
ISSUE = {"id": "10001", "key": "EX-1", "issuetype": {"id": "10002"}}
OTHER = {"id": "10002", "key": "EX-2", "issuetype": {"id": "10002"}}
PROJECT_EX = {"id": "10000", "key": "EX"}


@dataclass
class Jira:
    """A site that says who may what.

    Attributes:
        may: pairs of a permission and an id, or of a permission and None for a global one
        seen: the objects that the app sees, by the end of the path
        fails: the status of every answer, if it is to fail
        asked: of every request the method, the path and the body
    """

    may: set[tuple[str, int | None]] = field(default_factory=set)
    seen: dict[str, Any] = field(
        default_factory=lambda: {
            "issue/EX-1": ISSUE,
            "issue/EX-2": OTHER,
            "issue/10002": OTHER,
            "project/EX": PROJECT_EX,
        }
    )
    fails: int | None = None
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    @property
    def checks(self) -> list[Any]:
        return [body for _, path, body in self.asked if path == "permissions/check"]

    def request(self, method: str, url: str, **options: Any) -> urllib3.HTTPResponse:
        path = urlsplit(url).path.removeprefix("/rest/api/3/")
        body = json.loads(options["body"]) if options.get("body") else None
        self.asked.append((method, path, body))
        status, answer = self._answer(path, body)
        return urllib3.HTTPResponse(
            BytesIO(json.dumps(answer).encode()),
            status=self.fails or status,
            headers={"Content-Type": "application/json"},
            preload_content=False,
        )

    def _answer(self, path: str, body: Any) -> tuple[int, Any]:
        if path != "permissions/check":
            return (200, self.seen[path]) if path in self.seen else (404, {"errorMessages": ["not there"]})
        granted = [
            {
                "permission": permission,
                "issues": [id_ for id_ in each.get("issues", []) if (permission, id_) in self.may],
                "projects": [id_ for id_ in each.get("projects", []) if (permission, id_) in self.may],
            }
            for each in body.get("projectPermissions", [])
            for permission in each["permissions"]
        ]
        own = [each for each in body.get("globalPermissions", []) if (each, None) in self.may]
        return 200, {"globalPermissions": own, "projectPermissions": granted}


class Browser:
    """Somebody's browser on a site that has the app installed, and the app.

    Args:
        backend: of the app
        pages: registered
        folder: with `templates` and `static`
    """

    def __init__(
        self, backend: "Backend", pages: Pages, *, folder: Path = PROJECT / "functions" / "pages"
    ) -> None:
        self.backend = backend
        self.jira = Jira()
        self.sent: list[AppWork] = []
        backend.install(SECRET, age=20)
        unused: Any = None
        clients: Any = self
        authenticator = PageAuthenticator(
            backend.app,
            tenants=backend.tenants,
            invocations=ForgeInvocations(backend.app, backend.keys, clock=backend.clock),  # type: ignore[arg-type]
            forge=backend.forge_store,
            clients=clients,
            activity=unused,
            storage=unused_storage(),
        )
        self._server = PageServer(
            pages,
            authenticator,
            app=backend.app,
            folder=folder,
            all_js_url="https://cdn.example.com/all.js",
            send=self.sent.append,
        )

    def on(self, client_key: ClientKey, _invocation: object) -> JiraClient:
        http: Any = self.jira
        return JiraClient(
            self.backend.credentials, client_key, http=http, clock=self.backend.clock, sleep=lambda _: None
        )

    def token(self, *, secret: str = SECRET, **claims: Any) -> str:
        now = int(self.backend.clock.now)
        everything = {"iss": CLIENT_KEY, "sub": USER, "iat": now, "exp": now + 180, **claims}
        present = {name: claim for name, claim in everything.items() if claim is not None}
        return jwt.encode(present, secret, algorithm="HS256")

    def context_token(self, *, jira: Mapping[str, Any] | None = None, **claims: Any) -> str:
        return self.token(qsh="context-qsh", context={"jira": jira or {}}, **claims)

    def page_token(self, path: str, query: str = "", *, method: str = "GET", **claims: Any) -> str:
        return self.token(qsh=query_string_hash(method, path, query), **claims)

    def call(
        self,
        call: str,
        *,
        jira: Mapping[str, Any] | None = None,
        json_body: Any = ...,
        body: bytes = b"",
        query: str = "",
        token: str | None = None,
        content_type: str | None = "application/json",
        **claims: Any,
    ) -> tuple[int, Any]:
        """Return the status and the JSON of a call such as `GET due`, of a page that is shown for `jira`."""
        method, _, path = call.partition(" ")
        headers = {"authorization": f"JWT {token or self.context_token(jira=jira, **claims)}"}
        if json_body is not ...:
            body = json.dumps(json_body).encode()
        if body and content_type is not None:
            headers["content-type"] = content_type
        answer = self.answer(method, f"/api/{path}", query=query, headers=headers, body=body)
        return answer["statusCode"], json.loads(answer.get("body") or "null")

    def load(self, path: str, query: str = "", *, token: str | None = None, **claims: Any) -> dict[str, Any]:
        """Return the response to the load of a page."""
        proof = token or self.page_token(path, query, **claims)
        return self.answer("GET", path, query=f"{query}{'&' if query else ''}jwt={proof}")

    def answer(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> dict[str, Any]:
        unused: Any = None
        request = GatewayRequest(
            method=method, path=path, query=query, headers=headers or {}, body=body, base_url=BASE_URL
        )
        return self._server.answer(request, unused)
