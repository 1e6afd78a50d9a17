"""Comments on issues.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

from dataclasses import replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_local.jira.entities import Comment
from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.rest.fields import is_document
from connect_local.jira.rest.requests import caller, issue_of, json_object, page_of
from connect_local.jira.site import Site

_MAX_RESULTS = 5000


class Comments:
    """The comments on one site's issues."""

    def __init__(self, site: Site) -> None:
        self._site = site
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
        comment = Comment(id=self._site.new_id(), author=caller(request), body=body, created=self._site.now())
        self._site.change_issue(issue.key, lambda now: replace(now, comments=(*now.comments, comment)))
        return JSONResponse(self._renderer.comment(issue, comment), status_code=HTTPStatus.CREATED)
