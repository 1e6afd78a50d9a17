"""Properties of issues: what apps keep with them.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-properties/
"""

import json
from dataclasses import replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connect_local.jira.entities import Issue
from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.rest.requests import issue_of, json_body
from connect_local.jira.site import Site

_MAX_KEY, _MAX_VALUE = 255, 32768


class Properties:
    """The properties of one site's issues."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._renderer = Renderer(site.base_url)

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        one = "/issue/{issue}/properties/{property}"
        return [
            Route("/issue/{issue}/properties", self.keys),
            Route(one, self.read),
            Route(one, self.put, methods=["PUT"]),
            Route(one, self.delete, methods=["DELETE"]),
        ]

    async def keys(self, request: Request) -> JSONResponse:
        """The keys of an issue's properties."""
        issue = issue_of(request, self._site)
        link = self._renderer.reference(issue)["self"]
        return JSONResponse(
            {"keys": [{"self": f"{link}/properties/{key}", "key": key} for key in issue.properties]}
        )

    async def read(self, request: Request) -> JSONResponse:
        """One property."""
        issue, key = self._existing(request)
        return JSONResponse({"key": key, "value": issue.properties[key]})

    async def put(self, request: Request) -> Response:
        """Set a property, which may be there already."""
        issue, key = issue_of(request, self._site), request.path_params["property"]
        value = await json_body(request)
        if len(key) > _MAX_KEY:
            raise JiraError(
                HTTPStatus.BAD_REQUEST, f"The property key cannot be longer than {_MAX_KEY} characters."
            )
        if len(json.dumps(value, separators=(",", ":"), ensure_ascii=False)) > _MAX_VALUE:
            raise JiraError(
                HTTPStatus.BAD_REQUEST, f"The property value cannot be longer than {_MAX_VALUE} characters."
            )
        self._site.change_issue(
            issue.key, lambda now: replace(now, properties={**now.properties, key: value})
        )
        return Response(status_code=HTTPStatus.OK if key in issue.properties else HTTPStatus.CREATED)

    async def delete(self, request: Request) -> Response:
        """Remove a property."""
        issue, key = self._existing(request)

        def without(now: Issue) -> Issue:
            return replace(
                now, properties={name: now.properties[name] for name in now.properties if name != key}
            )

        self._site.change_issue(issue.key, without)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def _existing(self, request: Request) -> tuple[Issue, str]:
        issue, key = issue_of(request, self._site), request.path_params["property"]
        if key not in issue.properties:
            raise JiraError(HTTPStatus.NOT_FOUND, f"The property with key '{key}' does not exist.")
        return issue, key
