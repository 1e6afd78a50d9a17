"""What one environment remembers of sites: the caches of `connect_jira.auth.tenants` and `sealing`.

A test sends the same events through those and through this, and compares what is asked of DynamoDB and KMS.
"""

from collections import OrderedDict, deque
from typing import NamedTuple

from bench.scale.parameters import Memory


class Asked(NamedTuple):
    """What an event had to ask for."""

    reads: int
    decrypts: int


class Remembered:
    """A bounded cache whose entries end after a time, and give way to newer ones, the least used first.

    Args:
        entries: how many it holds
        seconds: how long it holds one
    """

    def __init__(self, *, entries: int, seconds: float) -> None:
        self._entries = entries
        self._seconds = seconds
        self._ends: OrderedDict[int, float] = OrderedDict()  # the least recently used first
        self._by_age: deque[tuple[float, int]] = deque()

    def has(self, tenant: int, now: float) -> bool:
        """Whether a site is remembered; it counts as used."""
        ends = self._ends.get(tenant)
        if ends is None or now >= ends:
            return False
        self._ends.move_to_end(tenant)
        return True

    def add(self, tenant: int, now: float) -> None:
        """Remember a site that was just read."""
        while self._by_age and self._by_age[0][0] <= now:
            ends, oldest = self._by_age.popleft()
            if self._ends.get(oldest) == ends:
                del self._ends[oldest]
        if tenant not in self._ends and len(self._ends) >= self._entries:
            self._ends.popitem(last=False)
        self._ends[tenant] = now + self._seconds
        self._ends.move_to_end(tenant)
        self._by_age.append((now + self._seconds, tenant))


class TenantMemory:
    """Rows and opened secrets.

    Args:
        memory: how much, and for how long
    """

    def __init__(self, memory: Memory) -> None:
        self._rows = Remembered(entries=memory.row_entries, seconds=memory.row_seconds)
        self._secrets = Remembered(entries=memory.secret_entries, seconds=memory.secret_seconds)

    def look_up(self, tenant: int, now: float) -> Asked:
        """Find a site's row and secret, and ask for what is not remembered."""
        reads = decrypts = 0
        if not self._rows.has(tenant, now):
            self._rows.add(tenant, now)
            reads = 1
        if not self._secrets.has(tenant, now):
            self._secrets.add(tenant, now)
            decrypts = 1
        return Asked(reads, decrypts)
