"""Everything known about a request whose token was, or may be, refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from connect_jwt.identity import SharedSecret
from connect_jwt.tokens import UnverifiedToken


class Direction(StrEnum):
    """Direction of the request."""

    TO_JIRA = "to-jira"
    TO_APP = "to-app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything known about the request; unknown values keep their defaults.

    Attributes:
        token: the token; None if it has to be found in `headers` or `url`
        parsed: the parsed token, if the receiver has found it already; then it is not searched for
        method: the HTTP method
        url: absolute, or a path with its query
        headers: of the request, by name in any case
        body: of the request, as text; only forms and lifecycle payloads are examined
        direction: of the request, if known
        app_key: the descriptor's key
        client_key: the site's
        secrets: the site's secret, then its previous ones, newest first
        other_secrets: secrets of the app's other sites, by client key
        base_url: the receiver's base URL: of the site towards Jira, of the app towards the app
        scopes: the descriptor's
        now: Unix seconds; None leaves out every check that depends on time
        status: of the response, if there was one
        response_headers: of the response
        response_body: likewise
        signature_cut_off: True if somebody has taken the signature away before handing the token on
    """

    token: str | None = field(default=None, repr=False)
    parsed: UnverifiedToken | None = field(default=None, repr=False)
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
    signature_cut_off: bool = False

    def header(self, name: str) -> str | None:
        """Return a request header's value; names are case-insensitive."""
        return _value(self.headers, name)

    def response_header(self, name: str) -> str | None:
        """Return a response header's value; names are case-insensitive."""
        return _value(self.response_headers, name)


def _value(headers: Mapping[str, str], name: str) -> str | None:
    for given, value in headers.items():
        if given.lower() == name.lower():
            return value
    return None
