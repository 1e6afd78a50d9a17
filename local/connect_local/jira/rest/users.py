"""Users, by their account id.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.site import Site


class Users:
    """The users of one site, those of its apps included."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._renderer = Renderer(site.base_url)

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        return [Route("/user", self.read)]

    async def read(self, request: Request) -> JSONResponse:
        """The user whom the `accountId` names, also one who has left."""
        account_id = request.query_params.get("accountId")
        if not account_id:
            raise JiraError(HTTPStatus.BAD_REQUEST, "The accountId query parameter needs to be provided.")
        user = self._site.user(account_id)
        if user is None:
            message = "Specified user does not exist or you do not have required permissions"
            raise JiraError(HTTPStatus.NOT_FOUND, message)
        return JSONResponse(self._renderer.user_in_full(user))
