"""Identity of caller and site: `myself` and `serverInfo`.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/ and …/api-group-server-info/
"""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_local.jira.rendering import Renderer, timestamp
from connect_local.jira.rest.requests import caller
from connect_local.jira.site import Site


class About:
    """The first calls of a client."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._renderer = Renderer(site.base_url)

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        return [Route("/myself", self.myself), Route("/serverInfo", self.server_info)]

    async def myself(self, request: Request) -> JSONResponse:
        """The user that the app acts as."""
        return JSONResponse(self._renderer.user_in_full(caller(request)))

    async def server_info(self, _: Request) -> JSONResponse:
        """The site."""
        return JSONResponse(
            {
                "baseUrl": self._site.base_url,
                "version": "1001.0.0-SNAPSHOT",
                "versionNumbers": [1001, 0, 0],
                "deploymentType": "Cloud",
                "buildNumber": 100285,
                "buildDate": "2026-11-01T00:00:00.000+0000",
                "serverTime": timestamp(self._site.now()),
                "scmInfo": "laptop",
                "serverTitle": "Jira",
                "defaultLocale": {"locale": "en_US"},
                "serverTimeZone": "Etc/UTC",
            }
        )
