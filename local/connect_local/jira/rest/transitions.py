"""Transitions of issues.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connect_local.jira.editor import Editor
from connect_local.jira.entities import Issue, Json
from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.rest.fields import named
from connect_local.jira.rest.requests import caller, issue_of, json_object, trace_of
from connect_local.jira.site import Site
from connect_local.jira.workflow import Transition, transitions_from

_NOT_ONE = (
    "It seems that you have tried to perform a workflow operation ({}) that is not valid for the current "
    "state of this issue."
)
_MISSING = "Missing 'transition' identifier"


class Transitions:
    """The transitions of one site's issues; the apps on it are told of those that are taken."""

    def __init__(self, site: Site, editor: Editor) -> None:
        self._site = site
        self._editor = editor
        self._renderer = Renderer(site.base_url)

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        return [
            Route("/issue/{issue}/transitions", self.read),
            Route("/issue/{issue}/transitions", self.take, methods=["POST"]),
        ]

    async def read(self, request: Request) -> JSONResponse:
        """Those that an issue can take."""
        possible = self.of(issue_of(request, self._site))
        return JSONResponse(
            {"expand": "transitions", "transitions": [self._renderer.transition(each) for each in possible]}
        )

    async def take(self, request: Request) -> Response:
        """Take one of them."""
        issue = issue_of(request, self._site)
        body = await json_object(
            request, known={"transition", "fields", "update", "historyMetadata", "properties"}
        )
        wish = _id(body.get("transition"))
        if wish is None:
            raise JiraError(HTTPStatus.BAD_REQUEST, _MISSING)
        if body.get("fields") or body.get("update"):
            raise JiraError(
                HTTPStatus.BAD_REQUEST, "The laptop's Jira sets no fields in a transition: edit the issue."
            )
        transition = next((each for each in self.of(issue) if each.id == wish), None)
        if transition is None:
            raise JiraError(HTTPStatus.BAD_REQUEST, _NOT_ONE.format(wish))
        self._editor.transition(issue.key, transition, by=caller(request), trace=trace_of(request))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def of(self, issue: Issue) -> list[Transition]:
        """Those that an issue can take."""
        return transitions_from(named(self._renderer.fields(issue)["status"], "id"))


def _id(reference: Json) -> str | None:
    id_ = reference.get("id") if isinstance(reference, dict) else None
    return str(id_) if isinstance(id_, str | int) else None
