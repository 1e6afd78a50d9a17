"""A request, read from API Gateway's event.

The payload is version 2.0 of an HTTP API. Its query string is verbatim, which the hash of a token needs; its
path is percent-decoded, and has the stage in front unless that is `$default`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

from connect_jira.web.response import base_url_of, stage_prefix
from connect_jwt.invocations import MAX_FORGE_TOKEN_BYTES
from connect_jwt.tokens import UnverifiedToken, find_bearer_token, find_token, parse_token


@dataclass(frozen=True, kw_only=True)
class GatewayRequest:
    """One HTTP request. Its tokens are parsed once.

    Attributes:
        method: in upper case
        path: below the app's base URL
        query: the query string verbatim
        headers: by lower-case name
        body: the bytes
        base_url: the app's own, which it gives Jira and which an install's `aud` must match
    """

    method: str
    path: str
    query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    base_url: str

    @cached_property
    def token(self) -> UnverifiedToken:
        """Connect's token, in the header `Authorization` or in the parameter `jwt`. It proves nothing yet.

        Raises:
            TokenRefused: there is none that can be read, or there are two
        """
        return self._parse_once(find_token(self.headers.get("authorization"), self.query))

    @cached_property
    def context_token(self) -> UnverifiedToken:
        """The same from the header only: a URL is written down where a page's token must not be."""
        return self._parse_once(find_token(self.headers.get("authorization"), query=""))

    @cached_property
    def invocation_token(self) -> UnverifiedToken:
        """Forge's invocation token, which comes in the header only. It proves nothing yet.

        Raises:
            TokenRefused: there is none that can be read
        """
        bearer_token = find_bearer_token(self.headers.get("authorization"))
        return parse_token(bearer_token, max_bytes=MAX_FORGE_TOKEN_BYTES)

    @cached_property
    def _parse_once(self) -> Callable[[str], UnverifiedToken]:
        return cache(parse_token)  # a page's token is read by two names


def read_event(event: Mapping[str, Any], *, base_url: str = "") -> GatewayRequest:
    """Read the request in an HTTP API's event.

    Args:
        event: payload version 2.0
        base_url: the app's configured base URL; empty to use the one that the caller used
    """
    path = _below(event["rawPath"], stage_prefix(event))
    if base_url:  # a custom domain's mapping may be in the path, too
        path = _below(path, urlsplit(base_url).path.rstrip("/"))
    body = event.get("body") or ""
    return GatewayRequest(
        method=event["requestContext"]["http"]["method"],
        path=path,
        query=event.get("rawQueryString", ""),
        headers={name.lower(): value for name, value in event.get("headers", {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(errors="replace"),
        base_url=base_url_of(event, base_url),
    )


def _below(path: str, prefix: str) -> str:
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
