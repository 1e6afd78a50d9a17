"""Response of Jira as the result of a direct invocation."""

import json
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from connect_jira.errors import RequestMalformed
from connect_jira.jira.errors import JiraEffectUnknown, JiraUnreachable
from functions.jira_calls.direct import make_directly
from tests.unit.jira.conftest import CLIENT_KEY
from tests.unit.jira.test_client import SITE, client_over

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

POST = {"clientKey": CLIENT_KEY, "method": "POST", "path": "/rest/x"}
GET = {"clientKey": CLIENT_KEY, "path": "/rest/x"}
PNG = {"Content-Type": "image/png"}
TASK = f"{SITE}/rest/api/3/task/1?token=x"

ANSWERS: list[tuple[dict[str, Any], Any, dict[str, Any]]] = [
    (GET, (200, {"a": 1}), {"status": 200, "body": {"a": 1}}),
    (POST, (204, b""), {"status": 204, "body": None}),
    (GET, (404, {"errorMessages": ["No."]}), {"status": 404, "body": {"errorMessages": ["No."]}}),
    (POST, (500, b"[" * 10_000), {"status": 500, "body": "[" * 10_000}),
    (POST, (303, b"", {"Location": TASK}), {"status": 303, "location": "/rest/api/3/task/1", "body": None}),
    (GET, (303, b"", {"Location": "https://media.example/?token=x"}), {"status": 303, "body": None}),
    (GET, (200, b"\x89PNG", PNG), {"status": 200, "bodyBase64": "iVBORw=="}),
    (GET, (200, b"\x89" * 6_000_000, PNG), {"status": 200, "bodyTooLarge": True}),
]


@pytest.mark.parametrize(("asked", "answer", "expected"), ANSWERS, ids=lambda value: str(value)[:60])
def test_an_answer_is_passed_on_as_json_can_say_it(
    backend: "Backend", asked: dict[str, Any], answer: Any, expected: dict[str, Any]
) -> None:
    client, pool = client_over(backend, answer)
    answered = make_directly(asked, lambda _client_key: client)
    assert answered == expected
    assert json.dumps(answered, allow_nan=False)
    assert len(pool.sent) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((303, b"", {"Location": "/login"}), JiraEffectUnknown),
        (urllib3.exceptions.ProtocolError("gone"), JiraUnreachable),
    ],
)
def test_what_leaves_open_whether_it_was_done_is_no_answer(
    backend: "Backend", answer: Any, error: type[Exception]
) -> None:
    client, _ = client_over(backend, answer)
    with pytest.raises(error):
        make_directly(POST, lambda _client_key: client)


def test_a_direct_call_has_no_key_to_tell_it_from_another(backend: "Backend") -> None:
    client, _ = client_over(backend, (200, {}))
    with pytest.raises(RequestMalformed):
        make_directly(GET | {"idempotencyKey": "k"}, lambda _client_key: client)


def test_a_refusal_whose_cause_is_known_is_explained(backend: "Backend") -> None:
    backend.install(40 * "s")
    client, _ = client_over(backend, (401, {"message": "Unauthorized"}))
    result = make_directly(GET, lambda _client_key: client)
    assert result["refusal"]["code"] == "app-not-installed"
    assert all(result["refusal"][name] for name in ("seen", "why", "fix"))
