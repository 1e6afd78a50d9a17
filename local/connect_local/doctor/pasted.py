"""What is pasted without a word of explanation: mostly a token, but people paste what they have."""

import re

from connect_jwt.diagnosis import Evidence
from connect_local.doctor.curl import is_curl, read_curl
from connect_local.doctor.event import read_gateway_event
from connect_local.doctor.har import read_har
from connect_local.doctor.inputs import BadInput, parsed_json

_LONGEST = 64 * 1024
_HEADER = re.compile(r"(?:authorization:\s*)?((?:jwt|bearer)\s+\S+)|authorization:\s*(\S+)", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_TOKEN = re.compile(r"eyJ\S*|[\w=-]+(?:\.[\w=-]*){2,4}", re.ASCII)


def read_pasted(text: str, *, base_url: str | None) -> list[Evidence]:
    """The requests in a token, an Authorization header, a URL, a curl command, a HAR or an event.

    Raises:
        BadInput: it is nothing of all this
    """
    text = text.strip()
    if is_curl(text):
        return [read_curl(text)]
    if text.startswith("{"):
        document = parsed_json(text, "that")
        return read_har(text) if "log" in document else [read_gateway_event(text, base_url=base_url)]
    if len(text) > _LONGEST:
        raise BadInput("that is far too long for a token, which has 8 KiB at most")
    if header := _HEADER.fullmatch(text):
        return [Evidence(headers={"Authorization": header[1] or header[2]})]
    if _URL.fullmatch(text):
        return [Evidence(url=text)]
    token = "".join(text.strip("\"'`").split())  # terminals and mails break lines
    if not _TOKEN.fullmatch(token):
        raise BadInput(
            "that is no token: a token is three parts with dots between them; "
            "a file is given with --curl, --har or --event"
        )
    return [Evidence(token=token)]
