"""The laptop's AWS is for programs: no page in a browser gets at what it holds, or speaks for a function."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from connect_local.laptop.invocations import Invocation, InvocationResult
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_local.laptop.runtime_api import RuntimeApi
from connect_tools.template import Template
from tests.laptop.verbatim_http import VerbatimHttp

TABLES = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=anybody/20261124/us-east-1/dynamodb/aws4_request",
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
}

NEXT = "/2018-06-01/runtime/invocation/next"
RESPONSE = "/2018-06-01/runtime/invocation/an-id/response"


@pytest.fixture(scope="module")
def http() -> Iterator[VerbatimHttp]:
    cloud = LaptopCloud(Template({}))
    cloud.start()
    yield VerbatimHttp(int(cloud.endpoint.rpartition(":")[2]))
    cloud.stop()


type Functions = tuple[VerbatimHttp, list[Invocation], list[InvocationResult]]


@pytest.fixture
def functions() -> Iterator[Functions]:
    waiting, results = [Invocation(b'{"the": "event"}', timeout=1)], list[InvocationResult]()
    api = RuntimeApi(arn="arn", next_invocation=waiting.pop, on_result=results.append)
    yield VerbatimHttp(int(api.address.rpartition(":")[2])), waiting, results
    api.stop()


def test_a_function_gets_its_event_and_answers(functions: Functions) -> None:
    http, _, results = functions
    assert http.send("GET", NEXT).json() == {"the": "event"}
    assert http.send("POST", RESPONSE, body="{}").status == HTTPStatus.ACCEPTED
    assert results == [InvocationResult(b"{}")]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "rebound.example"},
        {"Host": ""},
    ],
    ids=str,
)
def test_a_browser_gets_no_event_of_a_function_and_answers_for_none(
    functions: Functions, headers: dict[str, str]
) -> None:
    http, waiting, results = functions
    assert http.send("GET", NEXT, headers=headers).status == HTTPStatus.FORBIDDEN
    assert http.send("POST", RESPONSE, headers=headers, body="{}").status == HTTPStatus.FORBIDDEN
    assert (len(waiting), results) == (1, [])


def test_a_program_is_answered(http: VerbatimHttp) -> None:
    answer = http.send("POST", "/", headers=TABLES, body="{}")
    assert (answer.status, "TableNames" in answer.json()) == (HTTPStatus.OK, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "rebound.example"},
        {"Host": "rebound.amazonaws.com"},
        {"Host": ""},
        {"Host": "["},
    ],
    ids=str,
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("GET", "/moto-api/data.json")])
def test_a_browser_is_refused(http: VerbatimHttp, method: str, path: str, headers: dict[str, str]) -> None:
    answer = http.send(method, path, headers={**TABLES, **headers}, body="{}" if method == "POST" else "")
    assert answer.status == HTTPStatus.FORBIDDEN
    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_allows_nothing(http: VerbatimHttp) -> None:
    asked = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-amz-target",
    }
    answer = http.send("OPTIONS", "/", headers=asked)
    assert answer.status == HTTPStatus.FORBIDDEN
    assert "access-control-allow-origin" not in answer.headers
