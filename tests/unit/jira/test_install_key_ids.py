"""A flood of invented key ids: what it costs Atlassian and AWS, and whom it does not keep out."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connect_jira.auth.install_key_ids import AT_ONCE, LONGEST_WAIT_SECONDS, InstallKeyIds
from connect_jira.aws.failures import AwsFailed
from connect_jira.errors import LimitedForNow, TemporarilyUnavailable
from connect_jwt.errors import ConnectError
from connect_jwt.install_keys import InstallKeys
from tests.unit.jwt.key_host import REGISTRY_PREFIX, Answer, Clock, KeyHost, answer

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

SECRET = "o" * 40
HOSTS = ("https://asap-distribution.example", "https://dedicated.example")


@dataclass
class Table:
    """The one row, and how often it was asked for."""

    ids: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    is_there: bool = True

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        self.calls[operation] += 1
        if not self.is_there:
            raise AwsFailed(operation, "ReadTimeoutError", may_pass=True)
        if operation == "GetItem":
            return {"Item": {"ids": {"SS": sorted(self.ids)}}} if self.ids else {}
        self.ids.update(parameters["ExpressionAttributeValues"][":id"]["SS"])
        return {}


@dataclass
class Process:
    """One process of the function."""

    table: Table
    clock: Clock = field(default_factory=Clock)
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ids = InstallKeyIds(
            self.table,  # type: ignore[arg-type]
            table="activity",
            clock=self.clock,
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.seconds += seconds + 0.001

    def spend(self) -> None:
        for number in range(int(AT_ONCE)):
            self.ids.admit(f"invented-{number}")


class Hosts(KeyHost):
    """Both key hosts, which have the same keys."""

    def __init__(self, published: dict[str, bytes]) -> None:
        super().__init__()
        self._published = published

    def next_answer(self) -> Answer:
        pem = self._published.get(self.asked[-1].partition(".example/")[2])
        return answer(pem) if pem else answer(status=404)


def test_ids_that_have_verified_nothing_share_an_allowance() -> None:
    process = Process(Table())
    process.spend()
    with pytest.raises(LimitedForNow, match="key-id-limited"):
        process.ids.admit("one-more")
    assert process.slept == []


def test_who_need_not_wait_for_long_waits() -> None:
    process = Process(Table())
    process.spend()
    process.clock.seconds += 0.7
    process.ids.admit("one-more")
    assert process.slept == [pytest.approx(0.3)]
    with pytest.raises(LimitedForNow):
        process.ids.admit("and-one-more")


def test_an_id_that_has_verified_an_install_is_never_limited_in_any_process() -> None:
    table = Table()
    Process(table).ids.remember("genuine")
    process = Process(table)
    process.spend()
    for _ in range(100):
        process.ids.admit("genuine")
    assert (process.slept, table.calls["GetItem"]) == ([], 1)


def test_what_another_process_remembers_during_the_flood_is_known_after_a_second() -> None:
    table = Table()
    process = Process(table)
    process.spend()
    with pytest.raises(LimitedForNow):
        process.ids.admit("genuine")
    Process(table).ids.remember("genuine")
    process.clock.seconds += 1.0
    process.ids.admit("invented")  # what a second has earned
    process.ids.admit("genuine")
    assert process.slept == []


def test_an_id_is_written_once_by_a_process() -> None:
    process = Process(Table())
    for _ in range(3):
        process.ids.remember("genuine")
    assert process.table.calls == {"UpdateItem": 1}


def test_an_id_that_cannot_be_written_fails_nothing_and_is_written_the_next_time() -> None:
    process = Process(Table(is_there=False))
    process.ids.remember("genuine")
    process.table.is_there = True
    process.ids.remember("genuine")
    assert process.table.ids == {"genuine"}


def test_when_the_table_does_not_tell_nobody_is_refused_for_good() -> None:
    process = Process(Table(is_there=False))
    process.spend()
    with pytest.raises(TemporarilyUnavailable):
        process.ids.admit("genuine")


def install_under(backend: "Backend", kid: str) -> str:
    """Return the outcome of an install under a key id, signed by Atlassian's own key."""
    backend.keys.kid = kid
    try:
        backend.install(SECRET)
    except ConnectError as error:
        return error.reason
    return "taken"


def test_a_thousand_invented_ids_cost_what_the_documentation_says_and_keep_nobody_out(
    backend: "Backend",
) -> None:
    genuine = f"{REGISTRY_PREFIX}genuine"
    pem = backend.keys.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    hosts, process = Hosts({genuine: pem}), Process(Table(ids={genuine}))
    backend.lifecycle._keys = InstallKeys(  # noqa: SLF001 - where the double was
        HOSTS, registry_prefix=REGISTRY_PREFIX, http=hosts, admit=process.ids.admit, clock=process.clock
    )
    started = process.clock.seconds
    outcomes: Counter[str] = Counter()
    for number in range(1_000):
        outcomes[install_under(backend, f"{REGISTRY_PREFIX}invented-{number}")] += 1
        process.clock.seconds += 0.01
    assert outcomes.keys() == {"kid-unknown", "key-id-limited"}
    seconds = process.clock.seconds - started
    most = AT_ONCE + seconds + 1
    asked = Counter(request.partition("/generic")[0] for request in hosts.asked)
    assert {host: requests <= most for host, requests in asked.items()} == {
        f"GET {host}": True for host in HOSTS
    }
    assert process.table.calls["GetItem"] <= seconds + 1
    assert max(process.slept) <= LONGEST_WAIT_SECONDS
    assert install_under(backend, genuine) == "taken"
