"""Faults that strike again and again, at random, as long as webhooks are being sent."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

from tests.soak.faults import Fault

_TICK_SECONDS = 0.05
_FIRST_WITHIN_SECONDS = 2.0


class Weather:
    """Lets faults strike, each kind soon after the beginning and then in its own time.

    Attributes:
        kills: times at which processes were killed, in seconds of `time.monotonic`

    Args:
        faults: the kinds, by name
        chance: source of randomness
        clear: takes back what they have brought about
    """

    def __init__(
        self, faults: Mapping[str, Fault], chance: random.Random, *, clear: Callable[[], None]
    ) -> None:
        self._faults = faults
        self._chance = chance
        self._clear = clear
        self._struck: Counter[str] = Counter()
        self.kills: list[float] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="weather", daemon=True)

    def start(self) -> None:
        """Let them strike."""
        self._thread.start()

    def stop(self) -> None:
        """Let no more strike."""
        if not self._ending.is_set():
            self._ending.set()
            self._thread.join()
            self._clear()

    @property
    def every_kind_has_struck(self) -> bool:
        """True if each kind has struck by now."""
        return all(self._struck[name] for name in self._faults)

    def struck(self) -> Mapping[str, int]:
        """Return the number of strikes of each kind."""
        return {name: self._struck[name] for name in self._faults}

    def _run(self) -> None:
        begun = time.monotonic()
        due = {name: begun + self._chance.uniform(0, _FIRST_WITHIN_SECONDS) for name in self._faults}
        while not self._ending.wait(_TICK_SECONDS):
            now = time.monotonic()
            for name in [name for name, moment in due.items() if moment <= now]:
                fault = self._faults[name]
                if fault.strike():  # else it is tried again with the next tick
                    self._struck[name] += 1
                    due[name] = now + fault.every * self._chance.uniform(0.5, 1.5)
                    if name == "kill":
                        self.kills.append(now)
