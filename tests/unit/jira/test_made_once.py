"""A call that is not idempotent is made once, whatever Jira answers, unless nothing was done for certain.

A message is delivered until nothing more is tried, against a Jira that answers anything, and breaks its
connections. When a call may follow another is said here a second time, by what was answered alone.
"""

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connect_jira.jira.client import JiraClient
from connect_jira.worker.retry_policy import FailedAttempt, Retry, decide
from connect_jwt.errors import ConnectError
from tests.unit.jira.test_client import OLD, Pool

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

PATH = "/rest/api/3/issue"
SITE = "https://site.atlassian.net"
MOVED = f"https://new.atlassian.net{PATH}"
SUSPENDED = b'{"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}'
PAGE = b"<html><title>Atlassian Cloud Notifications - Page Unavailable</title></html>"
NOT_ON_THE_LIST = (
    b'{"errorMessages":["The IP address has been rejected because it is not on the allowed list."]}'
)

NEVER_SENT = [
    urllib3.exceptions.ConnectTimeoutError("slow"),
    urllib3.exceptions.NewConnectionError(None, "no"),  # type: ignore[arg-type]
]
BROKEN = [
    urllib3.exceptions.ProtocolError("gone"),
    urllib3.exceptions.ReadTimeoutError(None, "/", "slow"),  # type: ignore[arg-type]
    urllib3.exceptions.IncompleteRead(1, 2),
    urllib3.exceptions.InvalidHeader("Content-Length"),
    ConnectionResetError("raw"),
    ValueError("of a library"),
    RecursionError("likewise"),
]
BODIES = [
    *(
        b"",
        b"{}",
        b"[]",
        b"true",
        b"null",
        b"\xff\xfe",
        b"{",
        b'{"errorMessages": 1}',
        b'{"errors": [{"title": 1}]}',
    ),
    *(b"[" * 10_000, b"[" * 3000 + b"]" * 3000, b'{"a": NaN}', b'{"a": "\\ud800"}', b"9" * 5000),
    *(SUSPENDED, PAGE, NOT_ON_THE_LIST, b"<title>dead link</title>", b"XSRF check failed", b"x" * 300_000),
]
HEADERS = {
    "Content-Type": ["application/json", "text/html", "image/png", "application/json;charset=\xfc", ""],
    "Content-Encoding": ["gzip", "br", "\x00"],
    "Location": [
        MOVED,
        PATH,
        f"{SITE}/rest/api/3/task/1",
        "https://evil.example/rest/",
        "https://[",
        "/login",
    ],
    "Retry-After": ["0", "1", "30.0", "-1", "soon", "9" * 30, "Fri, 31 Dec 99999 23:59:59 GMT"],
    "X-RateLimit-Reset": ["2020-01-01T00:00Z", "1", "99999999999999", "x"],
    "RateLimit-Reason": ["jira-burst-based", "jira-quota-global-based", "jira-cost-based", ""],
    "RateLimit": ['"tenant-app-quota";r=0;t=9', ";;;=", '"a";r=x'],
    "Beta-Retry-After": ["3"],
    "X-RateLimit-NearLimit": ["true", "\xff"],
    "X-Failure-Category": ["FAILURE_CLIENT_SCOPE_CHECK", "FAILURE CLIENT RATE LIMITED"],
    "X-Seraph-LoginReason": ["AUTHENTICATION_DENIED"],
}
STATUSES = [
    *range(100, 104),
    *range(200, 209),
    *range(300, 309),
    *range(400, 432),
    *range(500, 512),
    599,
    600,
    999,
]

answers = st.tuples(
    st.sampled_from(STATUSES),
    st.sampled_from(BODIES),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in HEADERS.items()}),
)
anything = st.one_of(answers, answers, answers, st.sampled_from([*NEVER_SENT, *BROKEN]))


def nothing_was_done(answer: Any, site_is_gone: bool) -> bool:  # noqa: FBT001 - a table's own column
    """Return the rule's verdict on an outcome, by its kind."""
    if isinstance(answer, Exception):
        return answer in NEVER_SENT
    status, body, headers = answer
    return (
        status in {401, 429}
        or (status == 403 and body == NOT_ON_THE_LIST)
        or (status == 404 and body in {SUSPENDED, PAGE} and site_is_gone)
        or (status in {301, 308} and headers.get("Location") == MOVED)
    )


def install_an_hour_ago(backend: "Backend") -> None:
    backend.clock.now += 10
    backend.install(OLD)
    backend.clock.now += 3600


class Elsewhere(Pool):
    """Answers calls with what it was given, and what the client asks to be sure in a way of its own."""

    def request(self, method: str, url: str, **options: Any) -> urllib3.HTTPResponse:
        if url.endswith("/serverInfo"):
            return urllib3.HTTPResponse(BytesIO(b"{}"), preload_content=False, status=self.of_server_info)
        return super().request(method, url, **options)

    of_server_info = 200


def deliver(backend: "Backend", pool: Elsewhere, method: str) -> Exception | None:
    """Make the call, and again whenever its message comes again; what became of it in the end."""
    now = backend.clock.now
    client = JiraClient(
        backend.new_credentials(),
        backend.row.site.client_key,
        http=pool,  # type: ignore[arg-type]
        clock=backend.clock,
        sleep=lambda _: None,
    )
    for tries in range(1, 101):
        try:
            client.request(method, PATH, body={}, idempotent=False)
        except Exception as error:  # noqa: BLE001 - whatever it is
            failed = FailedAttempt(
                error=error,
                is_idempotent=False,
                is_one_call=True,
                tries=tries,
                age=backend.clock.now - now,
                now=backend.clock.now,
            )
            what = decide(failed)
            if not isinstance(what, Retry):
                return error
            assert what.seconds >= 1
            backend.clock.now += what.seconds
        else:
            return None
    raise AssertionError("it has no end")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(anything, min_size=1, max_size=4),
    st.sampled_from([200, 404, 503]),
    st.sampled_from(["POST", "PATCH"]),
)
@example([(200, b"[" * 10_000, {"Content-Type": "application/json"})], 200, "POST")
@example([(502, b'{"errorMessages": 1}', {"Retry-After": "1"})], 200, "POST")
@example([(503, b"", {"Retry-After": "0"}), (201, b"", {})], 200, "POST")
@example([(303, b"", {"Location": "https://evil.example/rest/"})], 200, "POST")
@example([(409, b"", {}), (201, b"", {})], 200, "POST")
def test_a_call_follows_another_only_where_that_has_done_nothing(
    backend: "Backend", said: list[Any], of_server_info: int, method: str
) -> None:
    install_an_hour_ago(backend)
    pool = Elsewhere([*said, said[-1]])
    pool.of_server_info = of_server_info
    error = deliver(backend, pool, method)
    given_answers = [said[min(n, len(said) - 1)] for n in range(len(pool.sent))]
    for answer in given_answers[:-1]:
        assert nothing_was_done(answer, of_server_info != 200), given_answers
    if error is not None:
        assert isinstance(error, ConnectError), (
            "nothing of a library's, and nothing of ours that is not meant"
        )
        assert json.dumps(str(error))
        assert re.fullmatch("[a-z0-9-]+", error.reason)


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_with_each_body(backend: "Backend", status: int) -> None:
    install_an_hour_ago(backend)
    for body in BODIES:
        answer = (status, body, {"Content-Type": "application/json"})
        pool = Elsewhere([answer])
        deliver(backend, pool, "POST")
        assert len(pool.sent) == 1 or nothing_was_done(answer, site_is_gone=False)
