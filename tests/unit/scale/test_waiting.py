from bench.scale.parameters import Queue
from bench.scale.waiting import WaitingMessages


def _received(queue: WaitingMessages, number: int, now: float = 0.0) -> list[int]:
    return [message.tenant for message in queue.receive(number, now)]


def test_without_groups_messages_come_in_the_order_they_were_sent() -> None:
    queue = WaitingMessages(Queue(fair=False))
    for tenant in [1] * 50 + [2]:
        queue.send(tenant, 0)

    assert _received(queue, 51) == [1] * 50 + [2]


def test_with_groups_a_site_that_fills_the_workers_lets_the_others_go_first() -> None:
    queue = WaitingMessages(Queue(fair=True, noisy_messages=30))
    for tenant in [1] * 50 + [2, 3]:
        queue.send(tenant, 0)

    # 30 of its messages are in flight, and all that are: it is noisy from then on.
    assert _received(queue, 33) == [1] * 30 + [2, 3, 1]


def test_of_noisy_sites_the_one_with_least_in_flight_goes_first() -> None:
    queue = WaitingMessages(Queue(fair=True, noisy_messages=2))
    for tenant in [1, 1, 1, 2, 2, 1, 1, 2, 2]:
        queue.send(tenant, 0)

    assert _received(queue, 9) == [1, 1, 2, 2, 1, 2, 1, 2, 1]


def test_a_slow_site_is_noisy_though_it_has_little_in_flight() -> None:
    queue = WaitingMessages(Queue(fair=True))
    queue.note_time_spent(1, 90, now=0)
    queue.note_time_spent(2, 5, now=0)
    for tenant in (1, 2):
        queue.send(tenant, 0)

    assert _received(queue, 2) == [2, 1]


def test_time_spent_is_forgotten() -> None:
    queue = WaitingMessages(Queue(fair=True, noisy_memory_seconds=60))
    queue.note_time_spent(1, 90, now=0)
    for tenant in range(2, 30):
        queue.note_time_spent(tenant, 5, now=600)
    for tenant in (1, 2):
        queue.send(tenant, 600)

    assert _received(queue, 2, now=600) == [1, 2]


def test_a_site_whose_messages_are_worked_off_is_quiet_again() -> None:
    queue = WaitingMessages(Queue(fair=True, noisy_messages=2))
    for tenant in [1, 1, 1, 2]:
        queue.send(tenant, 0)
    messages = queue.receive(4, 0)
    for message in messages:
        queue.delete(message)
    for tenant in (1, 2):
        queue.send(tenant, 1)

    assert _received(queue, 2) == [1, 2]


def test_postponed_messages_come_again_at_their_time_and_fly_till_then() -> None:
    queue = WaitingMessages(Queue(in_flight=2))
    for tenant in (1, 2, 3):
        queue.send(tenant, 0)
    first, second = queue.receive(10, 0)
    queue.postpone(first, 60)
    queue.postpone(second, 90)

    assert _received(queue, 10, now=59) == []  # as many fly as SQS lets
    assert _received(queue, 10, now=60) == [3]
    assert queue.next_return == 90


def test_what_is_sent_again_comes_when_sqs_can_delay_it_no_longer_and_does_not_fly_till_then() -> None:
    queue = WaitingMessages(Queue(in_flight=1, longest_delay_seconds=900))
    queue.send(1, 5)
    (message,) = queue.receive(10, 10)
    queue.send_again(message, until=2000, now=20)
    queue.delete(message)

    assert queue.flying == 0
    assert queue.next_return == 920
    (again,) = queue.receive(10, 920)
    assert (again.tenant, again.sent, again.due, again.received) == (1, 5, 2000, 1)
    queue.send_again(again, until=2000, now=920)
    queue.delete(again)
    assert queue.next_return == 1820
    (last,) = queue.receive(10, 1820)
    queue.send_again(last, until=2000, now=1820)
    assert queue.next_return == 2000
    assert queue.flying_most == 1
