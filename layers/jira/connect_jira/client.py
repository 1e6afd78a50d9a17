"""Requests to Jira, signed for the one installation that a client was made for.

The URL that is signed is the URL that is sent: it is built here, once, and no HTTP client adds to it. Each
request is signed just before it is sent. Bodies are JSON; a form's fields would count as query parameters to
Jira, and break the signature.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from aws_lambda_powertools import Logger

from connect_jira.jira_errors import JiraError, JiraUnreachable, jira_error
from connect_jira.tenants import Tenants
from connect_jwt.errors import UrlNotSignable
from connect_jwt.identity import ClientKey
from connect_jwt.signing import SigningIdentity, is_below, sign_request

type Query = Mapping[str, str | int | bool | Iterable[str | int]]
"""Query parameters; a list repeats its parameter."""

logger = Logger(child=True)

CONNECT_TIMEOUT_SECONDS = 3.0
READ_TIMEOUT_SECONDS = 10.0

_UNRESERVED = "-._~"
_PATH_SAFE = "/%:@!$&'()*+,;=" + _UNRESERVED
_UNSENDABLE = re.compile(r"[\s\x00-\x20\x7f\\]")
_NOT_NORMAL = re.compile(r"//|/\.{1,2}(?:/|$)")


@dataclass(frozen=True, slots=True)
class JiraResponse:
    """What Jira answered.

    Attributes:
        status: 2xx
        body: the JSON, the text of anything else, None when there was nothing
        headers: by lower-case name
    """

    status: int
    body: Any
    headers: Mapping[str, str]


class JiraClient:
    """Speaks to one site as the app.

    IAM: what `connect_jira.tenants` needs to read and open.

    Args:
        tenants: where the installation is
        client_key: the site
        http: the process's pool; it follows no redirect and repeats nothing
        clock: Unix seconds
    """

    def __init__(
        self,
        tenants: Tenants,
        client_key: ClientKey,
        *,
        http: urllib3.PoolManager,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._tenants = tenants
        self._client_key = client_key
        self._http = http
        self._clock = clock

    def get(self, path: str, *, query: Query | None = None) -> JiraResponse:
        """`request` with GET."""
        return self.request("GET", path, query=query)

    def put(self, path: str, body: object, *, query: Query | None = None) -> JiraResponse:
        """`request` with PUT."""
        return self.request("PUT", path, query=query, body=body)

    def post(self, path: str, body: object, *, query: Query | None = None) -> JiraResponse:
        """`request` with POST."""
        return self.request("POST", path, query=query, body=body)

    def delete(self, path: str, *, query: Query | None = None) -> JiraResponse:
        """`request` with DELETE."""
        return self.request("DELETE", path, query=query)

    def request(
        self, method: str, path: str, *, query: Query | None = None, body: object = None
    ) -> JiraResponse:
        """Send one signed request.

        When Jira answers 401 the installation is read afresh, and if the site has another secret or address
        by now the request is signed again, once. Nothing else is repeated.

        Args:
            method: the HTTP method
            path: such as `/rest/api/3/myself`, or an absolute URL of this site, such as a `nextPage` link
            query: parameters to add; they are encoded here
            body: anything that JSON can say; None for no body

        Raises:
            JiraError: Jira answered with an error, see `connect_jira.jira_errors`; that of 401 and 403 has
                a `finding` that says why
            UrlNotSignable: the path leads away from the site, or is one that Jira refuses
            NotInstalled: the app is not installed there
            TemporarilyUnavailable, SecretDoesNotOpen: the secret cannot be had
        """
        method = method.upper()
        identity = self._tenants.signing_identity(self._client_key)
        response = self._send(identity, method, path, query, body)
        if response.status == HTTPStatus.UNAUTHORIZED:
            fresh = self._tenants.fresh_signing_identity(self._client_key)
            if fresh != identity:
                logger.info("Secret replaced meanwhile; signing again", extra={"reason": "secret-previous"})
                identity, response = fresh, self._send(fresh, method, path, query, body)
        refusals = self._tenants.count_refusals(
            self._client_key, refused=response.status == HTTPStatus.UNAUTHORIZED
        )
        if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._error(identity, method, path, response, refusals)
        return response

    def _error(
        self, identity: SigningIdentity, method: str, path: str, response: JiraResponse, refusals: int
    ) -> JiraError:
        from connect_jira.refusals import explain_outbound  # noqa: PLC0415 - few calls are refused

        return jira_error(
            response.status,
            call=f"{method} {urlsplit(path).path}",
            body=response.body,
            headers=dict(response.headers),
            finding=explain_outbound(
                identity, method, site_url(identity.base_url, path), response, refusals=refusals
            ),
        )

    def _send(
        self, identity: SigningIdentity, method: str, path: str, query: Query | None, body: object
    ) -> JiraResponse:
        url = site_url(identity.base_url, path, query)
        headers = {
            "Accept": "application/json",
            "Authorization": f"JWT {sign_request(identity, method, url, now=self._clock())}",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = self._http.request(
                method,
                url,
                body=None if body is None else json.dumps(body).encode(),
                headers=headers,
                timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_SECONDS, read=READ_TIMEOUT_SECONDS),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as failure:
            call = f"{method} {urlsplit(path).path}"
            raise JiraUnreachable(call=call, cause=type(failure).__name__) from failure
        return JiraResponse(
            status=answer.status,
            body=_content(answer.data, answer.headers.get("Content-Type", "")),
            headers={name.lower(): value for name, value in answer.headers.items()},
        )


def site_url(base_url: str, path: str, query: Query | None = None) -> str:
    """The URL to sign and to send.

    Args:
        base_url: the site's
        path: below it, with or without a query of its own, or an absolute URL below it
        query: parameters to add

    Raises:
        UrlNotSignable: it leads away from the site, or Jira would refuse it as improperly formed
    """
    is_absolute = "://" in path.partition("?")[0]
    url = path if is_absolute else f"{base_url}{path}"
    if _UNSENDABLE.search(path) or "#" in path or not (is_absolute or path.startswith("/")):
        raise UrlNotSignable("a path begins with a slash and has neither blanks nor a fragment: encode them")
    if not is_below(url, base_url):
        raise UrlNotSignable("the URL is not below the base URL of the site that this installation is on")
    parts = urlsplit(url)
    if _NOT_NORMAL.search(parts.path):
        raise UrlNotSignable("Jira refuses paths with //, /./ or /../")
    added = urlencode(_texts(query or {}), doseq=True, quote_via=quote, safe=_UNRESERVED)
    full_query = "&".join(filter(None, (quote(parts.query, safe=_PATH_SAFE + "?"), added)))
    target = f"{parts.scheme}://{parts.netloc}{quote(parts.path, safe=_PATH_SAFE)}"
    return f"{target}?{full_query}" if full_query else target


def _texts(query: Query) -> dict[str, list[str]]:
    return {
        name: [_text(value)] if isinstance(value, str | int) else [_text(member) for member in value]
        for name, value in query.items()
    }


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content(data: bytes, content_type: str) -> Any:  # noqa: ANN401 - any JSON value
    if not data:
        return None
    if "json" in content_type.lower():
        try:
            return json.loads(data)
        except ValueError:
            pass  # an intermediary's page under Jira's content type
    return data.decode(errors="replace")
