"""curl's output: the response's head with `-i`, and also the request's with `-v`."""

import re
from dataclasses import replace

from connect_doctor.request_text import headers_of, request_of
from connect_doctor.unusable import BadInput
from connect_jwt.diagnosis import Evidence

_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? (\d{3})\b")
_BEGINNING = re.compile(r"^(?:\* |> [A-Z]+ \S+ HTTP/\d|(?:< )?HTTP/\d(?:\.\d)? \d{3}\b)", re.MULTILINE)
_OF_CURL = re.compile(r"[*{}]( |$)|  % Total|  +Dload")
"""Prefixes of the lines in which `curl -v` reports its own progress."""


def is_transcript(text: str) -> bool:
    """Return whether curl has printed it: it begins with an answer's head, or shows one among other lines."""
    return text.startswith("HTTP/") or re.search(r"^< HTTP/\d", text, re.MULTILINE) is not None


def split_transcript(text: str) -> tuple[str, str]:
    """A command, and what was printed below it; empty for what is not there."""
    found = _BEGINNING.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")


def read_transcript(text: str) -> Evidence:
    """The request, as far as it is shown, and the last answer to it.

    Raises:
        BadInput: there is no answer in it
    """
    sent, received = _sides(text.splitlines())
    heads = [number for number, line in enumerate(received) if _STATUS_LINE.match(line)]
    if not heads:
        raise BadInput("that is no answer: curl -i prints a line such as HTTP/2 401 before it")
    status = _STATUS_LINE.match(received[heads[-1]])
    head, _, body = "\n".join(received[heads[-1] :]).partition("\n\n")
    return replace(
        request_of(sent),
        status=int(status[1]) if status else None,
        response_headers=headers_of(head.splitlines()),
        response_body=body,
    )


def _sides(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines of the request and those of the answer, without the marks of `curl -v`."""
    is_marked = any(line.startswith("< HTTP/") for line in lines)
    if not is_marked:
        return [], lines
    sent = [line[2:] for line in lines if line.startswith("> ")]
    received = [
        line[2:] if line[:1] == "<" else line
        for line in lines
        if line[:1] != ">" and not _OF_CURL.match(line)
    ]
    return sent, received
