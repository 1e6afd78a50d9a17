"""`GET /atlassian-connect.json`: the app's descriptor, for Jira to read."""

import os
from typing import Any

from connect_jira.answers import Answer, json_answer
from connect_jira.descriptor import at_base_url, load_descriptor
from connect_jira.gateway import read_event

_descriptor = load_descriptor(os.environ)
_base_url = os.environ["BASE_URL"].rstrip("/")


def handler(event: dict[str, Any], _context: object) -> Answer:
    """Serve the descriptor with the base URL that the caller reached us by, or the configured one."""
    request = read_event(event, base_url=_base_url)
    return json_answer(200, at_base_url(_descriptor, request.base_url))
