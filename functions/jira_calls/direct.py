"""One call to Jira for whoever invokes the function directly and waits for the answer.

`{"clientKey": …, "method": …, "path": …, "query": {…}, "body": …}` → `{"status": …, "body": …}`, with
`location` where a task was begun. In place of `body` there is `bodyBase64` where that is no text, and
`bodyTooLarge` where it does not fit.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from connect_jira.errors import RequestMalformed
from connect_jira.events.call_request import CallRequest
from connect_jira.jira.client import JiraClient
from connect_jira.jira.errors import JiraEffectUnknown, JiraError, JiraUnreachable
from connect_jira.jira.response import JiraResponse
from connect_jira.worker.call_results import body_of, told_of
from connect_jwt.identity import ClientKey

_MAX_BODY_BYTES = 5 * 1024 * 1024
"""Lambda answers with at most 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def make_directly(event: Mapping[str, Any], client_for: Callable[[ClientKey], JiraClient]) -> dict[str, Any]:
    """Make the call; what Jira answers is the answer, an error too.

    Raises:
        RequestMalformed: the event does not say what to call, or says more
        JiraUnreachable, JiraEffectUnknown: Jira gave no answer, or one that leaves open what it did
        NotInstalled, UrlNotSignable, TemporarilyUnavailable: as `JiraClient.request`
    """
    call = CallRequest.from_fields(event)
    if call.idempotency_key is not None:
        raise RequestMalformed("idempotencyKey is for calls on the bus: a direct call is made each time")
    try:
        response = client_for(call.client_key).request(
            call.method, call.path, query=call.query, body=call.body, repeatable=call.may_be_repeated
        )
    except (JiraUnreachable, JiraEffectUnknown):
        raise
    except JiraError as error:
        response = JiraResponse(error.status, error.body, error.headers)
    return told_of(replace(call, return_body=False), response) | body_of(response, max_bytes=_MAX_BODY_BYTES)
