"""Plan of a soak: a number of webhooks for issues, spread unevenly over the sites."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

EVENT = "jira:issue_created"
PROPERTY = "connect-lambda"
"""Issue property that functions/jira_calls/reactions.py writes, which is the counted effect."""

_PROJECT = "SOAK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One webhook.

    Attributes:
        site: the name of the site it comes from
        issue: the key of the issue it is about, which no other webhook of this site is about
        identifier: Jira's, of this event
        timestamp: of the event, in Unix milliseconds
    """

    site: str
    issue: str
    identifier: str
    timestamp: int

    @property
    def note(self) -> dict[str, object]:
        """The note that the app leaves on the issue."""
        return {"event": EVENT, "timestamp": self.timestamp, "webhookId": self.identifier}


def site_names(count: int) -> list[str]:
    """The names of so many sites."""
    return [f"soak-{number}" for number in range(1, count + 1)]


def plan(
    webhooks: int, sites: Sequence[str], chance: random.Random, *, evenly: bool = False
) -> list[Planned]:
    """So many webhooks; the first site has twice as many as the second, three times as many as the third.

    Args:
        webhooks: number of webhooks
        sites: that send them
        chance: source of randomness
        evenly: True if all sites have alike many instead
    """
    shares = list(accumulate(1 if evenly else 1 / rank for rank in range(1, len(sites) + 1)))
    begun = int(time.time() * 1000)
    return [
        Planned(
            site=chance.choices(sites, cum_weights=shares)[0],
            issue=f"{_PROJECT}-{number}",
            identifier=f"soak-{number}",
            timestamp=begun + number,
        )
        for number in range(1, webhooks + 1)
    ]


def deliveries(
    planned: Sequence[Planned], chance: random.Random, *, twice: bool, shuffle: bool
) -> list[Planned]:
    """The order in which they are sent.

    Args:
        planned: the webhooks, as things happened
        chance: source of randomness
        twice: True if each is sent two times
        shuffle: True if they are sent in another order than things happened
    """
    sent = [webhook for webhook in planned for _ in range(2 if twice else 1)]
    if shuffle:
        chance.shuffle(sent)
    return sent
