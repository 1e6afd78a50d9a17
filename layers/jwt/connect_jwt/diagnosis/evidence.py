"""What is known of a request whose token was, or may be, refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from connect_jwt.identity import SharedSecret


class Direction(StrEnum):
    """Who sent the request to whom."""

    TO_JIRA = "to-jira"
    TO_APP = "to-app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is known; whatever is not stays as it is here.

    Attributes:
        token: the token, None when it is only to be found in `headers` or `url`
        method: the HTTP method
        url: absolute, or a path with its query
        headers: of the request, by name in any case
        body: of the request, as text; only a form and a lifecycle payload say something
        direction: who sent it to whom, when that is known
        app_key: the descriptor's key
        client_key: the site's
        secrets: the site's secret, and after it those it had before, newest first
        other_secrets: the secrets of other sites that have the app, by client key
        base_url: the receiver's base URL: of the site towards Jira, of the app towards the app
        scopes: the descriptor's
        now: Unix seconds; None leaves out what depends on it
        status: what the receiver answered, if it did
        response_headers: of its answer
        response_body: likewise
    """

    token: str | None = field(default=None, repr=False)
    method: str | None = None
    url: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str | None = field(default=None, repr=False)
    direction: Direction | None = None
    app_key: str | None = None
    client_key: str | None = None
    secrets: tuple[SharedSecret, ...] = ()
    other_secrets: Mapping[str, SharedSecret] = field(default_factory=dict, repr=False)
    base_url: str | None = None
    scopes: tuple[str, ...] | None = None
    now: float | None = None
    status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    response_body: str | None = field(default=None, repr=False)

    def header(self, name: str) -> str | None:
        """The value of a header of the request, whatever the case of its name."""
        return _value(self.headers, name)

    def response_header(self, name: str) -> str | None:
        """The value of a header of the answer, whatever the case of its name."""
        return _value(self.response_headers, name)


def _value(headers: Mapping[str, str], name: str) -> str | None:
    for given, value in headers.items():
        if given.lower() == name.lower():
            return value
    return None
