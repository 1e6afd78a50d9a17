"""Amazon's fair queues, which moto does not have: a site with much to do does not keep the others waiting.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
"""

from collections import Counter
from collections.abc import Hashable

from moto.core.utils import unix_time_millis
from moto.sqs.models import Message, Queue, sqs_backends

from connect_tools.template import ACCOUNT, REGION


def make_fair(name: str) -> None:
    """Let a queue of moto's hand out its messages as AWS does."""
    sqs_backends[ACCOUNT][REGION].queues[name].__class__ = FairQueue  # type: ignore[type-abstract]  # moto makes them


class FairQueue(Queue):
    """A standard queue that hands out first what belongs to the groups with the fewest messages in flight.

    In AWS that holds between groups that have been found noisy, and the others go before them. Here no group
    has to be found noisy first: the thresholds are about more consumers than a laptop has. As in AWS, no
    group is ever held back when nothing else waits, and a message without a group is one of its own.

    moto counts anew for each message that it hands out, and asks each of them for the time: with a thousand
    of them it does nothing else.
    """

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        """Number of delayed messages."""
        now = unix_time_millis()
        return sum(message.delayed_until > now for message in self._messages)

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        """Number of messages in flight."""
        now = unix_time_millis()
        return sum(message.visible_at >= now for message in self._messages)

    @property
    def approximate_number_of_messages(self) -> int:
        """Number of messages that can be received."""
        return len(self._waiting(unix_time_millis()))

    @property
    def messages(self) -> list[Message]:
        """Messages that can be received, in fair order."""
        now = unix_time_millis()
        waiting = self._waiting(now)
        load = Counter(_group(message) for message in self._messages if message.visible_at >= now)
        order = {}
        for message in waiting:
            order[message.id] = load[_group(message)]
            load[_group(message)] += 1
        return sorted(waiting, key=lambda message: order[message.id])

    def _waiting(self, now: float) -> list[Message]:
        return [one for one in self._messages if one.visible_at < now and one.delayed_until <= now]

    @property
    def pending_message_groups(self) -> set[str]:
        """The groups of what is in flight; moto would stumble over a message that is deleted meanwhile."""
        return {message.group_id for message in self._pending_messages.copy() if message.group_id is not None}

    def delete_message(self, receipt_handle: str) -> None:
        """Delete a message; moto would forget one that is added meanwhile."""
        with self._messages_lock:
            super().delete_message(receipt_handle)


def _group(message: Message) -> Hashable:
    return message.group_id or message
