"""Sends the webhooks of a soak, a few at a time, and keeps what the app answered."""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus

from connect_local.jira.apps import Answer
from connect_local.jira.laptop import LaptopJira
from tests.soak.plan import EVENT, Planned

_AT_A_TIME = 6
_OUT_OF_STEP_SECONDS = 0.02


class Sender:
    """Lets the laptop's Jira send.

    Args:
        jira: sends, and sends again what the app did not take
        deliveries: in this order
    """

    def __init__(self, jira: LaptopJira, deliveries: Sequence[Planned]) -> None:
        self._jira = jira
        self._pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="soak")
        self._deliveries = deliveries
        self._first: list[Future[Future[list[Answer]]]] = []

    def start(self) -> None:
        """Begin to send."""
        self._first = [self._pool.submit(self._send, webhook) for webhook in self._deliveries]

    def stop(self) -> None:
        """Send nothing more."""
        self._pool.shutdown(cancel_futures=True)

    @property
    def all_sent(self) -> bool:
        """True if each has been sent once."""
        return all(first.done() for first in self._first)

    @property
    def unsettled(self) -> int:
        """Return the number of deliveries to send or to retry."""
        return sum(not (first.done() and first.result().done()) for first in self._first)

    def answers(self) -> Mapping[str, int]:
        """Return the number of each response, for settled deliveries."""
        every = [answer for answers in self._settled() for answer in answers]
        return Counter(str(answer.status or "none") for answer in every)

    def given_up(self) -> int:
        """Return the number of webhooks that Jira gave up, since every attempt failed."""
        return sum(answers[-1].status != HTTPStatus.NO_CONTENT for answers in self._settled())

    def _settled(self) -> list[list[Answer]]:
        ended = [first.result() for first in self._first if first.done() and not first.cancelled()]
        return [settled.result() for settled in ended if settled.done()]

    def _send(self, webhook: Planned) -> Future[list[Answer]]:
        time.sleep(random.uniform(0, _OUT_OF_STEP_SECONDS))  # noqa: S311 - spreads load, hides nothing
        # The same to the last byte when it is sent twice, as Jira's own repetitions are.
        body = {"timestamp": webhook.timestamp, "issue": {"key": webhook.issue}}
        webhooks = self._jira.tenants.ensure(webhook.site).webhooks
        return webhooks.send(EVENT, body, webhook.identifier).settled[0]
