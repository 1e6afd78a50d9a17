"""A message that is delivered twice is handled once, with records in real tables."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import AwsService
from connect_jira.errors import BeingDone, EffectUnknown, IdempotencyKeyReused
from connect_jira.worker.idempotency_store import Attempt, Done, IdempotencyStore
from connect_jira.worker.occurrences import REMEMBERED_SECONDS
from connect_local.laptop.moto_cloud import LaptopCloud

LEFT = 30.0


@dataclass
class Records:
    """The store, with a clock that is moved by hand, and an owner for each attempt."""

    done: IdempotencyStore
    now: float = 1_795_443_600.0
    owners: int = 0

    def begin(self, work_id: str, *, once: bool = False, **changed: Any) -> Attempt | Done:
        self.owners += 1
        about: dict[str, Any] = {"owner": f"owner-{self.owners}", "client_key": "site", **changed}
        return self.done.begin(work_id, is_idempotent=not once, left_ms=int(LEFT * 1000), **about)

    def begun(self, work_id: str, *, once: bool = False, **changed: Any) -> Attempt:
        begun = self.begin(work_id, once=once, **changed)
        assert isinstance(begun, Attempt)
        return begun


@pytest.fixture
def records(cloud: LaptopCloud, dynamodb: AwsService) -> Records:
    table = cloud.attribute("WorkDone", "Ref")
    found = Records(IdempotencyStore(dynamodb, table=table, clock=lambda: found.now))
    return found


_count = iter(range(1000))


@pytest.fixture
def work_id() -> str:
    return f"w-{next(_count)}"


@pytest.mark.parametrize("once", [True, False])
def test_what_is_done_is_not_begun_again_and_what_came_of_it_is_told(
    records: Records, work_id: str, *, once: bool
) -> None:
    records.done.complete(records.begun(work_id, once=once), {"status": 201})
    records.now += 3600
    assert records.begin(work_id, once=once) == Done({"status": 201})


def test_a_record_names_its_site_as_long_as_it_is_there(
    records: Records, dynamodb: AwsService, cloud: LaptopCloud, work_id: str
) -> None:
    site = f"site of {work_id}"
    records.done.complete(records.begun(work_id, client_key=site), None)
    asked = {
        "TableName": cloud.attribute("WorkDone", "Ref"),
        "FilterExpression": "clientKey = :site",
        "ExpressionAttributeValues": {":site": {"S": site}},
    }
    (found,) = dynamodb.call("Scan", **asked)["Items"]
    assert found["state"] == {"S": "done"}


def test_only_what_is_done_is_said_to_be_done(records: Records, work_id: str) -> None:
    assert not records.done.is_done(work_id)
    attempt = records.begun(work_id)
    assert not records.done.is_done(work_id)
    records.done.complete(attempt, None)
    assert records.done.is_done(work_id)


def test_other_work_has_other_records(records: Records, work_id: str) -> None:
    records.done.complete(records.begun(work_id), None)
    assert records.begun(f"{work_id} \ud83d").tries == 1


@pytest.mark.parametrize("once", [True, False])
def test_what_was_given_back_is_begun_again_and_its_tries_are_counted(
    records: Records, work_id: str, *, once: bool
) -> None:
    for tries in (1, 2, 3):
        attempt = records.begun(work_id, once=once)
        assert (attempt.tries, attempt.cut_off) == (tries, 0)
        records.done.give_back(attempt)


def test_what_was_forgotten_counts_as_never_tried(records: Records, work_id: str) -> None:
    records.done.give_back(records.begun(work_id))
    records.done.forget(records.begun(work_id))
    assert records.begun(work_id).tries == 1


def test_what_was_cut_off_is_taken_up_when_whoever_began_it_must_have_ended(
    records: Records, work_id: str
) -> None:
    records.begun(work_id)
    records.now += LEFT - 10
    with pytest.raises(BeingDone) as being_done:
        records.begin(work_id)
    assert being_done.value.seconds == 10
    records.now += 11
    attempt = records.begun(work_id)
    assert (attempt.tries, attempt.cut_off) == (2, 1)
    records.done.give_back(attempt)
    assert records.begun(work_id).cut_off == 1


def test_what_was_cut_off_and_may_not_be_repeated_is_never_taken_up(records: Records, work_id: str) -> None:
    records.begun(work_id, once=True)
    with pytest.raises(BeingDone):
        records.begin(work_id, once=True)
    records.now += LEFT + 1
    for _ in range(2):
        with pytest.raises(EffectUnknown):
            records.begin(work_id, once=True)


@pytest.mark.parametrize("once", [True, False])
def test_other_work_under_the_same_id_is_refused_before_while_and_after_that_is_done(
    records: Records, work_id: str, *, once: bool
) -> None:
    def is_refused() -> bool:
        with pytest.raises(IdempotencyKeyReused):
            records.begin(work_id, once=once, digest="theirs")
        return True

    attempt = records.begun(work_id, once=once, digest="ours")
    assert is_refused()
    records.done.give_back(attempt)
    assert is_refused()
    records.done.complete(records.begun(work_id, once=once, digest="ours"), None)
    assert is_refused()
    assert records.begin(work_id, once=once, digest="ours") == Done(None)


def test_what_has_expired_counts_for_nothing_though_the_row_is_still_there(
    records: Records, work_id: str
) -> None:
    records.done.complete(records.begun(work_id, digest="ours"), None)
    records.now += REMEMBERED_SECONDS + 1
    attempt = records.begun(work_id, digest="theirs")
    assert (attempt.tries, attempt.cut_off) == (1, 0)


@dataclass
class Unreliable:
    """DynamoDB, which does what is asked of it; its answers are lost, or it is late, as `fates` says."""

    service: AwsService
    fates: list[str]
    late: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        fate = self.fates.pop(0) if self.fates else "answered"
        if fate == "late":
            self.late.append((operation, parameters))
        else:
            answer = self.service.call(operation, **parameters)
            if fate == "answered":
                return answer
        raise AwsFailed(operation, "ReadTimeoutError", may_pass=True)

    def arrive(self) -> None:
        """Deliver the late request, which finds another state than it was meant for."""
        for operation, parameters in self.late:
            with pytest.raises(AwsFailed, match="ConditionalCheckFailedException"):
                self.service.call(operation, **parameters)


@pytest.fixture
def unreliable(records: Records, cloud: LaptopCloud, dynamodb: AwsService) -> Unreliable:
    service = Unreliable(dynamodb, [])
    table = cloud.attribute("WorkDone", "Ref")
    records.done = IdempotencyStore(service, table=table, clock=lambda: records.now)  # type: ignore[arg-type]
    return service


@pytest.mark.parametrize("once", [True, False])
def test_a_write_whose_answer_was_lost_knows_its_record_when_it_is_made_again(
    records: Records, work_id: str, *, once: bool
) -> None:
    first = records.begun(work_id, once=once, owner="same")
    assert records.begun(work_id, once=once, owner="same") == first


@pytest.mark.parametrize("once", [True, False])
def test_work_whose_record_was_written_and_which_never_began_is_begun_by_whoever_knows_that(
    records: Records, unreliable: Unreliable, work_id: str, *, once: bool
) -> None:
    unreliable.fates = ["lost"]
    with pytest.raises(AwsFailed):
        records.begin(work_id, once=once, owner="abandoned")
    with pytest.raises(BeingDone):
        records.begin(work_id, once=once)
    theirs = ("never written", "abandoned")
    records.begun(work_id, once=once, owner="first of two", abandoned=theirs)
    with pytest.raises(BeingDone):
        records.begin(work_id, once=once, owner="second of two", abandoned=theirs)


@pytest.mark.parametrize("late", ["give_back", "forget", "complete"])
def test_a_write_that_comes_late_changes_no_record_but_its_own(
    records: Records, unreliable: Unreliable, work_id: str, late: str
) -> None:
    attempt = records.begun(work_id)
    unreliable.fates = ["late"]
    change = getattr(records.done, late)
    with pytest.raises(AwsFailed):
        change(attempt, "of yesterday") if late == "complete" else change(attempt)
    records.now += LEFT + 1
    following = records.begun(work_id)
    unreliable.arrive()
    records.done.complete(following, "of today")
    unreliable.arrive()
    assert records.begin(work_id) == Done("of today")


def test_a_record_of_older_code_is_read(records: Records, cloud: LaptopCloud, work_id: str) -> None:
    import hashlib

    def put(**members: Any) -> None:
        item = {"id": {"S": hashlib.sha256(work_id.encode()).hexdigest()}, **members}
        expiration = {"N": str(int(records.now) + 3600)}
        cloud.client("dynamodb").put_item(
            TableName=cloud.attribute("WorkDone", "Ref"), Item={**item, "expiration": expiration}
        )

    put(state={"S": "done"}, result={"S": '{"status": 200}'})
    assert records.begin(work_id, digest="ours") == Done({"status": 200})
    put(state={"S": "begun"})
    with pytest.raises(EffectUnknown):
        records.begin(work_id, once=True)
    put(state={"S": "begun"}, endsAtMs={"N": str(int(records.now - 1) * 1000)})
    assert records.begun(work_id).tries == 1


def test_a_record_in_a_state_of_newer_code_is_waited_for(
    records: Records, cloud: LaptopCloud, work_id: str
) -> None:
    attempt = records.begun(work_id, once=True)
    cloud.client("dynamodb").update_item(
        TableName=cloud.attribute("WorkDone", "Ref"),
        Key={"id": {"S": attempt.record_id}},
        UpdateExpression="SET #state = :tomorrow",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":tomorrow": {"S": "of tomorrow"}},
    )
    records.now += LEFT + 1
    with pytest.raises(BeingDone):
        records.begin(work_id, once=True)


def test_of_many_that_begin_the_same_work_at_once_one_has_it(records: Records, work_id: str) -> None:
    def begin(number: int) -> bool:
        try:
            records.begun(work_id, owner=f"owner of {number}")
        except BeingDone:
            return False
        return True

    with ThreadPoolExecutor(max_workers=16) as many:
        for attempt in range(20):
            work_id += str(attempt)
            assert sum(many.map(begin, range(16))) == 1
