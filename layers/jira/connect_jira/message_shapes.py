"""Shapes of requests and responses, each with its kind."""

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from connect_jira.shapes import Shape, event_of, json_shape, names_shape, path_template
from connect_jwt.clouds import CLOUDS
from connect_jwt.invocations import ISSUER
from connect_jwt.tokens import UnverifiedToken

_OWN_ROUTE = re.compile(r"/(lifecycle|forge)(/[a-z-]{1,20}){1,2}")
_OPEN_ROUTE = re.compile(r"/(webhooks|pages|api)/")
_OF_EVENTS = {"/webhooks/{…}", "/forge/events"}
_KEY_HOSTS = {
    urlsplit(url).netloc
    for cloud in CLOUDS.values()
    for url in (*cloud.install_keys_urls, cloud.forge_keys_url)
    if url
}


class Request(Protocol):
    """A request to the app."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def path(self) -> str:
        """The path, decoded."""

    @property
    def query(self) -> str:
        """The query string."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers, by name."""

    @property
    def body(self) -> bytes:
        """Its body, as it came."""


class Response(Protocol):
    """A response of Jira's."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers, by name."""

    @property
    def body(self) -> Any:  # noqa: ANN401 - any JSON value
        """Its body: JSON, text or bytes."""


def request_shape(request: Request, token: UnverifiedToken, *, token_alone: bool) -> tuple[str, Shape]:
    """Return kind and shape of a request to the app; arguments as for `Recorder.request`."""
    shape = json_shape(token.header, "token.header") | json_shape(token.claims, "token.claims")
    if not token_alone:
        shape |= names_shape(parse_qsl(request.query, keep_blank_values=True), "query")
        shape |= _body_shape(request.body)
        if request.method != "GET":  # a page's headers are the browser's
            shape |= names_shape(request.headers.items(), "header")
    world = "Forge" if token.claims.get("iss") == ISSUER else "Connect"
    route = _route(request.path)
    event = event_of(shape) if route in _OF_EVENTS else None
    return " ".join(filter(None, (world, "sends", request.method, route, event))), shape


def answer_shape(method: str, path: str, response: Response, *, by_token: bool) -> tuple[str, Shape]:
    """Return kind and shape of a response of Jira; arguments as for `Recorder.answer`."""
    proof = "an access token" if by_token else "a JWT"
    kind = f"Jira answers {method} {path_template(urlsplit(path).path)} with {proof}: {response.status}"
    body = response.body
    of_body = {"body": {"bytes"}} if isinstance(body, bytes) else json_shape(body, "body")
    return kind, names_shape(response.headers.items(), "header") | of_body


def key_host_shape(url: str, status: int, headers: Mapping[str, str], content: bytes) -> tuple[str, Shape]:
    """Return kind and shape of a key host's response; arguments as for `Recorder.key_host`."""
    host = urlsplit(url).netloc
    whose = "The host of Forge keys" if urlsplit(url).path.endswith(".json") else "A host of install keys"
    named = names_shape(((name.lower(), value) for name, value in headers.items()), "header")
    known = {"host": {f"string = {host}" if host in _KEY_HOSTS else "string"}}
    return f"{whose} answers {status}", known | named | _body_shape(content)


def _route(path: str) -> str:
    if _OWN_ROUTE.fullmatch(path):
        return path
    found = _OPEN_ROUTE.match(path)
    return f"{found[0]}{{…}}" if found else "/{…}"


def _body_shape(body: bytes) -> Shape:
    if not body:
        return {}
    try:
        return json_shape(json.loads(body), "body")
    except (ValueError, RecursionError):
        return {"body": {"no JSON"}}
