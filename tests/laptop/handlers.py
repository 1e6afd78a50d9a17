"""Handlers that behave in every way a function can."""

import os
import signal
import sys
import time
import traceback
from typing import Any


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {
        "event": event,
        "pid": os.getpid(),
        "requestId": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "remaining": context.get_remaining_time_in_millis(),
    }


def fail(event: dict[str, Any], _context: Any) -> None:
    raise ValueError(f"no good: {event['name']}")


def crash(_event: dict[str, Any], _context: Any) -> None:
    os._exit(3)


def sleep(event: dict[str, Any], _context: Any) -> str:
    time.sleep(event["seconds"])
    return "slept"


def talk(event: dict[str, Any], _context: Any) -> None:
    sys.stdout.write(event["words"] + "\n")
    sys.stdout.flush()


def for_a_second(_event: dict[str, Any], _context: Any) -> str:
    talk({"words": "begun"}, None)
    time.sleep(1)
    return "a second later"


def for_a_minute(_event: dict[str, Any], _context: Any) -> None:
    talk({"words": "begun"}, None)
    time.sleep(60)


def for_ever(_event: dict[str, Any], _context: Any) -> None:
    talk({"words": f"busy as {os.getpid()}"}, None)
    while True:
        pass


def segfault(_event: dict[str, Any], _context: Any) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def stop_here(_event: dict[str, Any], _context: Any) -> str:
    breakpoint()  # noqa: T100 - what becomes of it is the point
    return "went on"


def print_a_traceback(_event: dict[str, Any], _context: Any) -> None:
    try:
        fail({"name": "x"}, None)
    except ValueError:
        traceback.print_exc()
