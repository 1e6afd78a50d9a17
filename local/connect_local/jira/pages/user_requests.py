"""`AP.request`: a call to the REST API that a page makes as its user, within the app's scopes.

https://developer.atlassian.com/cloud/jira/platform/jsapi/request/
"""

from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message

from connect_jwt.scopes import is_granted, scope_of
from connect_local.jira.authentication import CallReason
from connect_local.jira.entities import Installation
from connect_local.jira.journal import Journal, RecordedRequest
from connect_local.jira.pages.visits import Visit
from connect_local.jira.strict_json import parse_json

_METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}


class UserRequests:
    """Makes the calls.

    Args:
        journal: of all calls
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def routes(self) -> list[Route]:
        """The route below a site's base URL."""
        return [Route("/plugins/servlet/ac/{app}/request", self.request, methods=["POST"])]

    async def request(self, request: Request) -> Response:
        """Answer with the status, the headers and the body that the call was answered with."""
        visit = Visit(request=request, tenant=request.state.tenant)
        app = next(
            (each for each in visit.site.enabled_apps() if each.descriptor.key == request.path_params["app"]),
            None,
        )
        wish = _wish(await request.body())
        if app is None or wish is None:
            error = "AP.request takes a path such as /rest/api/3/myself, and a method."
            return JSONResponse({"error": error}, status_code=HTTPStatus.BAD_REQUEST)
        scope = scope_of(wish["method"], urlsplit(wish["url"]).path)
        if is_granted(scope, app.descriptor.scopes):
            status, content_type, body = await _made(visit, app, wish)
            reason = None
        else:
            status, content_type, reason = HTTPStatus.FORBIDDEN, "application/json", CallReason.SCOPE_MISSING
            body = f"The app has no scope {scope}, which {wish['method']} needs."
        self._record(visit, app, wish, status, reason)
        return JSONResponse({"status": status, "contentType": content_type, "body": body})

    def _record(
        self, visit: Visit, app: Installation, wish: dict[str, str], status: int, reason: str | None
    ) -> None:
        self._journal.record(
            RecordedRequest(
                site=visit.site.name,
                method=wish["method"],
                path=wish["url"],
                status=status,
                client_key=app.client_key,
                reason=reason,
                finding=None,
                at=visit.site.now(),
                is_awaited=True,
            )
        )


def _wish(body: bytes) -> dict[str, str] | None:
    try:
        wish = parse_json(body)
        url, method = str(wish["url"]), str(wish.get("method", "GET")).upper()
        content_type, content = wish.get("contentType") or "application/json", wish.get("body") or ""
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not url.startswith("/rest/") or method not in _METHODS:
        return None
    return {"url": url, "method": method, "contentType": str(content_type), "body": str(content)}


async def _made(visit: Visit, app: Installation, wish: dict[str, str]) -> tuple[int, str, str]:
    parts = urlsplit(wish["url"])
    body = wish["body"].encode()
    answered: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        answered.append(message)

    headers = {
        "content-type": wish["contentType"],
        "content-length": str(len(body)),
        "accept": "application/json",
    }
    scope = {
        **visit.request.scope,
        "method": wish["method"],
        "path": f"{visit.site.context_path}{unquote(parts.path)}",
        "raw_path": f"{visit.site.context_path}{parts.path}".encode(),
        "root_path": visit.site.context_path,
        "query_string": parts.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "state": {"app": app, "user": visit.person, "by_forge": False},
    }
    await visit.tenant.rest(scope, receive, send)
    start, *rest = answered
    content_type = dict(start["headers"]).get(b"content-type", b"").decode()
    return start["status"], content_type, b"".join(each.get("body", b"") for each in rest).decode()
