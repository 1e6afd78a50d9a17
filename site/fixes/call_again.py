import random
import time
from collections.abc import Callable, Mapping
from typing import Protocol


class Answer(Protocol):
    """What your HTTP client gives."""

    status: int
    headers: Mapping[str, str]


def call(
    send: Callable[[Mapping[str, str]], Answer],
    authorization: Callable[[], Mapping[str, str]],
    sleep: Callable[[float], None] = time.sleep,
    attempts: int = 5,
) -> Answer:
    """Send a call that may be repeated until it is answered, as long as Jira asks for patience.

    Args:
        send: makes one attempt with these headers
        authorization: signs: each attempt needs a token of its own
        sleep: for seconds
        attempts: at most
    """
    for attempt in range(1, attempts + 1):
        answer = send(authorization())
        if answer.status not in {429, 502, 503, 504} or attempt == attempts:
            break
        growing = min(2**attempt, 60) * random.uniform(0.7, 1.3)  # so that not all come at once
        sleep(float(answer.headers.get("Retry-After") or growing))
    return answer
