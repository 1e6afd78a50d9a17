"""Atlassian as a Forge app meets it: a site that knows whose each token is, and GraphQL that gives tokens."""

import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import urllib3

from tests.unit.jwt.invocations import API, CLOUD_ID

GRAPHQL = f"{API}/graphql"
AT_THE_SITE = f"{API}/ex/jira/{CLOUD_ID}/rest/api/3/"
WORKSPACE = f"ari:cloud:jira:{CLOUD_ID}:workspace/{CLOUD_ID}"
SITE = f"ari:cloud:jira::site/{CLOUD_ID}"
NO_CONTEXT = "Could not load permissions for app user in the provided contextIds"
SCOPE_MISSING = (
    401,
    {"code": 401, "message": "Unauthorized; scope does not match"},
    {"x-failure-category": "FAILURE_CLIENT_SCOPE_CHECK"},
)

NO_BEARER = "a Connect token"

type Answer = tuple[Any, ...]


@dataclass
class Asked:
    """One request, with the token that it carried."""

    method: str
    url: str
    token: str
    body: Any = None


@dataclass
class Atlassian:
    """Both, behind one pool.

    Attributes:
        tokens: owner of each, on this site
        admins: the site's administrators
        objects: issues and projects, by their paths such as `issue/10073`
        edits: pairs of a user and the id of an issue that the user may edit
        gives: True if GraphQL gives tokens of users
        right_context: the accepted context
        answers: instead of Jira's, or GraphQL's, own, by the end of the URL; the last one for ever
        asked: requests received
    """

    tokens: dict[str, str] = field(default_factory=dict)
    admins: set[str] = field(default_factory=set)
    objects: dict[str, Any] = field(default_factory=dict)
    edits: set[tuple[str, int]] = field(default_factory=set)
    gives: bool = False
    right_context: str = WORKSPACE
    ttl: float = 3600
    answers: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def calls(self, end: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.url.endswith(end)]

    def request(self, method: str, url: str, **options: Any) -> urllib3.HTTPResponse:
        assert options["redirect"] is False
        assert options["retries"] is False
        scheme, token = options["headers"]["Authorization"].split(" ")
        body = json.loads(options["body"]) if options.get("body") else None
        self.asked.append(Asked(method, url, token if scheme == "Bearer" else NO_BEARER, body))
        return response(*(self._scripted(url) or self._own(url, self.asked[-1])))

    def _scripted(self, url: str) -> Answer | None:
        for end, answers in self.answers.items():
            if url.endswith(end):
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if isinstance(answer, Exception):
                    raise answer
                scripted: Answer = answer
                return scripted
        return None

    def _own(self, url: str, asked: Asked) -> Answer:
        if url == GRAPHQL:
            return 200, {"data": {"offlineUserAuthToken": self._result(asked.body["variables"]["input"])}}
        if asked.token == NO_BEARER:
            return 401, {"message": "Client must be authenticated to access this resource."}
        assert url.startswith(AT_THE_SITE), url
        account_id = self.tokens.get(asked.token)
        if account_id is None:
            return 401, {"code": 401, "message": "Unauthorized"}
        match url.removeprefix(AT_THE_SITE):
            case "myself":
                return 200, {"accountId": account_id, "displayName": "A name"}
            case "permissions/check":
                return self._check(account_id, asked.body)
            case path:
                return self._object(path.partition("?")[0])

    def _object(self, path: str) -> Answer:
        assert path.startswith(("issue/", "project/")), path
        if path == "project/recent":
            return 200, [{"id": "10000", "key": "EX", "name": "Example"}]
        if path in self.objects:
            return 200, self.objects[path]
        return 404, {"errorMessages": ["It does not exist or you do not have permission to see it."]}

    def _check(self, account_id: str, asked: dict[str, Any]) -> Answer:
        if "accountId" in asked:
            return 403, {"errorMessages": ["You do not have the permission to check others' permissions."]}
        return 200, {
            "globalPermissions": asked.get("globalPermissions", []) if account_id in self.admins else [],
            "projectPermissions": [
                {
                    "permission": permission,
                    "projects": each.get("projects", []),
                    "issues": [
                        issue for issue in each.get("issues", []) if (account_id, issue) in self.edits
                    ],
                }
                for each in asked.get("projectPermissions", [])
                for permission in each["permissions"]
            ],
        }

    def _result(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["contextIds"] != [self.right_context]:
            return {"success": False, "errors": [{"message": NO_CONTEXT}], "authToken": None}
        if not self.gives:
            return {"success": False, "errors": [{"message": "Not allowed."}], "authToken": None}
        token = f"offline-{len(self.asked)}-of-{asked['userId']}"
        self.tokens[token] = asked["userId"]
        return {"success": True, "errors": None, "authToken": {"token": token, "ttl": self.ttl}}


def response(status: int, body: Any, headers: dict[str, str] | None = None) -> urllib3.HTTPResponse:
    return urllib3.HTTPResponse(
        BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode()),
        status=status,
        headers={"Content-Type": "application/json", **(headers or {})},
        preload_content=False,
    )
