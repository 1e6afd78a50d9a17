"""Recorder of the shapes that Atlassian really sends: logged without values (`connect_jira.shapes`).

It is off unless `RECORD_SHAPES` is `true`. It records verified requests only, so that nobody else can write
into the log, and each shape once, up to a limit per kind and process. A failure to record is ignored.
"""

import os
from collections import Counter
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_jira.message_shapes import Request, Response
    from connect_jira.shapes import Shape
    from connect_jwt.tokens import UnverifiedToken

SEEN = "Shape seen"
"""Message of the log lines that hold a shape."""

MAX_OF_A_KIND = 20
MAX_OF_A_PROCESS = 300

_logger = Logger(child=True)


def _log(kind: str, shape: "Shape") -> None:
    _logger.info(SEEN, extra={"kind": kind, "shape": {path: sorted(forms) for path, forms in shape.items()}})


class Recorder:
    """Records shapes.

    Args:
        is_on: False makes it do nothing
        tell: called with kind and shape of each new one
    """

    def __init__(self, *, is_on: bool, tell: "Callable[[str, Shape], None]" = _log) -> None:
        self._is_on = is_on
        self._tell = tell
        self._seen: set[int] = set()
        self._of_kind: Counter[str] = Counter()

    def request(self, request: "Request", token: "UnverifiedToken", *, token_alone: bool = False) -> None:
        """Record a verified request.

        Args:
            request: as received
            token: its proof
            token_alone: True to record the token only, if somebody else may have made the rest
        """
        if self._is_on:
            from connect_jira.message_shapes import request_shape  # noqa: PLC0415 - off, it is not needed

            self._see(lambda: request_shape(request, token, token_alone=token_alone))

    def answer(self, method: str, path: str, response: "Response", *, by_token: bool) -> None:
        """Record a response of Jira.

        Args:
            method: the HTTP method
            path: of the call, or its URL
            response: of Jira
            by_token: True if an access token was used; False for a JWT of the app
        """
        if self._is_on:
            from connect_jira.message_shapes import answer_shape  # noqa: PLC0415 - likewise

            self._see(lambda: answer_shape(method, path, response, by_token=by_token))

    def key_host(self, url: str, status: int, headers: "Mapping[str, str]", content: bytes) -> None:
        """Record a response of a key host.

        Args:
            url: of the request
            status: of the response
            headers: of the response
            content: of the response
        """
        if self._is_on:
            from connect_jira.message_shapes import key_host_shape  # noqa: PLC0415 - likewise

            self._see(lambda: key_host_shape(url, status, headers, content))

    def _see(self, look: "Callable[[], tuple[str, Shape]]") -> None:
        if len(self._seen) >= MAX_OF_A_PROCESS:
            return
        try:
            kind, shape = look()
            digest = hash((kind, frozenset((path, frozenset(forms)) for path, forms in shape.items())))
            if digest in self._seen or self._of_kind[kind] >= MAX_OF_A_KIND:
                return
            self._seen.add(digest)
            self._of_kind[kind] += 1
            self._tell(kind, shape)
        except Exception as failure:  # noqa: BLE001 - the request is accepted, or the call done, by now
            # Its message may have a value in it.
            _logger.warning("Shape not recorded", extra={"error": type(failure).__name__})


RECORDER = Recorder(is_on=os.environ.get("RECORD_SHAPES") == "true")
"""The process's recorder."""
