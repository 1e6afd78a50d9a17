"""A change reported by Connect and by Forge is handled once, with records in real tables."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.events.hook_call import Hook, HookCall
from connect_jira.events.webhook import Occurrence, Webhook
from connect_jira.worker.idempotency_store import Attempt, Done, IdempotencyStore
from connect_jira.worker.occurrences import APART_MS, SENDING_MS, Occurrences
from connect_jwt.identity import ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud
from tests.contract.counted import Counted

T = 1_795_443_600_000
MINUTE = 60 * 1000
_sites = iter(range(1000))

type Told = Callable[[ClientKey], Webhook]


def told(
    told_by: str, identifier: str, at_ms: int, *, thing: str = "10042", timed: bool = True, **other: Any
) -> Told:
    occurrence = Occurrence(told_by=told_by, thing=thing, at_ms=at_ms, is_timed=timed)
    event = other.get("event", "jira:issue_updated")
    payload = {"told": [told_by, identifier, at_ms]}
    return lambda site: Webhook(
        client_key=site, event=event, webhook_id=identifier, payload=payload, occurrence=occurrence
    )


def connect(identifier: str, at_ms: int = T, **other: Any) -> Told:
    return told("connect", identifier, at_ms, **other)


def forge(identifier: str, at_ms: int = T, **other: Any) -> Told:
    return told("forge", identifier, at_ms, **other)


def sent(identifier: str, at_ms: int) -> Told:
    """An event of Forge's that does not say when it happened."""
    return forge(identifier, at_ms, timed=False)


@pytest.fixture
def table(cloud: LaptopCloud) -> str:
    return cloud.attribute("WorkDone", "Ref")


@pytest.fixture
def site() -> ClientKey:
    return ClientKey(f"occurrences-{next(_sites)}")


def begin(done: IdempotencyStore, message: Webhook | HookCall) -> Attempt | Done:
    work_id = done.work_id(message)
    assert work_id is not None
    return done.begin(
        work_id, client_key=message.client_key, owner=uuid.uuid4().hex, is_idempotent=True, left_ms=1000
    )


@pytest.fixture
def work_off(dynamodb: AwsService, table: str, site: ClientKey) -> Callable[..., int]:
    """Work messages off, each in a process of its own; how often something was done."""

    def work_off(*messages: Told) -> int:
        times = 0
        for message in messages:
            done = IdempotencyStore(dynamodb, table=table)
            begun = begin(done, message(site))
            if isinstance(begun, Attempt):
                times += 1
                done.complete(begun, None)
        return times

    return work_off


@pytest.mark.parametrize(
    ("messages", "times"),
    [
        ([connect("w"), forge("f")], 1),
        ([forge("f"), connect("w")], 1),
        ([connect("w"), forge("f"), connect("w"), forge("f")], 1),
        ([forge("f"), forge("f"), connect("w"), connect("w")], 1),
        ([connect("w"), forge("f", T + APART_MS)], 1),
        ([forge("f", T - APART_MS), connect("w")], 1),
        ([connect("w"), forge("f", T + APART_MS + 1)], 2),
        ([forge("f"), connect("w", T + 9 * 3600 * 1000)], 2),
        ([connect("w"), forge("f", thing="10043")], 2),
        ([connect("w"), forge("f", event="jira:issue_deleted")], 2),
        ([connect("w"), connect("x")], 2),
        ([forge("f"), forge("g")], 2),
        ([connect("w"), connect("x", T + 1), forge("g", T + 1), forge("f")], 2),
        ([connect("w"), forge("g", T + 1), connect("x", T + 1), forge("f")], 2),
        ([forge("f"), forge("g", T + 1), connect("x", T + 1), connect("w")], 2),
        ([connect("w"), connect("x", T + 1), connect("y", T + 2), forge("f")], 3),
        ([connect("w"), connect("x", T + MINUTE), forge("g", T + MINUTE)], 2),
        ([sent("f", T), sent("f", T + 4 * MINUTE)], 1),
        ([sent("f", T), sent("f", T + SENDING_MS)], 1),
        ([sent("f", T), sent("f", T + SENDING_MS + 1000)], 2),
        ([sent("f", T), sent("f", T + 9 * MINUTE), sent("f", T + 12 * MINUTE)], 2),
        ([sent("f", T), sent("g", T)], 2),
        ([connect("w"), sent("f", T + 3 * MINUTE), sent("f", T + 7 * MINUTE)], 1),
        ([sent("f", T + 3 * MINUTE), connect("w"), sent("f", T + 7 * MINUTE)], 1),
        ([connect("w"), connect("x", T + MINUTE), sent("f", T + MINUTE), sent("g", T + 2 * MINUTE)], 2),
    ],
)
def test_each_change_is_done_once(work_off: Callable[..., int], messages: list[Told], times: int) -> None:
    assert work_off(*messages) == times


@pytest.mark.parametrize("seconds", [0, 1, 299, 599])
def test_no_hour_divides_an_event_from_its_repetition(work_off: Callable[..., int], seconds: int) -> None:
    """A Forge event without a time of its own, first sent anywhere within ten minutes of the clock."""
    first = T - T % SENDING_MS + seconds * 1000
    assert work_off(sent("f", first), sent("f", first + 4 * MINUTE)) == 1


def test_the_second_takes_over_what_the_first_has_failed_at(
    dynamodb: AwsService, table: str, site: ClientKey, work_off: Callable[..., int]
) -> None:
    done = IdempotencyStore(dynamodb, table=table)
    begun = begin(done, connect("w")(site))
    assert isinstance(begun, Attempt)
    done.give_back(begun)
    assert work_off(forge("f"), connect("w")) == 1


def test_what_comes_first_costs_one_write_and_what_comes_second_two(
    dynamodb: AwsService, table: str, site: ClientKey
) -> None:
    writes = []
    for message in (connect("w"), forge("f"), forge("f")):
        counted = Counted(dynamodb)
        Occurrences(counted, table=table).settle(message(site))  # type: ignore[arg-type]
        writes.append(counted.calls)
    assert writes == [{"PutItem": 1}, {"PutItem": 2}, {"PutItem": 1}]


def test_one_site_is_not_another(
    dynamodb: AwsService, table: str, site: ClientKey, work_off: Callable[..., int]
) -> None:
    assert work_off(connect("w")) == 1
    other = ClientKey(f"{site}-other")
    settled = Occurrences(dynamodb, table=table).settle(forge("f")(other))
    assert settled.webhook_id == "f"


def test_two_workers_at_once_find_one_name(dynamodb: AwsService, table: str, site: ClientKey) -> None:
    class Overtaken:
        """DynamoDB for a worker that another overtakes just before its first write."""

        calls = 0

        def call(self, action: str, **request: Any) -> Any:
            self.calls += 1
            if self.calls == 1:
                Occurrences(dynamodb, table=table).settle(forge("f")(site))
            return dynamodb.call(action, **request)

    overtaken = Occurrences(Overtaken(), table=table)  # type: ignore[arg-type]
    assert overtaken.settle(connect("w")(site)).webhook_id == "f"
    assert Occurrences(dynamodb, table=table).settle(connect("w")(site)).webhook_id == "f"


def test_a_record_is_found_though_nobody_heard_that_it_was_written(
    dynamodb: AwsService, table: str, site: ClientKey
) -> None:
    class Unheard:
        """DynamoDB whose first answer is lost."""

        calls = 0

        def call(self, action: str, **request: Any) -> Any:
            self.calls += 1
            answer = dynamodb.call(action, **request)
            if self.calls == 1:
                raise AwsFailed("PutItem", "ReadTimeoutError", may_pass=True)
            return answer

    unheard = Occurrences(Unheard(), table=table)  # type: ignore[arg-type]
    with pytest.raises(AwsFailed):
        unheard.settle(connect("w")(site))
    assert unheard.settle(connect("w")(site)).webhook_id == "w"
    assert unheard.settle(forge("f")(site)).webhook_id == "w"


def test_a_thing_that_changes_all_the_time_does_not_fill_its_record(
    dynamodb: AwsService, table: str, site: ClientKey
) -> None:
    occurrences = Occurrences(dynamodb, table=table)
    for number in range(105):
        occurrences.settle(connect(f"w-{number}", T + number * MINUTE)(site))
    assert occurrences.settle(forge("f", T + 104 * MINUTE)(site)).webhook_id == "w-104"
    assert occurrences.settle(connect("w-0", T)(site)).webhook_id == "w-0", "forgotten, and named as before"


def hook(told_by: str, identifier: str, at_ms: int, **changed: Any) -> Callable[[ClientKey], HookCall]:
    is_of_connect = told_by == "connect"

    def call(site: ClientKey) -> HookCall:
        thing = f"installation of {site}"
        occurrence = Occurrence(told_by=told_by, thing=thing, at_ms=at_ms, is_timed=not is_of_connect)
        about: dict[str, Any] = {
            "client_key": site if is_of_connect else ClientKey(thing),
            "hook": Hook.INSTALLED,
            "installation": site,
            "signed_at": at_ms // 1000,
            "identifier": f"{identifier} of {site}",
            "occurrence": occurrence,
        }
        return HookCall(**about | changed)

    return call


OF_CONNECT = hook("connect", "token-1", T)
OF_FORGE = hook("forge", "installation", T + 2 * MINUTE)


@pytest.mark.parametrize("order", [(OF_CONNECT, OF_FORGE), (OF_FORGE, OF_CONNECT)])
def test_an_install_that_both_report_is_one_hook_whoever_is_first(
    work_off: Callable[..., int], order: tuple[Any, ...]
) -> None:
    assert work_off(*order, *order) == 1


def test_other_installs_and_other_hooks_are_hooks_of_their_own(work_off: Callable[..., int]) -> None:
    others = (
        hook("connect", "token-2", T + 60 * MINUTE),
        hook("connect", "token-1", T, hook=Hook.UNINSTALLED),
        hook("connect", "token-3", T, hook=Hook.UPGRADED, occurrence=None),
    )
    assert work_off(OF_CONNECT, OF_FORGE, *others, *others) == 4


def test_a_later_call_of_the_same_installation_is_the_same_install(work_off: Callable[..., int]) -> None:
    assert work_off(OF_FORGE, hook("forge", "installation", T + 60 * MINUTE)) == 1
