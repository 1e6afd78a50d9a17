"""The requests that are signed and verified, from a plain one to one that is made to be slow."""

from urllib.parse import quote, urlencode

METHOD = "GET"
BASE_URL = "https://example.atlassian.net"

_JQL = 'project = "DEMO" AND status in ("To Do", "In Progress") AND updated >= -7d ORDER BY created DESC'


def _nasty() -> str:
    parameters = [(f"name {n % 40} ü", f"value+{n * 7919 % 100} *~/&= {'é' * (n % 5)}") for n in range(100)]
    return urlencode(parameters, quote_via=quote)


PATHS = {
    "short": "/rest/api/3/myself",
    "typical": "/rest/api/3/search/jql?"
    + urlencode({"jql": _JQL, "maxResults": "50", "fields": "summary,status"}, quote_via=quote),
    "nasty": f"/rest/api/3/search?{_nasty()}",
}
"""Path and query by what the request is like."""
