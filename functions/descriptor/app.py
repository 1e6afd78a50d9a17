"""`GET /atlassian-connect.json`: the app's descriptor, for Jira. `HEAD` is for link checkers."""

import os
from typing import Any

from connect_jira.descriptor import at_base_url, load_descriptor
from connect_jira.web.response import Response, base_url_of, json_response

_descriptor = load_descriptor(os.environ)
_base_url = os.environ["BASE_URL"].rstrip("/")


def handler(event: dict[str, Any], _context: object) -> Response:
    """Serve the descriptor with the base URL that the caller reached us by, or the configured one."""
    answer = json_response(200, at_base_url(_descriptor, base_url_of(event, _base_url)))
    return answer | {"body": ""} if event["requestContext"]["http"]["method"] == "HEAD" else answer
