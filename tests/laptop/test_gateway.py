"""The laptop's API Gateway: events as AWS makes them, and answers as AWS takes them."""

import base64
import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from connect_local.laptop.gateway import LaptopGateway
from connect_local.laptop.invocations import InvocationResult, failure
from connect_local.laptop.ports import listen
from connect_local.laptop.routing import Routes
from connect_local.laptop.servers import ThreadedServer
from connect_tools.project import PROJECT
from connect_tools.template import Route
from tests.laptop.verbatim_http import VerbatimHttp

ROUTES = [
    Route(method="GET", path="/fixed", function="Fixed"),
    Route(method="POST", path="/items/{id}", function="Item"),
    Route(method="GET", path="/items/special", function="Special"),
    Route(method="ANY", path="/files/{proxy+}", function="Files"),
]


TEN_MEBIBYTES = 10 * 1024 * 1024
LAMBDAS_LIMIT = 6_291_556
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, in fact 100 bytes more."""


class Recorder:
    """A function that remembers its event and answers what it is told to."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.put_events: list[Any] = []
        self.result = InvocationResult(b'{"statusCode": 204}')

    def invoke(self, event: bytes) -> InvocationResult:
        self.events.append(json.loads(event))
        return self.result

    def put(self, event: bytes) -> str:
        self.put_events.append(json.loads(event))
        return "the request's id"

    def answer(self, answer: object) -> None:
        self.result = InvocationResult(json.dumps(answer).encode())


@pytest.fixture(scope="module")
def gateway() -> Iterator[tuple[VerbatimHttp, dict[str, Recorder]]]:
    functions = {route.function: Recorder() for route in ROUTES}
    listener = listen(0, "")
    gateway = LaptopGateway(Routes(ROUTES), functions, functions, PlainTextResponse("controls"))  # type: ignore[arg-type]
    server = ThreadedServer(gateway, listener)
    server.start()
    yield VerbatimHttp(listener.getsockname()[1]), functions
    server.stop()


@pytest.fixture
def client(gateway: tuple[VerbatimHttp, dict[str, Recorder]]) -> VerbatimHttp:
    return gateway[0]


@pytest.fixture
def functions(gateway: tuple[VerbatimHttp, dict[str, Recorder]]) -> dict[str, Recorder]:
    for recorder in gateway[1].values():
        recorder.reset()
    return gateway[1]


def members(value: object, prefix: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {prefix}
    return {name for key, member in value.items() for name in members(member, f"{prefix}/{key}")}


def test_an_event_has_the_members_of_a_real_one(client: VerbatimHttp, functions: dict[str, Recorder]) -> None:
    client.send("POST", "/items/7", body="{}", headers={"Content-Type": "application/json"})
    (event,) = functions["Item"].events
    sample = PROJECT / "events" / "webhooks-issue_created.json"
    real = json.loads(sample.read_text(encoding="utf-8"))
    for either in (event, real):
        del either["headers"], either["pathParameters"]
    assert members(event) == members(real)


@pytest.mark.parametrize(
    "query", ["", "a=1&a=2", "a=%20+%2B%7e&b=&c&%5Bx%5D=%c3%bc", "jwt=abc", "a[0]=1&q=%zz"]
)
def test_the_query_is_verbatim(client: VerbatimHttp, functions: dict[str, Recorder], query: str) -> None:
    client.send("GET", f"/fixed?{query}" if query else "/fixed")
    assert functions["Fixed"].events[0]["rawQueryString"] == query


def test_the_path_is_decoded(client: VerbatimHttp, functions: dict[str, Recorder]) -> None:
    client.send("GET", "/files/a%20b/%C3%BC")
    (event,) = functions["Files"].events
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/files/a b/ü"
    assert event["pathParameters"] == {"proxy": "a b/ü"}


def test_headers_have_lower_case_names_and_one_value(
    client: VerbatimHttp, functions: dict[str, Recorder]
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port)
    connection.putrequest("GET", "/fixed")
    for name, value in (("X-One", "1"), ("x-one", "2"), ("Cookie", "a=1; b=2")):
        connection.putheader(name, value)
    connection.endheaders()
    connection.getresponse().read()
    connection.close()
    (event,) = functions["Fixed"].events
    assert event["headers"]["x-one"] == "1,2"
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


@pytest.mark.parametrize(
    ("content_type", "body", "encoded"),
    [
        ("application/json", b'{"a": "\xc3\xbc"}', False),
        ("application/json; charset=UTF-8", b"{}", False),
        ("application/vnd.api+json", b"{}", False),
        ("text/plain", b"x", False),
        ("application/octet-stream", b"\x00", True),
        ("application/json", b"\xff", True),
        ("", b"x", True),
    ],
)
def test_a_body_that_is_no_text_is_base64(
    client: VerbatimHttp, functions: dict[str, Recorder], content_type: str, body: bytes, *, encoded: bool
) -> None:
    client.send("POST", "/items/7", body=body, headers={"Content-Type": content_type})
    (event,) = functions["Item"].events
    assert event["isBase64Encoded"] is encoded
    assert (base64.b64decode(event["body"]) if encoded else event["body"].encode()) == body


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("GET", "/fixed", "Fixed"),
        ("GET", "/items/special", "Special"),
        ("POST", "/items/special", "Item"),
        ("DELETE", "/files/a/b", "Files"),
        ("POST", "/fixed", None),
        ("POST", "/items/a/b", None),
        ("GET", "/fixed/", None),
        ("GET", "/", None),
    ],
)
def test_the_most_specific_route_takes_it(
    client: VerbatimHttp, functions: dict[str, Recorder], method: str, path: str, function: str | None
) -> None:
    answer = client.send(method, path)
    asked = [name for name, recorder in functions.items() if recorder.events]
    assert asked == ([function] if function else [])
    assert answer.status == (204 if function else 404)


def test_status_headers_cookies_and_body_come_back(
    client: VerbatimHttp, functions: dict[str, Recorder]
) -> None:
    functions["Fixed"].answer(
        {"statusCode": 201, "headers": {"X-A": "b"}, "cookies": ["c=1", "d=2"], "body": "ü"}
    )
    answer = client.send("GET", "/fixed")
    assert (answer.status, answer.headers["x-a"], answer.text) == (201, "b", "ü")
    assert answer.headers["set-cookie"] in {"c=1", "d=2"}


def test_a_base64_answer_is_decoded(client: VerbatimHttp, functions: dict[str, Recorder]) -> None:
    functions["Fixed"].answer({"statusCode": 200, "body": "Ynl0ZXM=", "isBase64Encoded": True})
    assert client.send("GET", "/fixed").text == "bytes"


def test_an_answer_without_a_status_is_json(client: VerbatimHttp, functions: dict[str, Recorder]) -> None:
    functions["Fixed"].answer({"hello": 1})
    assert client.send("GET", "/fixed").json() == {"hello": 1}


def test_a_function_that_fails_is_a_500_that_says_nothing(
    client: VerbatimHttp, functions: dict[str, Recorder]
) -> None:
    functions["Fixed"].result = failure("ValueError", "the secret is hunter2")
    answer = client.send("GET", "/fixed")
    assert (answer.status, answer.json()) == (500, {"message": "Internal Server Error"})


def test_a_body_over_ten_mebibytes_never_reaches_a_function(
    client: VerbatimHttp, functions: dict[str, Recorder]
) -> None:
    assert client.send("POST", "/items/7", body=b"x" * (TEN_MEBIBYTES + 1)).status == 413
    assert functions["Item"].events == []


@pytest.mark.parametrize(("padding", "status"), [(9_900, 204), (10_240, 431)])
@pytest.mark.parametrize("where", ["header", "query"])
def test_request_line_and_headers_over_ten_kibibytes_never_reach_a_function(
    client: VerbatimHttp, functions: dict[str, Recorder], where: str, padding: int, status: int
) -> None:
    query, headers = ("", {"Authorization": "x" * padding}) if where == "header" else ("x" * padding, {})
    assert client.send("GET", f"/fixed?{query}", headers=headers).status == status
    assert len(functions["Fixed"].events) == (status == 204)


def test_lambdas_own_invoke_api_is_there(client: VerbatimHttp, functions: dict[str, Recorder]) -> None:
    functions["Item"].answer([1])
    answer = client.send("POST", "/2015-03-31/functions/Item/invocations", body=b'{"x": 1}')
    assert (answer.status, answer.json()) == (200, [1])
    assert functions["Item"].events == [{"x": 1}]
    functions["Item"].result = failure("E", "m")
    assert client.send("POST", "/2015-03-31/functions/Item/invocations").headers["x-amz-function-error"]
    assert client.send("POST", "/2015-03-31/functions/None/invocations").status == 404


def test_the_stacks_own_controls_are_below_local(client: VerbatimHttp) -> None:
    assert client.send("GET", "/_local/anything").text == "controls"
    assert client.send("GET", "/_localised").status == 404


INVOKE = "/2015-03-31/functions/Item/invocations"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "rebound.example"},
        {"Host": "the-apps-own-tunnel.example"},
    ],
    ids=str,
)
def test_a_website_and_what_comes_by_a_tunnel_invoke_nothing(
    client: VerbatimHttp, functions: dict[str, Recorder], headers: dict[str, str]
) -> None:
    answer = client.send("POST", INVOKE, body=b'{"x": 1}', headers={"Content-Type": "text/plain", **headers})
    assert answer.status == 403
    assert functions["Item"].events == []
    assert client.send("POST", "/items/7", headers=headers).status == 204


def test_an_event_that_nobody_waits_for_is_taken(
    client: VerbatimHttp, functions: dict[str, Recorder]
) -> None:
    asynchronously = {"X-Amz-Invocation-Type": "Event"}
    answer = client.send("POST", INVOKE, body=b'{"x": 1}', headers=asynchronously)
    assert (answer.status, answer.text) == (202, "")
    assert functions["Item"].put_events == [{"x": 1}]
    assert functions["Item"].events == []
    too_large = b'"' + b"x" * 1024 * 1024 + b'"'
    assert client.send("POST", INVOKE, body=too_large, headers=asynchronously).status == 413
    assert len(functions["Item"].put_events) == 1


@pytest.mark.parametrize(("size", "status"), [(LAMBDAS_LIMIT, 200), (LAMBDAS_LIMIT + 1, 413)])
def test_lambda_takes_an_event_of_six_mebibytes_and_a_little(
    client: VerbatimHttp, functions: dict[str, Recorder], size: int, status: int
) -> None:
    answer = client.send("POST", INVOKE, body=b'"' + b"x" * (size - 2) + b'"')
    assert answer.status == status
    assert len(functions["Item"].events) == (status == 200)
    assert (answer.headers.get("x-amzn-errortype") == "RequestEntityTooLargeException") == (status == 413)


def test_what_is_no_json_is_no_event(client: VerbatimHttp, functions: dict[str, Recorder]) -> None:
    assert client.send("POST", INVOKE, body=b"{x}").status == 400
    assert functions["Item"].events == []


@pytest.mark.parametrize(
    ("content_type", "character", "count", "status"),
    [
        ("application/json", b"x", 6_250_000, 204),
        ("application/json", b"x", LAMBDAS_LIMIT, 413),
        ("application/json", b'"', 3_200_000, 413),  # two characters in the event
        ("application/json", "ü".encode(), 3_100_000, 204),
        ("application/octet-stream", b"x", 4_700_000, 204),
        ("application/octet-stream", b"x", 4_750_000, 413),  # a third more as base64
    ],
)
def test_a_request_whose_event_lambda_would_not_take_is_refused(
    client: VerbatimHttp,
    functions: dict[str, Recorder],
    content_type: str,
    character: bytes,
    count: int,
    status: int,
) -> None:
    answer = client.send("POST", "/items/7", body=character * count, headers={"Content-Type": content_type})
    assert answer.status == status
    assert len(functions["Item"].events) == (status == 204)
