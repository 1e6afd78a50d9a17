"""A request as text: its line and its headers, as a browser or a proxy copies it."""

import re
from collections.abc import Sequence

from connect_jwt.diagnosis import Evidence

_REQUEST_LINE = re.compile(r"([A-Z]{3,7}) (/\S*|https?://\S+)(?: HTTP/\d(?:\.\d)?)?", re.ASCII)
_HEADER = re.compile(r"(:?[^:\s]+)\s*:(.*)")
_FEWEST_HEADERS = 2
"""A single one may as well be an Authorization header whose line is broken."""


def is_request(text: str) -> bool:
    """Return whether a text begins with a request's line, or is several headers."""
    head = text.replace("\r\n", "\n").partition("\n\n")[0].splitlines()
    if head and _REQUEST_LINE.fullmatch(head[0].strip()):
        return True
    return len(head) >= _FEWEST_HEADERS and all(_HEADER.fullmatch(line.strip()) for line in head)


def read_request(text: str) -> Evidence:
    """The request in a text that is one."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    lines = head.splitlines()
    return request_of(lines, body.strip() or None)


def request_of(lines: Sequence[str], body: str | None = None) -> Evidence:
    """The request of a head's lines; HTTP/2's own fields count as its line.

    Args:
        lines: of the request line, if there is one, and of the headers
        body: of the request
    """
    line = next((found for text in lines if (found := _REQUEST_LINE.fullmatch(text.strip()))), None)
    headers = headers_of(lines)
    of_http2 = {name: headers.pop(name) for name in list(headers) if name.startswith(":")}
    method, target = (line[1], line[2]) if line else (of_http2.get(":method"), of_http2.get(":path"))
    host = next((value for name, value in headers.items() if name.lower() == "host"), "")
    host = of_http2.get(":authority", host)
    if target and host and target.startswith("/"):
        target = f"{of_http2.get(':scheme', 'https')}://{host}{target}"
    return Evidence(method=method, url=target, headers=headers, body=body)


def headers_of(lines: Sequence[str]) -> dict[str, str]:
    """The headers in lines, whatever else is among them."""
    found = (_HEADER.fullmatch(line.strip()) for line in lines if not _REQUEST_LINE.fullmatch(line.strip()))
    return {header[1]: header[2].strip() for header in found if header}
