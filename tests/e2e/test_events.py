"""The sample events of `events/`, given to the functions that they are for."""

import base64
import json
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jwt
import pytest

from connect_jira.auth.tenants import UNKNOWN_SECONDS
from connect_jwt.canonical import query_string_hash
from connect_local.laptop.stack import LaptopStack
from connect_tools.project import PROJECT
from tests.e2e.visitor import Visitor
from tests.e2e.watching import eventually
from tests.unit.jira.captures import capture

EVENTS = sorted((PROJECT / "events").glob("*.json"))
FUNCTIONS = {
    "descriptor": "DescriptorFunction",
    "lifecycle": "LifecycleFunction",
    "webhooks": "WebhooksFunction",
    "forge": "ForgeFunction",
    "call_requests": "CallRequestsFunction",
    "jira_calls": "JiraCallsFunction",
    "pages": "PagesFunction",
}


def event_of(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((PROJECT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def invoke(stack: LaptopStack, name: str, event: dict[str, Any]) -> dict[str, Any]:
    function = stack.functions[FUNCTIONS[name.partition("-")[0]]]
    result = function.invoke(json.dumps(event).encode())
    assert not result.failed, result.payload
    answer: dict[str, Any] = json.loads(result.payload)
    return answer


@pytest.fixture(scope="module")
def site(admin: Visitor) -> tuple[str, str]:
    """A site that has installed the app: its clientKey and its secret."""
    return admin.installation.client_key, admin.installation.shared_secret.reveal()


def signed(event: dict[str, Any], client_key: str, secret: str) -> dict[str, Any]:
    path, now = event["rawPath"], int(time.time())
    claims = {"iss": client_key, "iat": now, "exp": now + 180, "qsh": query_string_hash("POST", path, "")}
    event["headers"]["authorization"] = f"JWT {jwt.encode(claims, secret, algorithm='HS256')}"
    return event


@pytest.mark.parametrize("file", EVENTS, ids=lambda file: file.stem)
def test_each_event_is_named_for_a_function_and_a_case(file: Path) -> None:
    function, _, case = file.stem.partition("-")
    assert function in FUNCTIONS
    assert case


def test_descriptor_get(stack: LaptopStack) -> None:
    answer = invoke(stack, "descriptor", event_of("descriptor-get"))
    assert answer["statusCode"] == HTTPStatus.OK
    assert json.loads(answer["body"])["baseUrl"] == stack.base_url


@pytest.mark.parametrize(
    "name",
    [file.stem for file in EVENTS if file.stem.startswith(("lifecycle-", "webhooks-", "pages-", "forge-"))],
)
def test_a_sample_is_refused_as_it_lies_there_since_its_token_is_old_and_nobodys(
    stack: LaptopStack, name: str
) -> None:
    answer = invoke(stack, name, event_of(name))
    while (
        answer["statusCode"] == HTTPStatus.SERVICE_UNAVAILABLE
    ):  # as another of this site was refused just now
        time.sleep(UNKNOWN_SECONDS)
        answer = invoke(stack, name, event_of(name))
    assert answer["statusCode"] == HTTPStatus.UNAUTHORIZED
    assert "body" not in answer


def test_descriptor_head(stack: LaptopStack) -> None:
    of_get, of_head = (
        invoke(stack, "descriptor", event_of(f"descriptor-{method}")) for method in ("get", "head")
    )
    assert of_head == of_get | {"body": ""}


WEBHOOKS = [file.stem for file in EVENTS if file.stem.startswith("webhooks-")]


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_sample_webhook_has_the_headers_of_one_that_was_captured(name: str) -> None:
    captured = capture("webhook-request-headers")
    del captured["connection"]  # which ends at the gateway
    of_the_gateway = {"content-length", "host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port"}
    headers = event_of(name)["headers"]
    assert headers.keys() == captured.keys() | of_the_gateway | {"authorization", "x-forwarded-proto"}
    for header in ("accept", "accept-encoding", "user-agent", "x-b3-sampled"):
        assert headers[header] == captured[header]


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_sample_webhook_with_a_fresh_token_is_queued(
    stack: LaptopStack, site: tuple[str, str], name: str
) -> None:
    event = signed(event_of(name), *site)
    assert invoke(stack, name, event)["statusCode"] == HTTPStatus.NO_CONTENT


@pytest.mark.parametrize("case", ["disabled", "enabled"])
def test_a_sample_toggle_with_a_fresh_token_is_applied(
    stack: LaptopStack, site: tuple[str, str], case: str
) -> None:
    event = event_of(f"lifecycle-{case}")
    body = json.loads(event["body"]) | {"clientKey": site[0]}
    event["body"] = json.dumps(body)
    answer = invoke(stack, "lifecycle", signed(event, *site))
    assert answer["statusCode"] == HTTPStatus.NO_CONTENT


@pytest.mark.parametrize("page", ["hello-world", "connection"])
def test_a_sample_page_with_a_fresh_token_is_loaded(stack: LaptopStack, admin: Visitor, page: str) -> None:
    event = event_of(f"pages-{page}")
    query = event["rawQueryString"].partition("&jwt=")[0]
    event["rawQueryString"] = f"{query}&jwt={admin.page_token(event['rawPath'], query)}"
    answer = invoke(stack, "pages", event)
    assert answer["statusCode"] == HTTPStatus.OK
    assert answer["body"].startswith("<!doctype html>")


def test_a_sample_call_of_a_page_with_a_fresh_token_is_answered(stack: LaptopStack, admin: Visitor) -> None:
    event = event_of("pages-recent-projects")
    event["headers"]["authorization"] = f"JWT {admin.context_token()}"
    answer = invoke(stack, "pages", event)
    assert {project["key"] for project in json.loads(answer["body"])["projects"]} >= {"DEMO"}


def test_the_base64_sample_is_the_plain_one() -> None:
    plain, encoded = event_of("webhooks-issue_created"), event_of("webhooks-issue_created-base64")
    assert base64.b64decode(encoded["body"]).decode() == plain["body"]


def test_a_sample_batch_is_worked_off_and_only_what_may_pass_comes_back(
    stack: LaptopStack, site: tuple[str, str]
) -> None:
    assert stack.jira is not None
    event = event_of("jira_calls-queue")
    _, webhook = event["Records"]
    issue = json.loads(webhook["body"])["payload"]["issue"]["key"]
    stack.jira.site.ensure_issue(issue, {})
    no_issue = webhook | {"messageId": "no-issue", "body": message_of(webhook, payload={}, webhookId="none")}
    for record in event["Records"]:
        record["body"] = message_of(record, clientKey=site[0])
    event["Records"].insert(0, no_issue | {"body": message_of(no_issue, clientKey=site[0])})
    answer = invoke(stack, "jira_calls", event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "no-issue"}]}
    made = {call.path.partition("?")[0] for call in stack.jira.journal.requests()}
    assert {"/rest/api/3/myself", f"/rest/api/3/issue/{issue}/properties/connect-lambda"} <= made


def message_of(record: dict[str, Any], **changed: Any) -> str:
    return json.dumps(json.loads(record["body"]) | changed)


@pytest.mark.parametrize("case", ["requested", "schedule"])
def test_a_sample_request_for_a_call_is_made(stack: LaptopStack, site: tuple[str, str], case: str) -> None:
    assert stack.jira is not None
    event = event_of(f"call_requests-{case}")
    if "detail" in event:
        event["detail"]["clientKey"] = site[0]
    path = (event.get("detail") or event["everySite"])["path"]
    before = len(stack.jira.journal.requests())
    stack.functions["CallRequestsFunction"].invoke(json.dumps(event).encode())
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        made = [call.path.partition("?")[0] for call in stack.jira.journal.requests()[before:]]
        if path in made:
            break
        time.sleep(0.1)
    assert made.count(path) == 1  # beside those of earlier samples that the worker has only now come to


def test_a_sample_request_for_a_job_is_queued_for_each_site(
    stack: LaptopStack, site: tuple[str, str], logs: list[str]
) -> None:
    assert site
    result = stack.functions["CallRequestsFunction"].invoke(
        json.dumps(event_of("call_requests-job")).encode()
    )
    assert not result.failed, result.payload
    (queued,) = eventually(lambda: [json.loads(line) for line in logs if '"Job queued"' in line])
    assert (queued["job"], queued["sites"]) == ("overdue", 1)


def test_a_sample_tick_requests_nothing_of_an_app_without_jobs(stack: LaptopStack, logs: list[str]) -> None:
    event = json.dumps(event_of("jira_calls-tick")).encode()
    result = stack.functions["JiraCallsFunction"].invoke(event)
    assert not result.failed, result.payload
    said = '"Jobs requested"'
    assert eventually(lambda: any(said in line and '"jobs":[]' in line.replace(" ", "") for line in logs))


def test_a_sample_direct_call_is_answered_with_jiras_answer(
    stack: LaptopStack, site: tuple[str, str]
) -> None:
    answer = invoke(stack, "jira_calls", event_of("jira_calls-direct") | {"clientKey": site[0]})
    assert answer["status"] == HTTPStatus.OK
    assert {project["key"] for project in answer["body"]} >= {"DEMO"}


def test_a_direct_call_that_jira_refuses_is_answered_with_jiras_refusal(
    stack: LaptopStack, site: tuple[str, str]
) -> None:
    call = {"clientKey": site[0], "path": "/rest/api/3/issue/NONE-1"}
    answer = invoke(stack, "jira_calls", call)
    assert answer["status"] == HTTPStatus.NOT_FOUND
    assert answer["body"]["errorMessages"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ({"path": "/x"}, "clientKey is missing: give it as a string"),
        ({"clientKey": "c"}, "path is missing: give it as a string"),
        ({"clientKey": "c", "path": "/x", "method": "STEAL"}, "method is none of GET, POST"),
        ({"clientKey": "c", "path": "/x", "query": [1]}, "query is not an object"),
        ({"clientKey": "c", "path": "/x", "url": "y"}, "unknown member 'url'"),
        ({"clientKey": "nobody", "path": "/x"}, "the app is not installed for this client key"),
    ],
)
def test_a_direct_call_that_cannot_be_made_fails_with_one_sentence(
    stack: LaptopStack, call: dict[str, Any], sentence: str
) -> None:
    result = stack.functions["JiraCallsFunction"].invoke(json.dumps(call).encode())
    assert result.failed
    assert sentence in json.loads(result.payload)["errorMessage"]
