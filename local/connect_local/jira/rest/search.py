"""Search by JQL, in pages that a token leads on to.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/; the older search is gone
(https://developer.atlassian.com/changelog/#CHANGE-2046).
"""

import base64
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connect_local.jira.entities import Issue, Json
from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.answers import JiraError
from connect_local.jira.rest.jql import parse_jql
from connect_local.jira.rest.requests import INVALID_PAYLOAD, json_object, names, number
from connect_local.jira.rest.selection import select
from connect_local.jira.site import Site

_DEFAULT_RESULTS, _MAX_RESULTS = 50, 100
_MEMBERS: dict[str, type] = {
    "jql": str,
    "nextPageToken": str,
    "maxResults": int,
    "fields": list,
    "properties": list,
    "expand": str,
    "fieldsByKeys": bool,
    "failFast": bool,
    "reconcileIssues": list,
}
_UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
_GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration "
    "guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)


class Search:
    """Searches one site's issues."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._renderer = Renderer(site.base_url)

    def routes(self) -> list[Route]:
        """The routes below the API's path."""
        return [
            Route("/search/jql", self.by_query),
            Route("/search/jql", self.by_body, methods=["POST"]),
            Route("/search", self.gone, methods=["GET", "POST"]),
        ]

    async def by_query(self, request: Request) -> JSONResponse:
        """Search with parameters of the query."""
        query = request.query_params
        wish: dict[str, Json] = {name: query[name] for name in ("jql", "nextPageToken") if name in query}
        wish |= {name: names(query.getlist(name)) for name in ("fields", "properties")}
        wish["maxResults"] = number(request, "maxResults", default=_DEFAULT_RESULTS, least=1)
        return self._page(wish)

    async def by_body(self, request: Request) -> JSONResponse:
        """Search with members of the body."""
        wish = await json_object(request, known=_MEMBERS)
        given = {name: value for name, value in wish.items() if value is not None}
        if not all(_is_valid(name, value) for name, value in given.items()):
            raise JiraError(HTTPStatus.BAD_REQUEST, INVALID_PAYLOAD)
        return self._page(given)

    async def gone(self, _: Request) -> JSONResponse:
        """Answer outdated clients."""
        raise JiraError(HTTPStatus.GONE, _GONE)

    def _page(self, wish: Mapping[str, Json]) -> JSONResponse:
        found = self._run(wish.get("jql", ""))
        start = _offset(wish["nextPageToken"]) if "nextPageToken" in wish else 0
        end = start + min(max(wish.get("maxResults", _DEFAULT_RESULTS), 1), _MAX_RESULTS)
        issues = [self._issue(issue, wish) for issue in found[start:end]]
        more = {"nextPageToken": _token(end)} if end < len(found) else {}
        return JSONResponse({"issues": issues, **more, "isLast": not more})

    def _run(self, jql: str) -> list[Issue]:
        query = parse_jql(jql)
        if not query.clauses and not query.conditions:
            raise JiraError(HTTPStatus.BAD_REQUEST, _UNBOUNDED)
        for field, values in query.clauses:
            find = self._site.project if field == "project" else self._site.issue
            for value in sorted(values):
                if find(value) is None:
                    message = f"The value '{value}' does not exist for the field '{field}'."
                    raise JiraError(HTTPStatus.BAD_REQUEST, message)
        return query.run(self._site.issues(), self._site.now())

    def _issue(self, issue: Issue, wish: Mapping[str, Json]) -> Json:
        rendered: dict[str, Json] = {"id": issue.id}
        if fields := wish.get("fields"):
            rendered = {
                "expand": "",
                **self._renderer.reference(issue),
                "fields": select(self._renderer.fields(issue), fields),
            }
        if properties := wish.get("properties"):
            rendered["properties"] = select(issue.properties, properties)
        return rendered


def _is_valid(name: str, value: Json) -> bool:
    if name in {"fields", "properties"}:
        return isinstance(value, list) and all(isinstance(member, str) for member in value)
    return isinstance(value, _MEMBERS[name])


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"offset:{offset}".encode()).decode()


def _offset(token: str) -> int:
    try:
        offset = base64.urlsafe_b64decode(token).decode().removeprefix("offset:")
    except ValueError:
        offset = ""
    if not offset.isdecimal():
        raise JiraError(HTTPStatus.BAD_REQUEST, "The nextPageToken is invalid.")
    return int(offset)
