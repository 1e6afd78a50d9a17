"""What comes twice is done once, with the records where they really are."""

from typing import Any

import pytest

from connect_jira.aws.service import AwsService
from connect_jira.call_request import CallRequest
from connect_jira.errors import BeingDone
from connect_jira.messages import Message
from connect_jira.webhooks import Webhook
from connect_jira.work_done import WorkDone
from connect_jwt.identity import ClientKey
from connect_local.cloud import LaptopCloud


class Invocation:
    """An invocation that is at its very end: what it leaves half done may be taken up at once."""

    def get_remaining_time_in_millis(self) -> int:
        return -1


class Workplace:
    """Does work, and remembers how often."""

    def __init__(self, dynamodb: AwsService, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self.times = 0

    def do(self, message: Message, *, fails: type[BaseException] | None = None) -> Any:
        def work() -> dict[str, int]:
            self.times += 1
            if fails:
                raise fails
            return {"status": 200 + self.times}

        # Another process each time: nothing is remembered but by the table.
        done = WorkDone(self._dynamodb, table=self._table)
        return done.once(message, work, invocation=Invocation())


@pytest.fixture
def workplace(cloud: LaptopCloud, dynamodb: AwsService) -> Workplace:
    return Workplace(dynamodb, cloud.attribute("WorkDone", "Ref"))


_count = iter(range(1000))


@pytest.fixture
def work_id() -> str:
    return f"w-{next(_count)}"


def webhook(work_id: str | None, *, site: str = "site", event: str = "jira:issue_created") -> Webhook:
    return Webhook(client_key=ClientKey(site), event=event, webhook_id=work_id, payload={})


def call(work_id: str, method: str = "PUT") -> CallRequest:
    return CallRequest(client_key=ClientKey("site"), method=method, path="/x", idempotency_key=work_id)


def test_what_came_of_it_is_returned_again_and_it_is_not_done_again(
    workplace: Workplace, work_id: str
) -> None:
    first = workplace.do(call(work_id))
    assert workplace.do(call(work_id)) == first == {"status": 201}
    assert workplace.times == 1


def test_other_sites_events_and_kinds_of_work_are_other_work(workplace: Workplace, work_id: str) -> None:
    others: list[Message] = [
        webhook(work_id),
        webhook(work_id, site="another"),
        webhook(work_id, event="jira:issue_updated"),
        call(work_id),
    ]
    for message in (*others, *others):
        workplace.do(message)
    assert workplace.times == len(others)


def test_without_an_identifier_it_is_done_each_time(workplace: Workplace) -> None:
    workplace.do(webhook(None))
    workplace.do(webhook(None))
    assert workplace.times == 2


def test_what_failed_was_not_done(workplace: Workplace, work_id: str) -> None:
    with pytest.raises(KeyError):
        workplace.do(webhook(work_id), fails=KeyError)
    workplace.do(webhook(work_id))
    assert workplace.times == 2


class Killed(BaseException):
    """The end of a process: nothing is tidied up."""


def test_what_was_cut_off_is_taken_up_again(workplace: Workplace, work_id: str) -> None:
    with pytest.raises(Killed):
        workplace.do(webhook(work_id), fails=Killed)
    workplace.do(webhook(work_id))
    assert workplace.times == 2


def test_what_was_cut_off_and_must_not_be_done_twice_is_not_taken_up_again(
    workplace: Workplace, work_id: str
) -> None:
    with pytest.raises(Killed):
        workplace.do(call(work_id, "POST"), fails=Killed)
    with pytest.raises(BeingDone):
        workplace.do(call(work_id, "POST"))
    assert workplace.times == 1
