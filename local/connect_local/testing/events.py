"""Events as a test delivers them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraEvent:
    """An event, as `connect_local.testing.payloads` makes them.

    Attributes:
        name: such as `comment_created`
        payload: the body of its webhook, besides `timestamp` and `webhookEvent`
    """

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
