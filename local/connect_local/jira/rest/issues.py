"""Issues: created, read and edited.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connect_local.jira.editor import Editor
from connect_local.jira.entities import Json, Project
from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.rest.fields import Fields, named
from connect_local.jira.rest.requests import INVALID_PAYLOAD, caller, issue_of, json_object, names, trace_of
from connect_local.jira.rest.selection import select
from connect_local.jira.site import Site

_EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"


class Issues:
    """The issues of one site; the apps on it are told of what is done to them."""

    def __init__(self, site: Site, editor: Editor) -> None:
        self._site = site
        self._editor = editor
        self._fields = Fields(site)
        self._renderer = Renderer(site.base_url)

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        return [
            Route("/issue", self.create, methods=["POST"]),
            Route("/issue/{issue}", self.read),
            Route("/issue/{issue}", self.edit, methods=["PUT"]),
        ]

    async def create(self, request: Request) -> JSONResponse:
        """A new issue of the app's own making."""
        fields = await _fields(request)
        project = self._project(fields.pop("project", None))
        errors = self._fields.errors({"summary": None, "issuetype": None, **fields})
        if project is None:
            errors["project"] = "Specify a valid project ID or key"
        if project is None or errors:
            raise JiraError(HTTPStatus.BAD_REQUEST, errors=errors)
        resolved = self._fields.resolved(fields)
        issue = self._editor.create(project, resolved, by=caller(request), trace=trace_of(request))
        return JSONResponse(self._renderer.reference(issue), status_code=HTTPStatus.CREATED)

    async def read(self, request: Request) -> JSONResponse:
        """An issue with the `fields`, and those of its `properties`, that the call asks for."""
        issue = issue_of(request, self._site)
        query = request.query_params
        answer = {
            "expand": _EXPAND,
            **self._renderer.reference(issue),
            "fields": select(self._renderer.fields(issue), names(query.getlist("fields"))),
        }
        if properties := names(query.getlist("properties")):
            answer["properties"] = select(issue.properties, properties)
        return JSONResponse(answer)

    async def edit(self, request: Request) -> Response:
        """Set fields of an issue."""
        issue = issue_of(request, self._site)
        fields = await _fields(request)
        if errors := self._fields.errors(fields):
            raise JiraError(HTTPStatus.BAD_REQUEST, errors=errors)
        edited = self._fields.resolved(fields)
        self._editor.edit(issue.key, edited, by=caller(request), trace=trace_of(request))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def _project(self, reference: Json) -> Project | None:
        id_or_key = named(reference, "key", "id")
        return self._site.project(id_or_key) if id_or_key else None


async def _fields(request: Request) -> dict[str, Json]:
    body = await json_object(request, known={"fields", "update"})
    fields = body.get("fields", {})
    if not isinstance(fields, dict):
        raise JiraError(HTTPStatus.BAD_REQUEST, INVALID_PAYLOAD)
    if body.get("update"):
        message = "The laptop's Jira carries out no 'update' operations: set 'fields'."
        raise JiraError(HTTPStatus.BAD_REQUEST, message)
    return fields
