"""Answers of the app to somebody who is nobody: its descriptor, and refusals, each with the headers.

It is asked over HTTP, as Jira and Atlassian's scanner for its marketplace ask it.

https://github.com/atlassian-labs/connect-security-req-tester
"""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import urllib3

from connect_cli.errors import CommandError
from connect_tools.descriptor import DescriptorInvalid, read_descriptor
from connect_tools.smoke.deployment import DESCRIPTOR, Deployment

if TYPE_CHECKING:
    from connect_tools.descriptor import Descriptor

_TIMEOUT_SECONDS = 15
_YEAR_SECONDS = 31_536_000
_LEAKING_REFERRERS = {"unsafe-url", "no-referrer-when-downgrade"}
_NOWHERE = "/connect-smoke"
_OF_FORGE = ("/forge/lifecycle/installed", "/forge/events", "/forge/refresh")


class AppAnswers:
    """The app of a deployment, asked over HTTP.

    Args:
        deployment: with the app
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._http = urllib3.PoolManager(timeout=_TIMEOUT_SECONDS, retries=False)
        self._descriptor: Descriptor | None = None

    def check_descriptor(self) -> str:
        """Fetch the descriptor, which Jira would install, and which names the base URL, by each address.

        Raises:
            CommandError: it is not there, or Jira would not install it
        """
        answer = self._ask("GET", DESCRIPTOR, HTTPStatus.OK)
        self._ask("HEAD", DESCRIPTOR, HTTPStatus.OK)
        for url in self._deployment.further:
            if self._ask("GET", DESCRIPTOR, HTTPStatus.OK, base=url).data != answer.data:
                raise CommandError(
                    f"{url} serves another descriptor: look at FurtherBaseUrls, and at the domain's record"
                )
        source = _json(answer.data)
        try:
            self._descriptor = read_descriptor(source)
        except DescriptorInvalid as invalid:
            raise CommandError(
                f"{invalid.faults[0]} Mend descriptor/atlassian-connect.json, and deploy"
            ) from invalid
        if self._descriptor.base_url != self._deployment.base_url:
            raise CommandError(
                f"its baseUrl is {self._descriptor.base_url}, and not {self._deployment.base_url}: "
                "look at the parameters BaseUrl and DomainName"
            )
        return f"{self._descriptor.key} at {self._descriptor.base_url}"

    def check_urls(self) -> str:
        """Ask for every URL of the descriptor, and Forge's, without a proof, and for one that is nowhere.

        Raises:
            CommandError: one of them does not refuse that, or has not the headers
        """
        refused = dict.fromkeys(self._routes())
        for method, path in refused:
            self._ask(method, path, HTTPStatus.UNAUTHORIZED)
        self._ask("GET", _NOWHERE, HTTPStatus.NOT_FOUND)
        return f"{len(refused)} refuse whoever has no proof, and have the headers that Atlassian looks for"

    def _routes(self) -> Iterator[tuple[str, str]]:
        assert self._descriptor is not None  # noqa: S101 - the descriptor is looked at first
        for path in self._descriptor.lifecycle.values():
            yield "POST", path
        for webhook in self._descriptor.webhooks:
            yield "POST", webhook.url.partition("?")[0]
        for page in self._descriptor.pages:
            yield "GET", page.url.partition("?")[0]
        for path in _OF_FORGE:
            yield "POST", path

    def _ask(
        self, method: str, path: str, expected: HTTPStatus, *, base: str | None = None
    ) -> urllib3.BaseHTTPResponse:
        url = f"{base or self._deployment.address}{path}"
        try:
            answer = self._http.request(method, url)
        except urllib3.exceptions.HTTPError as failure:
            raise CommandError(
                f"{method} {url} gives no answer ({type(failure).__name__}): "
                "look at the domain's record and certificate, and at the stack's Api"
            ) from failure
        if answer.status != expected:
            raise CommandError(
                f"{method} {url} is answered {answer.status}, not {int(expected)}: "
                f"{_ADVICE.get(answer.status, 'look at the log of its function')}"
            )
        for fault in header_faults(answer.headers):
            raise CommandError(
                f"{method} {url} is answered without {fault}: does something in between take it?"
            )
        return answer


_ADVICE: dict[int, str] = {
    HTTPStatus.FORBIDDEN: "does something in front of the API refuse it, such as a WAF?",
    HTTPStatus.NOT_FOUND: "the API has no such route, or its path is below another base URL",
    HTTPStatus.TOO_MANY_REQUESTS: "the API is throttled: look at aws lambda get-account-settings",
    HTTPStatus.INTERNAL_SERVER_ERROR: "its function fails, or the API may not invoke it: look at its log",
    HTTPStatus.SERVICE_UNAVAILABLE: "Lambda runs no more functions at a time, or AWS does not answer",
}


def header_faults(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the headers that are missing of those that Atlassian looks for, whatever the status.

    Args:
        headers: of an answer, by names in any case
    """
    caching = {part.strip() for part in headers.get("Cache-Control", "").split(",")}
    if not {"no-cache", "no-store"} <= caching:
        yield "Cache-Control: no-cache, no-store"
    if headers.get("Referrer-Policy", "unsafe-url") in _LEAKING_REFERRERS:
        yield "a Referrer-Policy that keeps URLs in"
    max_age = headers.get("Strict-Transport-Security", "").partition("max-age=")[2].partition(";")[0]
    if not max_age.isdecimal() or int(max_age) < _YEAR_SECONDS:
        yield "a Strict-Transport-Security of a year"
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "X-Content-Type-Options: nosniff"


def _json(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(content)
    except ValueError:
        return None
