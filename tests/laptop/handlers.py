"""Handlers that behave in every way a function can."""

import os
import signal
import sys
import threading
import time
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


def until_told_to_end(_event: dict[str, Any], _context: Any) -> str:
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    talk({"words": "begun"}, None)
    while not told.wait(0.05):
        pass
    return "brought to an end"


def whatever_it_is_told(_event: dict[str, Any], _context: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    talk({"words": "begun"}, None)
    time.sleep(60)
