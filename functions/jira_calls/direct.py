"""One call to Jira, by a direct invocation that waits for the response.

`{"clientKey": …, "method": …, "path": …, "query": {…}, "body": …}` → `{"status": …, "body": …}`, with
`location` if a task was begun, and `refusal` (`code`, `seen`, `why` and `fix`) if Jira refused it and the
cause is known. Instead of `body` there is `bodyBase64` if it is not text, and `bodyTooLarge`
if it does not fit.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from connect_jira.errors import RequestMalformed
from connect_jira.events.call_request import CallRequest
from connect_jira.jira.client import JiraClient
from connect_jira.jira.errors import JiraEffectUnknown, JiraError, JiraUnreachable
from connect_jira.jira.response import JiraResponse
from connect_jira.worker.call_results import body_of, call_result
from connect_jwt.identity import ClientKey

_MAX_BODY_BYTES = 5 * 1024 * 1024
"""Lambda answers with at most 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def make_directly(event: Mapping[str, Any], client_for: Callable[[ClientKey], JiraClient]) -> dict[str, Any]:
    """Make the call; Jira's response is the result, an error, too.

    Raises:
        RequestMalformed: the event has missing or unknown fields
        JiraUnreachable, JiraEffectUnknown: Jira did not answer, or it is unknown whether the call was done
        NotInstalled, UrlNotSignable, TemporarilyUnavailable: as `JiraClient.request`
    """
    call = CallRequest.from_fields(event)
    if call.idempotency_key is not None:
        raise RequestMalformed("idempotencyKey is for calls on the bus: a direct call is made each time")
    finding = None
    try:
        response = client_for(call.client_key).request(
            call.method, call.path, query=call.query, body=call.body, idempotent=call.is_idempotent
        )
    except (JiraUnreachable, JiraEffectUnknown):
        raise
    except JiraError as error:
        response, finding = JiraResponse(error.status, error.body, error.headers), error.finding
    result = call_result(replace(call, return_body=False), response)
    if finding is not None:
        result["refusal"] = {
            "code": finding.code,
            "seen": finding.seen,
            "why": finding.why,
            "fix": finding.fix,
        }
    return result | body_of(response, max_bytes=_MAX_BODY_BYTES)
