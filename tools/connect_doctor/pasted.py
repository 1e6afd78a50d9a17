"""Recognise pasted text: mostly a token, but people paste anything."""

import re
from dataclasses import replace

from connect_doctor.curl import is_curl, read_curl
from connect_doctor.event import read_gateway_event
from connect_doctor.har import read_har
from connect_doctor.request_text import is_request, read_request
from connect_doctor.transcript import is_transcript, read_transcript, split_transcript
from connect_doctor.unusable import BadInput, parsed_json
from connect_jwt.diagnosis import Evidence

_LONGEST = 64 * 1024
_HEADER = re.compile(r"authorization:\s*(.+)|((?:jwt|bearer|token)\s.+)", re.IGNORECASE | re.DOTALL)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_TOKEN = re.compile(r"eyJ\S*|[\w=-]+(?:\.[\w=-]*){2,4}", re.ASCII)


def read_pasted(text: str, *, base_url: str | None) -> list[Evidence]:
    """The requests in a token, an Authorization header, a URL, a curl command, a request, a HAR or an event.

    Raises:
        BadInput: it is nothing of all this
    """
    text = text.strip()
    for is_one, read in (
        (is_curl, read_pasted_curl),
        (is_transcript, read_transcript),
        (is_request, read_request),
    ):
        if is_one(text):
            return [read(text)]
    if text.startswith("{"):
        document = parsed_json(text, "that")
        return read_har(text) if "log" in document else [read_gateway_event(text, base_url=base_url)]
    if len(text) > _LONGEST:
        raise BadInput("that is far too long for a token, which has 8 KiB at most")
    if header := _HEADER.fullmatch("".join(text.splitlines())):  # terminals and mails break lines
        return [Evidence(headers={"Authorization": header[1] or header[2]})]
    if _URL.fullmatch(text):
        return [Evidence(url=text)]
    token = "".join(text.strip("\"'`").split())
    if not _TOKEN.fullmatch(token):
        raise BadInput(
            "that is no token: a token is three parts with dots between them; "
            "a file is given with --curl, --har or --event"
        )
    return [Evidence(token=token)]


def read_pasted_curl(text: str) -> Evidence:
    """The request of a curl command, and the answer where that was copied along with it.

    Raises:
        BadInput: there is no command, or it has no URL
    """
    command, printed = split_transcript(text)
    request = read_curl(command)
    if not is_transcript(printed):
        return request
    answer = read_transcript(printed)
    return replace(
        request,
        status=answer.status,
        response_headers=answer.response_headers,
        response_body=answer.response_body,
    )
