"""The laptop's AWS is for programs: no page in a browser gets at what it holds."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import Template
from tests.laptop.verbatim_http import VerbatimHttp

TABLES = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=anybody/20261124/us-east-1/dynamodb/aws4_request",
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
}


@pytest.fixture(scope="module")
def http() -> Iterator[VerbatimHttp]:
    cloud = LaptopCloud(Template({}))
    cloud.start()
    yield VerbatimHttp(int(cloud.endpoint.rpartition(":")[2]))
    cloud.stop()


def test_a_program_is_answered(http: VerbatimHttp) -> None:
    assert http.send("POST", "/", headers=TABLES, body="{}").json() == {"TableNames": []}


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
