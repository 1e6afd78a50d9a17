"""A recorder of shapes: what Atlassian really sends, told to the log without a value (`connect_jira.shapes`).

It is off unless `RECORD_SHAPES` is `true`. It sees a request only when its proof holds, so that nobody
without one can write a word into the log, and tells of each shape once, of so many for each kind and process.
What it cannot record is not recorded: nothing fails for it.
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
"""The message of the log's lines that have a shape."""

MAX_OF_A_KIND = 20
MAX_OF_A_PROCESS = 300

_logger = Logger(child=True)


def _log(kind: str, shape: "Shape") -> None:
    _logger.info(SEEN, extra={"kind": kind, "shape": {path: sorted(forms) for path, forms in shape.items()}})


class Recorder:
    """Records shapes.

    Args:
        is_on: whether it does anything
        tell: takes the kind and the shape of each that was not seen before
    """

    def __init__(self, *, is_on: bool, tell: "Callable[[str, Shape], None]" = _log) -> None:
        self._is_on = is_on
        self._tell = tell
        self._seen: set[int] = set()
        self._of_kind: Counter[str] = Counter()

    def request(self, request: "Request", token: "UnverifiedToken", *, token_alone: bool = False) -> None:
        """Record a request whose proof holds.

        Args:
            request: as it came
            token: the proof
            token_alone: where somebody else than its sender may say what else is in it
        """
        if self._is_on:
            from connect_jira.message_shapes import request_shape  # noqa: PLC0415 - off, it is not needed

            self._see(lambda: request_shape(request, token, token_alone=token_alone))

    def answer(self, method: str, path: str, response: "Response", *, by_token: bool) -> None:
        """Record an answer of Jira's.

        Args:
            method: the HTTP method
            path: what was called, or its URL
            response: what Jira answered
            by_token: whether it was asked with an access token, and not with a JWT of the app's
        """
        if self._is_on:
            from connect_jira.message_shapes import answer_shape  # noqa: PLC0415 - likewise

            self._see(lambda: answer_shape(method, path, response, by_token=by_token))

    def key_host(self, url: str, status: int, headers: "Mapping[str, str]", content: bytes) -> None:
        """Record an answer of a key host.

        Args:
            url: what was asked for
            status: of the answer
            headers: likewise
            content: likewise
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
        except Exception as failure:  # noqa: BLE001 - what was sent is taken, and what was called is done
            # Its message may have a value in it.
            _logger.warning("A shape was not recorded", extra={"error": type(failure).__name__})


RECORDER = Recorder(is_on=os.environ.get("RECORD_SHAPES") == "true")
"""The process's own."""
