"""As much of CloudFormation as the pipeline asks: DescribeStacks, in AWS's own form."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

_STACK = """\
<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>\
<member><StackName>{name}</StackName><CreationTime>2026-11-27T08:00:00Z</CreationTime>\
<StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs></member>\
</Stacks></DescribeStacksResult></DescribeStacksResponse>"""
_OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"
_NO_STACK = """\
<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>\
<Code>ValidationError</Code><Message>Stack with id {name} does not exist</Message></Error></ErrorResponse>"""

type Stacks = Mapping[str, Mapping[str, str]]


@contextmanager
def cloudformation(stacks: Stacks) -> Iterator[dict[str, str]]:
    """A CloudFormation of stacks by name, each with its outputs; the environment that leads to it.

    What is put into `stacks` later is answered, too.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            assert asked["Action"] == ["DescribeStacks"]
            (name,) = asked["StackName"]
            outputs = stacks.get(name)
            if outputs is None:
                self._answer(400, _NO_STACK.format(name=name))
            else:
                members = "".join(_OUTPUT.format(key, escape(value)) for key, value in outputs.items())
                self._answer(200, _STACK.format(name=name, outputs=members))

        def _answer(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", "text/xml")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield {
                "AWS_ENDPOINT_URL_CLOUDFORMATION": f"http://127.0.0.1:{server.server_port}",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "nobody",
                "AWS_SECRET_ACCESS_KEY": "nothing",
            }
        finally:
            server.shutdown()
            thread.join()
