"""A request, read from API Gateway's event.

The payload is version 2.0 of an HTTP API. Its query string is verbatim, which the hash of a token needs; its
path is percent-decoded, and has the stage in front unless that is `$default`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

from connect_jira.web.response import base_url_of, stage_prefix
from connect_jwt.errors import TokenRefused
from connect_jwt.identity import ClientKey
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
        base_url: the one of the app's that the caller used
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

    @property
    def claimed_site(self) -> ClientKey | None:
        """The site that Connect's token claims to be of; None if there is no token that can be read."""
        try:
            return self.token.issuer
        except TokenRefused:
            return None

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


def read_event(
    event: Mapping[str, Any], *, base_url: str = "", further_base_urls: Sequence[str] = ()
) -> GatewayRequest:
    """Read the request in an HTTP API's event.

    Args:
        event: payload version 2.0
        base_url: the app's configured base URL; empty to use the one that the caller used
        further_base_urls: others that it is reached by
    """
    path = _below(event["rawPath"], stage_prefix(event))
    own = base_url_of(event, base_url)
    prefixes = {own: urlsplit(base_url).path}
    for url in further_base_urls:
        prefixes.setdefault(url, urlsplit(url).path)
    used = _used(prefixes, event["requestContext"]["domainName"], path)
    body = event.get("body") or ""
    return GatewayRequest(
        method=event["requestContext"]["http"]["method"],
        path=_below(path, prefixes[used]),  # a custom domain's mapping may be in the path, too
        query=event.get("rawQueryString", ""),
        headers={name.lower(): value for name, value in event.get("headers", {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(errors="replace"),
        base_url=used,
    )


def _used(prefixes: Mapping[str, str], host: str, path: str) -> str:
    """Return the base URL that a request came by.

    Args:
        prefixes: the paths of the base URLs
        host: of the API, which is that of a base URL unless something in front has another
        path: of the request, without the stage
    """
    at_host = [url for url in prefixes if urlsplit(url).netloc.lower() == host.lower()] or list(prefixes)
    above = [url for url in at_host if path.startswith(f"{prefixes[url]}/")]
    return max(above, key=lambda url: len(prefixes[url]), default=at_host[0])


def _below(path: str, prefix: str) -> str:
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
