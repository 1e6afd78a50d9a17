"""HTTP from the site to the apps on it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import urllib3

from connect_local.jira.entities import Json
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.outbox import THREADS
from connect_local.jira.strict_json import parse_json
from connect_tools.descriptor import Descriptor, DescriptorInvalid, read_descriptor
from connect_tools.descriptor_rules.fault import Fault

_TIMEOUT = urllib3.Timeout(connect=3, total=10)
"""Time-outs of Jira's own sender (atlassian-connect, `ConnectHttpClientFactory`)."""

_CONNECTIONS = 2 * THREADS  # to one host: webhooks, and what commands send meanwhile


class AppUnreachable(Exception):
    """The app gave no answer; the message says so in one sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Outcome of one request to an app.

    Attributes:
        status: the app's HTTP status, None when it gave no answer
        error: reason for a missing response, in one sentence
    """

    status: int | None
    error: str | None = None


class AppClient:
    """Sends the site's requests. It follows no redirect and retries nothing by itself."""

    def __init__(self) -> None:
        self._http = urllib3.PoolManager(maxsize=_CONNECTIONS, timeout=_TIMEOUT, retries=False)

    def fetch_descriptor(self, url: str) -> Descriptor:
        """The descriptor at a URL.

        Raises:
            AppUnreachable: nobody answers there
            NotCarriedOut: the descriptor cannot be installed
        """
        try:
            response = self._http.request("GET", url, headers={"Accept": "application/json"}, redirect=False)
        except urllib3.exceptions.LocationValueError as failure:
            raise NotCarriedOut(f"{url} is not a URL.") from failure
        except urllib3.exceptions.HTTPError as failure:
            raise AppUnreachable(_no_answer(url, failure)) from failure
        if response.status != HTTPStatus.OK:
            raise NotCarriedOut(f"The descriptor's URL returned HTTP response code {response.status}.")
        try:
            return read_descriptor(parse_json(response.data))
        except ValueError as malformed:
            raise NotCarriedOut(f"The descriptor is not JSON: {malformed}.") from malformed
        except DescriptorInvalid as invalid:
            raise NotCarriedOut(_refusal(invalid.faults), details=map(str, invalid.faults)) from invalid

    def post(self, url: str, *, token: str, payload: Json, headers: Mapping[str, str]) -> Answer:
        """Send a signed JSON document.

        Args:
            url: from `url_of`, and signed as it is
            token: goes into the `Authorization` header
            payload: the document; None for no body at all
            headers: sent besides
        """
        try:
            response = self._http.request(
                "POST",
                url,
                body=None if payload is None else json.dumps(payload).encode(),
                headers={
                    "Authorization": f"JWT {token}",
                    "Content-Type": "application/json; charset=UTF-8",
                    **headers,
                },
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as failure:
            return Answer(None, _no_answer(url, failure))
        return Answer(response.status)

    def close(self) -> None:
        """Let go of the connections that were kept."""
        self._http.clear()


def _refusal(faults: Sequence[Fault]) -> str:
    return f"The descriptor cannot be installed, for {len(faults)} reason{'s' if len(faults) > 1 else ''}."


def url_of(descriptor: Descriptor, path: str) -> str:
    """The URL of a path of the app, in the form that urllib3 sends: what is signed is what is sent."""
    return urllib3.util.parse_url(descriptor.base_url.rstrip("/") + path).url


def _no_answer(url: str, failure: urllib3.exceptions.HTTPError) -> str:
    host = urllib3.util.parse_url(url).netloc
    return f"The app at {host} gave no answer ({type(failure).__name__})."
