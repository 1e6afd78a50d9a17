"""What API Gateway gets back."""

import json
from typing import Any

type Answer = dict[str, Any]
"""The response of a payload version 2.0."""

_HEADERS = {
    # What Atlassian's scanner looks for on every endpoint of an app, whatever the status.
    "Cache-Control": "no-cache, no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


def empty_answer(status: int) -> Answer:
    """An answer without a word: to a sender that failed its proof, and to one that needs none."""
    return {"statusCode": status, "headers": _HEADERS}


def json_answer(status: int, body: object) -> Answer:
    """An answer in JSON."""
    return {
        "statusCode": status,
        "headers": {**_HEADERS, "Content-Type": "application/json"},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }
