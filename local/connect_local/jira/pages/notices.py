"""Notices about the outcome of a click, shown on the next page."""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

_KEPT = 100


@dataclass(frozen=True, slots=True)
class Notice:
    """A few sentences.

    Attributes:
        text: of the notice
        is_good: True if it is what was wanted
        details: further sentences, one by one
    """

    text: str
    is_good: bool = True
    details: Sequence[str] = ()


class Notices:
    """The last notices, by ids that go into URLs: nobody can put words into a page by a link."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._notices: OrderedDict[str, Notice] = OrderedDict()

    def keep(self, notice: Notice) -> str:
        """The id of a new notice."""
        id_ = secrets.token_hex(8)
        with self._lock:
            self._notices[id_] = notice
            if len(self._notices) > _KEPT:
                self._notices.popitem(last=False)
        return id_

    def get(self, id_: str) -> Notice | None:
        """The notice with this id, None when it is forgotten."""
        with self._lock:
            return self._notices.get(id_)
