"""A HAR file, as browsers and proxies export it: every request in it that carries a Connect token.

http://www.softwareishard.com/blog/har-12-spec/
"""

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connect_doctor.unusable import BadInput, parsed_json
from connect_jwt.diagnosis import Evidence
from connect_jwt.errors import TokenRefused
from connect_jwt.tokens import parse_token

_AUTHORIZATION = re.compile(r"(?:(JWT|Bearer)\s+)?(eyJ\S+)", re.IGNORECASE)
_PARAMETER = re.compile(r"[?&]jwt=eyJ")


def read_har(text: str) -> list[Evidence]:
    """The requests in the order they were made, each with its answer and its time.

    Raises:
        BadInput: it is no HAR, or carries no token
    """
    match parsed_json(text, "the HAR file"):
        case {"log": {"entries": list(entries)}}:
            requests = [_request(entry) for entry in entries if isinstance(entry, dict)]
        case _:
            raise BadInput("that is no HAR file: it has no log.entries")
    found = [request for request in requests if _carries_token(request)]
    if not found:
        raise BadInput(
            f"none of the {len(entries)} requests in the HAR file carries a Connect token; "
            "browsers leave Authorization out unless the export is one with sensitive data"
        )
    return found


def _request(entry: Mapping[str, Any]) -> Evidence:
    request, response = _object(entry.get("request")), _object(entry.get("response"))
    headers = _headers(request)
    posted = _object(request.get("postData"))
    if posted.get("mimeType") and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = str(posted["mimeType"])
    status = response.get("status")
    return Evidence(
        method=_text(request.get("method")),
        url=_text(request.get("url")),
        headers=headers,
        body=_text(posted.get("text")),
        now=_seconds(entry.get("startedDateTime")),
        status=status if isinstance(status, int) and status > 0 else None,  # 0: there was no answer
        response_headers=_headers(response),
        response_body=_content(_object(response.get("content"))),
    )


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    return {str(header.get("name")): str(header.get("value")) for header in _objects(message.get("headers"))}


def _carries_token(request: Evidence) -> bool:
    if _PARAMETER.search(request.url or ""):
        return True
    found = _AUTHORIZATION.fullmatch((request.header("Authorization") or "").strip())
    if found is None:
        return False
    is_bearer = (found[1] or "").lower() == "bearer"
    return not is_bearer or _is_bound(found[2])


def _is_bound(token: str) -> bool:
    """Return whether a Bearer token is a Connect token after all; without `qsh` it is OAuth's or others'."""
    try:
        return "qsh" in parse_token(token).claims
    except TokenRefused:
        return False


def _content(content: Mapping[str, Any]) -> str | None:
    text = _text(content.get("text"))
    if text is not None and content.get("encoding") == "base64":
        try:
            return base64.b64decode(text).decode(errors="replace")
        except ValueError:
            return None
    return text


def _seconds(started: object) -> float | None:
    try:
        moment = datetime.fromisoformat(str(started))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> Iterable[Mapping[str, Any]]:
    return [_object(member) for member in value] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
