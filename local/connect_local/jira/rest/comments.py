"""Comments on issues.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_local.jira.editor import Editor
from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.rest.fields import is_document
from connect_local.jira.rest.requests import caller, issue_of, json_object, page_of, trace_of
from connect_local.jira.site import Site

_MAX_RESULTS = 5000


class Comments:
    """The comments on one site's issues; the apps on it are told of new ones."""

    def __init__(self, site: Site, editor: Editor) -> None:
        self._site = site
        self._editor = editor
        self._renderer = Renderer(site.base_url)

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        return [
            Route("/issue/{issue}/comment", self.read),
            Route("/issue/{issue}/comment", self.add, methods=["POST"]),
            Route("/issue/{issue}/comment/{comment}", self.read_one),
        ]

    async def read(self, request: Request) -> JSONResponse:
        """A page of an issue's comments, the oldest first."""
        issue, page = issue_of(request, self._site), page_of(request, max_results=_MAX_RESULTS)
        return JSONResponse(self._renderer.comments(issue, page))

    async def read_one(self, request: Request) -> JSONResponse:
        """One comment, by its id."""
        issue, id_ = issue_of(request, self._site), request.path_params["comment"]
        for comment in issue.comments:
            if comment.id == id_:
                return JSONResponse(self._renderer.comment(issue, comment))
        raise JiraError(HTTPStatus.NOT_FOUND, f"Can not find a comment for the id: {id_}.")

    async def add(self, request: Request) -> JSONResponse:
        """A new comment of the app's."""
        issue = issue_of(request, self._site)
        body = (await json_object(request, known={"body", "visibility", "properties"})).get("body")
        if not is_document(body):
            raise JiraError(HTTPStatus.BAD_REQUEST, errors={"comment": "Comment body is not valid!"})
        issue, comment = self._editor.comment(issue.key, body, by=caller(request), trace=trace_of(request))
        return JSONResponse(self._renderer.comment(issue, comment), status_code=HTTPStatus.CREATED)
