"""Requests to Jira, counted by their status, and logged when they were slow."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from connect_jira.jira.errors import JiraError
from connect_jira.jira.outcomes import SLOW_SECONDS
from tests.emf import emitted
from tests.unit.jira.conftest import CLIENT_KEY
from tests.unit.jira.test_client import client_over

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

BROKEN = urllib3.exceptions.ProtocolError("broken")
STATUSES: dict[str, tuple[list[Any], list[str]]] = {
    "done": ([(200, {})], ["2xx"]),
    "not there": ([(404, {})], ["4xx"]),
    "limited, then done": ([(429, {}, {"Retry-After": "1"}), (200, {})], ["429", "2xx"]),
    "down, then up": ([(503, {}), (200, {})], ["5xx", "2xx"]),
    "never answered": ([BROKEN] * 4, ["unanswered"] * 4),
}


@pytest.fixture
def statuses(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    def found() -> list[str]:
        metrics = [each for each in emitted(capsys.readouterr().out) if each.name == "JiraCalled"]
        assert all(each.value == 1 and dict(each.dimensions)["service"] == "all" for each in metrics)
        return [dict(each.dimensions)["status"] for each in metrics]

    return found


@pytest.mark.parametrize(("answers", "counted"), STATUSES.values(), ids=STATUSES)
def test_every_request_is_counted_by_its_status(
    backend: "Backend", statuses: Callable[[], list[str]], answers: list[Any], counted: list[str]
) -> None:
    client, _ = client_over(backend, *answers)
    with suppress(JiraError):
        client.get("/rest/api/3/myself")
    assert statuses() == counted


def test_a_request_that_is_never_sent_is_not_counted(
    backend: "Backend", statuses: Callable[[], list[str]]
) -> None:
    client, _ = client_over(backend)
    with pytest.raises(Exception, match="wrong-host"):
        client.get("https://evil.example/rest/api/3/myself")
    assert statuses() == []


@pytest.mark.parametrize(("seconds", "lines"), [(SLOW_SECONDS, 1), (SLOW_SECONDS - 0.001, 0)])
@pytest.mark.parametrize("answer", [(200, {}), BROKEN], ids=["answered", "broken"])
def test_a_slow_request_is_logged_without_its_query(
    backend: "Backend", caplog: pytest.LogCaptureFixture, answer: Any, seconds: float, lines: int
) -> None:
    caplog.set_level("INFO")
    client, pool = client_over(backend, answer)
    send = pool.request

    def slowly(*args: Any, **options: Any) -> Any:
        backend.clock.now += seconds
        return send(*args, **options)

    pool.request = slowly  # type: ignore[method-assign]
    with suppress(JiraError):
        client.post("/rest/api/3/issue", {}, query={"private": "query"})
    slow = [vars(record) for record in caplog.records if record.message == "Jira was slow"]
    assert len(slow) == lines
    for line in slow:
        assert (line["call"], line["clientKey"]) == ("POST /rest/api/3/issue", CLIENT_KEY)
        assert line["seconds"] == pytest.approx(SLOW_SECONDS)
        assert line["status"] == (answer[0] if isinstance(answer, tuple) else None)
