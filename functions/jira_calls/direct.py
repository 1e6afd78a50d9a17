"""One call to Jira for whoever invokes the function directly and waits for the answer.

`{"clientKey": …, "method": …, "path": …, "query": {…}, "body": …}` → `{"status": …, "body": …}`
"""

from collections.abc import Callable, Mapping
from typing import Any

from connect_jira.call_request import CallRequest
from connect_jira.client import JiraClient
from connect_jira.errors import RequestMalformed
from connect_jira.jira_errors import JiraError
from connect_jwt.identity import ClientKey


def make_directly(event: Mapping[str, Any], client_for: Callable[[ClientKey], JiraClient]) -> dict[str, Any]:
    """Make the call; what Jira answers is the answer, an error too.

    Raises:
        RequestMalformed: the event does not say what to call, or says more
        JiraUnreachable: Jira gave no answer
        NotInstalled, UrlNotSignable, TemporarilyUnavailable: as `JiraClient.request`
    """
    call = CallRequest.from_fields(event)
    if call.idempotency_key is not None:
        raise RequestMalformed("idempotencyKey is for calls on the bus: a direct call is made each time")
    try:
        response = client_for(call.client_key).request(
            call.method, call.path, query=call.query, body=call.body, repeatable=call.may_be_repeated
        )
    except JiraError as error:
        if not error.status:
            raise
        return {"status": error.status, "body": error.body}
    return {"status": response.status, "body": response.body}
