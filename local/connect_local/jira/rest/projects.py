"""Projects.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.requests import page_of
from connect_local.jira.site import Site

_MAX_RESULTS = 50
_MAX_RECENT = 20
_NOT_LINKED = {"jwt", "startAt", "maxResults"}


class Projects:
    """Recently viewed projects, and all of them in pages."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._renderer = Renderer(site.base_url)

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        return [Route("/project/recent", self.recent), Route("/project/search", self.search)]

    async def recent(self, _: Request) -> JSONResponse:
        """Up to 20 projects: whatever there is has been viewed."""
        return JSONResponse(
            [self._renderer.project(project) for project in self._site.projects()[:_MAX_RECENT]]
        )

    async def search(self, request: Request) -> JSONResponse:
        """A page of the projects whose key or name holds the `query`."""
        query = request.query_params.get("query", "").lower()
        found = [
            project
            for project in self._site.projects()
            if query in project.key.lower() or query in project.name.lower()
        ]
        page = page_of(request, max_results=_MAX_RESULTS)
        is_last = page.stop >= len(found)
        return JSONResponse(
            {
                "self": self._link(request, page.start, page),
                **({} if is_last else {"nextPage": self._link(request, page.stop, page)}),
                "maxResults": page.stop - page.start,
                "startAt": page.start,
                "total": len(found),
                "isLast": is_last,
                "values": [self._renderer.project(project) for project in found[page]],
            }
        )

    def _link(self, request: Request, start_at: int, page: slice) -> str:
        others = [item for item in request.query_params.multi_items() if item[0] not in _NOT_LINKED]
        paging = [("startAt", start_at), ("maxResults", page.stop - page.start)]
        return self._renderer.link(f"project/search?{urlencode([*others, *paging])}")
