"""The queue: in which order messages are handed over, and how many may be on their way.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
"""

import heapq
import math
from collections import Counter, deque

from bench.scale.parameters import Queue


class Message:
    """Work on the queue.

    Attributes:
        tenant: whose; its group
        sent: when it was first, in seconds
        due: until when it is to stay away, in seconds
        received: how often, since it was last sent
        number: tells it from others, and says which was first
    """

    __slots__ = ("due", "number", "received", "sent", "tenant")

    def __init__(self, tenant: int, sent: float, number: int = 0, due: float = 0.0) -> None:
        self.tenant = tenant
        self.sent = sent
        self.due = due
        self.received = 0
        self.number = number

    def __lt__(self, other: "Message") -> bool:
        return self.number < other.number


class WaitingMessages:
    """A standard queue, with groups or without.

    With groups, a group is noisy that has a tenth of what is in flight (and thirty messages there), or a
    tenth of the time lately spent, until nothing of it waits. What is not noisy goes first, in the order it
    came; among noisy groups the one with the least in flight. Without groups, all go in the order they came.

    Args:
        settings: of the queue
    """

    def __init__(self, settings: Queue) -> None:
        self._settings = settings
        self._quiet: deque[Message] = deque()
        self._noisy: dict[int, list[Message]] = {}
        self._later: list[tuple[float, int, Message]] = []
        self._in_flight: Counter[int] = Counter()
        self._spent: dict[int, tuple[float, float]] = {}
        self._spent_in_all = (0.0, 0.0)
        self._sent = 0
        self.flying = 0
        self.flying_most = 0
        self.waiting = 0

    def send(self, tenant: int, now: float) -> None:
        """Put a message on the queue."""
        self._sent += 1
        self._put(Message(tenant, now, self._sent))

    def receive(self, at_most: int, now: float) -> list[Message]:
        """Hand messages over, as many as there are and SQS lets fly."""
        while self._later and self._later[0][0] <= now:
            message = heapq.heappop(self._later)[2]
            if message.received:
                self._landed(message)
            self._put(message)
        messages = []
        for _ in range(min(at_most, self.waiting, self._settings.in_flight - self.flying)):
            message = self._next(now)
            message.received += 1
            self.waiting -= 1
            self.flying += 1
            self._in_flight[message.tenant] += 1
            messages.append(message)
        self.flying_most = max(self.flying_most, self.flying)
        return messages

    def delete(self, message: Message) -> None:
        """It is done."""
        self._landed(message)

    def postpone(self, message: Message, until: float) -> None:
        """It comes again at a time, and counts as in flight till then."""
        heapq.heappush(self._later, (until, message.number, message))

    def send_again(self, message: Message, until: float, now: float) -> None:
        """It comes again at a time, or as late as SQS can delay it, and is not in flight till then."""
        self._sent += 1
        again = Message(message.tenant, message.sent, self._sent, until)
        heapq.heappush(
            self._later, (min(until, now + self._settings.longest_delay_seconds), self._sent, again)
        )

    def note_time_spent(self, tenant: int, seconds: float, now: float) -> None:
        """How long a consumer had to do with a message."""
        self._spent[tenant] = (self._lately(self._spent.get(tenant), now) + seconds, now)
        self._spent_in_all = (self._lately(self._spent_in_all, now) + seconds, now)

    @property
    def next_return(self) -> float | None:
        """When the next postponed message comes again."""
        return self._later[0][0] if self._later else None

    def _put(self, message: Message) -> None:
        self.waiting += 1
        group = self._noisy.get(message.tenant)
        if group is None:
            self._quiet.append(message)
        else:
            heapq.heappush(group, message)

    def _landed(self, message: Message) -> None:
        self.flying -= 1
        self._in_flight[message.tenant] -= 1

    def _next(self, now: float) -> Message:
        while self._quiet:
            message = self._quiet.popleft()
            if not (self._settings.fair and self._is_noisy(message.tenant, now)):
                return message
            heapq.heappush(self._noisy.setdefault(message.tenant, []), message)
        tenant = min(self._noisy, key=lambda group: (self._in_flight[group], self._noisy[group][0].number))
        message = heapq.heappop(self._noisy[tenant])
        if not self._noisy[tenant]:
            del self._noisy[tenant]
        return message

    def _is_noisy(self, tenant: int, now: float) -> bool:
        if tenant in self._noisy:
            return True
        share, flying = self._settings.noisy_share, self._in_flight[tenant]
        if flying >= self._settings.noisy_messages and flying > share * self.flying:
            return True
        return self._lately(self._spent.get(tenant), now) > share * self._lately(self._spent_in_all, now)

    def _lately(self, spent: tuple[float, float] | None, now: float) -> float:
        if spent is None:
            return 0.0
        seconds, at = spent
        return seconds * math.exp((at - now) / self._settings.noisy_memory_seconds)
