"""Journal of REST calls, with the reasons that Jira keeps to itself."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from urllib.parse import unquote_plus

from connect_jwt.diagnosis import Finding
from connect_jwt.identity import ClientKey
from connect_local.jira.entities import Json

_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """One REST call.

    Attributes:
        site: the name of the site that was called, empty for the default one
        method: the HTTP method
        path: the path below the site's base URL, with its query; of a token in it only the name
        status: of the response, sent or not; None if the connection broke before there was one
        client_key: the site's identity for the app that called, None when that is not known
        reason: of a refusal, else None
        finding: further explanation
        question: of a refused call, for the fragment of the doctor's page; without secret and signature
        at: time of the call
        is_awaited: True if whoever called was still there to take the answer
    """

    site: str = ""
    method: str
    path: str
    status: int | None
    client_key: ClientKey | None
    reason: str | None
    finding: Finding | None = None
    question: str | None = None
    at: datetime
    is_awaited: bool = True

    def as_json(self) -> Json:
        """The entry of `GET /_local/requests`."""
        entry: dict[str, Json] = {
            "site": self.site,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "clientKey": self.client_key,
            "reason": self.reason,
            "at": self.at.isoformat(timespec="milliseconds"),
        }
        if self.finding:
            entry["diagnosis"] = {"seen": self.finding.seen, "why": self.finding.why, "fix": self.finding.fix}
        return entry


class Journal:
    """The last calls that were received.

    Args:
        on_request: told of each call as it is answered
    """

    def __init__(self, on_request: Callable[[RecordedRequest], None] | None) -> None:
        self._on_request = on_request
        self._lock = Lock()
        self._requests: deque[RecordedRequest] = deque(maxlen=_KEPT)

    def record(self, request: RecordedRequest) -> None:
        """Keep what became of a call."""
        with self._lock:
            self._requests.append(request)
        if self._on_request:
            self._on_request(request)

    def requests(self) -> list[RecordedRequest]:
        """All calls that are kept, by the time they came."""
        with self._lock:
            return sorted(self._requests, key=lambda request: request.at)


def without_token(path: str, query: str) -> str:
    """A path with its query, in which a `jwt` parameter has no value."""
    parameters = (
        "jwt=…" if unquote_plus(parameter.partition("=")[0]) == "jwt" else parameter
        for parameter in query.split("&")
    )
    return f"{path}?{'&'.join(parameters)}" if query else path
