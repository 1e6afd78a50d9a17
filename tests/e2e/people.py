"""Who may do what on the laptop's Jira, as far as the pages ask for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from unittest.mock import patch

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from connect_local.jira import laptop
from connect_local.jira.rest import rest_api
from connect_local.jira.site import ADMIN, Site
from connect_local.jira.webhooks import Webhooks

MEMBER = "5b10a2844c20165700ede21g"
HIDDEN_FROM_MEMBERS = "OPS"


class People:
    """`GET /user` and `POST /permissions/check`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        return [
            Route("/rest/api/3/user", self.user),
            Route("/rest/api/3/permissions/check", self.check, methods=["POST"]),
        ]

    async def user(self, request: Request) -> JSONResponse:
        user = self._site.user(request.query_params["accountId"])
        if user is None:
            return JSONResponse({"errorMessages": ["no such user"]}, HTTPStatus.NOT_FOUND)
        return JSONResponse({"accountId": user.account_id, "displayName": user.display_name})

    async def check(self, request: Request) -> JSONResponse:
        asked = await request.json()
        is_admin = asked["accountId"] == ADMIN.account_id
        hidden = {int(project.id) for project in self._site.projects() if project.key == HIDDEN_FROM_MEMBERS}
        return JSONResponse(
            {
                "globalPermissions": [
                    name for name in asked.get("globalPermissions", []) if is_admin or name != "ADMINISTER"
                ],
                "projectPermissions": [
                    {
                        "permission": permission,
                        "issues": [],
                        "projects": [
                            project for project in grant["projects"] if is_admin or project not in hidden
                        ],
                    }
                    for grant in asked.get("projectPermissions", [])
                    for permission in grant["permissions"]
                ],
            }
        )


@contextmanager
def with_people() -> Iterator[None]:
    """Laptop's Jiras that are made meanwhile know their people."""

    def rest_api_with_people(site: Site, webhooks: Webhooks) -> Starlette:
        return Starlette(routes=[*People(site).routes(), Mount("", rest_api(site, webhooks))])

    with patch.object(laptop, "rest_api", rest_api_with_people):
        yield
