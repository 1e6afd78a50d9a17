"""Follows one webhook through the functions until Jira is called, and prints the files that it passes.

Run in a process of its own, since functions read their environment when they are imported. The second event
is followed: the first one finds nothing in memory.
"""

import contextlib
import io
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from typing import Any

from connect_jira.installations.installation import LifecycleEvent, Site, installed
from connect_jwt.canonical import query_string_hash
from connect_jwt.identity import ClientKey, SharedSecret
from connect_local.laptop.functions import function_variables
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.project import PROJECT
from connect_tools.template import Template

FOLLOWED = tuple(f"{PROJECT / folder}/" for folder in ("functions", "layers"))
type During = contextlib.AbstractContextManager[None]

SITE = ClientKey("b3e0f650-a86c-3f7e-b1db-436452f85df7")
SECRET = "s3cr3t" * 8
PATH = "/webhooks/issue_created"


class Way:
    """Calls from one file to another, until a URL below an address is requested."""

    def __init__(self, address: str) -> None:
        self.files: list[str] = []
        self.moves = 0
        self._address = address
        self._is_there = False

    @contextlib.contextmanager
    def followed(self) -> Iterator[None]:
        self._at = ""
        sys.setprofile(self._follow)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _follow(self, frame: FrameType, kind: str, _: object) -> None:
        code = frame.f_code
        if code.co_name == "request" and str(frame.f_locals.get("url")).startswith(self._address):
            self._is_there |= code.co_filename.endswith("urllib3/_request_methods.py")
        if self._is_there or not code.co_filename.startswith(FOLLOWED):
            return
        if kind == "call":
            if code.co_filename != self._at:
                self.files.append(code.co_filename)
                self.moves += self._at != ""
            self._at = code.co_filename
        elif kind == "return":
            back = frame.f_back
            while back is not None and not back.f_code.co_filename.startswith(FOLLOWED):
                back = back.f_back
            self._at = back.f_code.co_filename if back is not None else self._at


class Jira(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Context:
    """Lambda's, as far as the functions and Powertools read it."""

    function_name = aws_request_id = "way"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:way"

    def get_remaining_time_in_millis(self) -> int:
        return 25_000


def main() -> None:
    jira = ThreadingHTTPServer(("127.0.0.1", 0), Jira)
    threading.Thread(target=jira.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{jira.server_port}"
    template = Template({"Stage": "prod", "ExtraSiteUrl": address})
    cloud = LaptopCloud(template)
    cloud.start()
    for name in ("WebhooksFunction", "JiraCallsFunction"):
        os.environ.update(function_variables(name, template, cloud.attribute) | cloud.environment())
    way = Way(address)
    with contextlib.redirect_stdout(io.StringIO()):
        send, work = functions(cloud, address)
        send(1, contextlib.nullcontext())
        work(contextlib.nullcontext())
        send(2, way.followed())
        work(way.followed())
    files = {file.removeprefix(f"{PROJECT}/") for file in way.files}
    print(json.dumps({"files": sorted(files), "moves": way.moves}))  # noqa: T201 - the test reads it
    cloud.stop()


def functions(
    cloud: LaptopCloud, address: str
) -> tuple[Callable[[int, During], None], Callable[[During], None]]:
    """Return what sends a webhook, and what works on its message, for a site that is installed."""
    import functions.jira_calls.app as jira_calls
    import functions.webhooks.app as webhooks

    composition, now = webhooks._composition, int(time.time())  # noqa: SLF001 - the function's own
    lifecycle = LifecycleEvent(signed_at=now, token_digest="first", body_digest="first", received_at=now)
    sealed = composition.sealer.seal(SITE, SharedSecret(SECRET))
    composition.store.write(installed(None, lifecycle, Site(client_key=SITE, base_url=address), sealed))
    sqs, url = cloud.client("sqs"), cloud.attribute("JiraCalls", "Ref")

    def send(number: int, during: During) -> None:
        event = webhook(number)
        with during:
            assert webhooks.handler(event, Context())["statusCode"] == 204  # type: ignore[arg-type]

    def work(during: During) -> None:
        (message,) = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"]
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
        }
        with during:
            assert jira_calls.handler({"Records": [record]}, Context()) == {"batchItemFailures": []}  # type: ignore[arg-type]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return send, work


def webhook(number: int) -> dict[str, Any]:
    import jwt

    now = int(time.time())
    claims = {"iss": SITE, "iat": now, "exp": now + 180, "qsh": query_string_hash("POST", PATH, "")}
    token = jwt.encode(claims, SECRET, algorithm="HS256")
    body = {"webhookEvent": "jira:issue_created", "timestamp": now * 1000, "issue": {"key": "EX-1"}}
    return {
        "rawPath": PATH,
        "rawQueryString": "",
        "headers": {"authorization": f"JWT {token}", "x-atlassian-webhook-identifier": str(number)},
        "requestContext": {"domainName": "app.example", "stage": "$default", "http": {"method": "POST"}},
        "body": json.dumps(body),
    }


if __name__ == "__main__":
    main()
