"""API Gateway on the laptop: an HTTP API with payload version 2.0 in front of the functions.

As in AWS, the query string is verbatim and the path is percent-decoded. It also answers Lambda's own Invoke
API, so that `aws lambda invoke --endpoint-url` works as it does against AWS; but for programs of this
machine only, since AWS would ask for a signature.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import asyncio
import base64
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from connect_local.jira.pages.guard import Guard
from connect_local.laptop.asynchronous import AsynchronousInvocations
from connect_local.laptop.functions import LaptopFunction
from connect_local.laptop.invocations import InvocationResult
from connect_local.laptop.routing import Routes
from connect_tools.loopback import LOOPBACK
from connect_tools.template import ACCOUNT, DEFAULT_ROUTE, Route

MAX_BODY_BYTES = 10 * 1024 * 1024
"""Maximum body of an HTTP API."""

MAX_HEAD_BYTES = 10_240
"""Maximum request line and headers of an HTTP API, together.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

MAX_EVENT_BYTES = 6 * 1024 * 1024 + 100
"""Maximum event of a synchronous invocation; a request's event is larger than its body."""

MAX_ASYNCHRONOUS_EVENT_BYTES = 1024 * 1024
"""Maximum event of an asynchronous invocation.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

_INVOKE = re.compile(r"/2015-03-31/functions/([\w-]+)/invocations", re.ASCII)
_TEXT = re.compile(r"text/|application/(?:[\w.+-]*\+)?(?:json|xml|javascript)", re.IGNORECASE)
_STAGE = "$default"


class LaptopGateway:
    """An ASGI application.

    Attributes:
        routes: as below

    Args:
        routes: of the requests to functions
        functions: the functions, by logical id
        asynchronous: take their events when nobody waits, likewise
        controls: the application of what is below `/_local/`
        tell: takes a function's name, and what has happened to it
    """

    def __init__(
        self,
        routes: Routes,
        functions: Mapping[str, LaptopFunction],
        asynchronous: Mapping[str, AsynchronousInvocations],
        controls: ASGIApp,
        *,
        tell: Callable[[str, str], None] = lambda _function, _sentence: None,
    ) -> None:
        self.routes = routes
        self._tell = tell
        self._functions = functions
        self._asynchronous = asynchronous
        self._controls = controls
        self._invoke_api = Guard(self._serve, base_url=f"http://{LOOPBACK}")
        self._invocations = ThreadPoolExecutor(max_workers=64, thread_name_prefix="invoke")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/_local/"):
            await self._controls(scope, receive, send)
        elif _INVOKE.fullmatch(scope["path"]):
            await self._invoke_api(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        body = await _body_of(request)
        if body is None:
            return _too_large()
        invoke = _INVOKE.fullmatch(request.scope["path"])
        if invoke and invoke[1] in self._functions and request.method == "POST":
            return await self._answer_invoke(invoke[1], request, body or b"{}")
        if _head_bytes(request) > MAX_HEAD_BYTES:
            return JSONResponse({"message": "Request Header Fields Too Large"}, 431)
        found = self.routes.match(request.method, request.scope["path"])
        if found is None:
            return JSONResponse({"message": "Not Found"}, 404)
        route, variables = found
        event = json.dumps(http_event(request, body, route, variables), ensure_ascii=False).encode()
        if len(event) > MAX_EVENT_BYTES:
            return _too_large()
        result = await self._invoke(route.function, event)
        if result.trouble:
            line = f"{request.method} {request.scope['path']}"
            self._tell(route.function, f"{result.trouble}. {line} was answered 500")
        return http_response(result)

    async def _answer_invoke(self, function: str, request: Request, event: bytes) -> Response:
        asynchronous = request.headers.get("x-amz-invocation-type") == "Event"
        limit = MAX_ASYNCHRONOUS_EVENT_BYTES if asynchronous else MAX_EVENT_BYTES
        if len(event) > limit:
            message = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
            return _invoke_refusal(413, "RequestEntityTooLargeException", message)
        if not _is_json(event):
            message = "Could not parse request body into json"
            return _invoke_refusal(400, "InvalidRequestContentException", message)
        if asynchronous:
            request_id = self._asynchronous[function].put(event)
            return Response(status_code=202, headers={"x-amzn-RequestId": request_id})
        return _invoke_response(await self._invoke(function, event))

    async def _invoke(self, function: str, event: bytes) -> InvocationResult:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._invocations, self._functions[function].invoke, event)


def _head_bytes(request: Request) -> int:
    query = request.scope["query_string"]
    line = b" ".join((request.method.encode(), request.scope["raw_path"] + b"?" * bool(query) + query))
    headers = (len(name) + len(": ") + len(value) for name, value in request.scope["headers"])
    return len(line) + len(" HTTP/1.1") + sum(headers)


async def _body_of(request: Request) -> bytes | None:
    """The body; None when it is too large. Read to its end even so: who is still sending hears no answer."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            body += chunk
    return bytes(body) if size <= MAX_BODY_BYTES else None


def http_event(request: Request, body: bytes, route: Route, variables: Mapping[str, str]) -> dict[str, Any]:
    """The event of a request, payload version 2.0."""
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name.lower(), []).append(value)
    cookies = headers.pop("cookie", [])
    query = request.scope["query_string"].decode("latin-1")
    path = unquote(request.scope["raw_path"].decode("latin-1"), errors="replace")
    host = request.headers.get("host", "")
    route_key = route.path if route.path == DEFAULT_ROUTE else f"{route.method} {route.path}"
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name: ",".join(values) for name, values in headers.items()},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "laptop",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": f"HTTP/{request.scope['http_version']}",
                "sourceIp": request.client.host if request.client else "",
                "userAgent": request.headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route_key,
            "stage": _STAGE,
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [cookie.strip() for value in cookies for cookie in value.split(";")]
    if query:
        parameters: dict[str, list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            parameters.setdefault(name, []).append(value)
        event["queryStringParameters"] = {name: ",".join(values) for name, values in parameters.items()}
    if variables:
        event["pathParameters"] = dict(variables)
    if body:
        event |= _body(body, request.headers.get("content-type", ""))
    return event


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if _TEXT.match(content_type):
        try:
            return {"body": body.decode()}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def http_response(result: InvocationResult) -> Response:
    """The response that a function's result stands for."""
    if result.failed:
        return JSONResponse({"message": "Internal Server Error"}, 500)
    answer = json.loads(result.payload)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return JSONResponse(answer)
    content = answer.get("body") or ""
    response = Response(
        base64.b64decode(content) if answer.get("isBase64Encoded") else content,
        status_code=int(answer["statusCode"]),
        headers={name.lower(): str(value) for name, value in answer.get("headers", {}).items()},
    )
    for cookie in answer.get("cookies", []):
        response.raw_headers.append((b"set-cookie", cookie.encode()))
    return response


def _too_large() -> Response:
    return JSONResponse({"message": "Request Entity Too Large"}, 413)


def _is_json(event: bytes) -> bool:
    try:
        json.loads(event)
    except ValueError:
        return False
    return True


def _invoke_refusal(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"Type": "User", "message": message}, status, headers={"x-amzn-ErrorType": kind})


def _invoke_response(result: InvocationResult) -> Response:
    headers = {"X-Amz-Executed-Version": "$LATEST"}
    if result.failed:
        headers["X-Amz-Function-Error"] = "Unhandled"
    return Response(result.payload, media_type="application/json", headers=headers)
