"""One call to Jira for whoever invokes the function directly and waits for the answer.

`{"clientKey": …, "method": …, "path": …, "query": {…}, "body": …}` → `{"status": …, "body": …}`
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from connect_jira.client import JiraClient
from connect_jira.jira_errors import JiraError
from connect_jwt.identity import ClientKey

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectCall:
    """A call that is asked for.

    Attributes:
        client_key: the site
        method: the HTTP method
        path: such as `/rest/api/3/myself`
        query: parameters; a list repeats its parameter
        body: anything that JSON can say; None for no body
    """

    client_key: ClientKey
    method: str
    path: str
    query: dict[str, Any]
    body: Any

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> Self:
        """Read the invocation's event.

        Raises:
            ValueError: it does not say what to call, or says more
        """
        unknown = event.keys() - {"clientKey", "method", "path", "query", "body"}
        if unknown:
            raise ValueError(f"unknown member {min(unknown)!r}: give clientKey, method, path, query, body")
        for name in ("clientKey", "path"):
            if not isinstance(event.get(name), str) or not event[name]:
                raise ValueError(f"{name} is missing: give it as a string")
        method = str(event.get("method", "GET")).upper()
        if method not in _METHODS:
            raise ValueError(f"method is none of {', '.join(_METHODS)}")
        query = event.get("query") or {}
        if not isinstance(query, dict):
            raise ValueError("query is not an object of parameters")  # noqa: TRY004 - one kind of error
        return cls(
            client_key=ClientKey(event["clientKey"]),
            method=method,
            path=event["path"],
            query=query,
            body=event.get("body"),
        )

    def make(self, client_for: Callable[[ClientKey], JiraClient]) -> dict[str, Any]:
        """Make the call; what Jira answers is the answer, an error too.

        Raises:
            JiraUnreachable: Jira gave no answer
            NotInstalled, UrlNotSignable, TemporarilyUnavailable: as `JiraClient.request`
        """
        try:
            response = client_for(self.client_key).request(
                self.method, self.path, query=self.query, body=self.body
            )
        except JiraError as error:
            if not error.status:
                raise
            return {"status": error.status, "body": error.body}
        return {"status": response.status, "body": response.body}
