"""Judgement of a soak, by its observations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.soak.observer import Observer, Write
from tests.soak.plan import Planned

_CUT_OFF_SECONDS = 12.0
"""Maximum time from the effect to a cut-off of its work: three attempts to record it, with their delays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Effects of the webhooks.

    Attributes:
        done: number with exactly one effect
        lost: number without an effect
        wrong: number of issues changed twice, or with another note than their own webhook's
        repeated: number of writes repeated after a cut-off or a lost response
        unexplained: number of writes repeated for no such reason
    """

    done: int
    lost: int
    wrong: int
    repeated: int
    unexplained: int

    @property
    def hold(self) -> bool:
        """True if every webhook has had its effect once."""
        return not (self.lost or self.wrong or self.unexplained)


def judge(planned: Iterable[Planned], observer: Observer, kills: Sequence[float]) -> Effects:
    """Compare what was seen with what was sent.

    That the same is written twice is harmless, and cannot be avoided when a process dies between the call
    and the record that it was made. For no other reason may it happen: that would be a webhook worked off
    twice.

    Args:
        planned: the webhooks sent
        observer: of the soak
        kills: times at which processes were killed or timed out, in seconds of `time.monotonic`
    """
    writes = observer.writes()
    done = lost = wrong = repeated = unexplained = 0
    for webhook in planned:
        written = writes.get((webhook.site, webhook.issue), [])
        if not written:
            lost += 1
        elif any(write.value != webhook.note for write in written):
            wrong += 1
        else:
            done += 1
        repeated += max(len(written) - 1, 0)
        for earlier, later in pairwise(written):
            if not (
                observer.was_left_unrecorded(webhook.identifier)
                or _cut_off(earlier, kills)
                or _late(later, than=earlier)
            ):
                unexplained += 1
    return Effects(done=done, lost=lost, wrong=wrong, repeated=repeated, unexplained=unexplained)


def _late(write: Write, *, than: Write) -> bool:
    """Return whether somebody gave up waiting for this one, asked again, and was answered first."""
    return not write.answered and write.asked_at < than.asked_at


def _cut_off(write: Write, kills: Sequence[float]) -> bool:
    return not write.answered or any(0 <= kill - write.at <= _CUT_OFF_SECONDS for kill in kills)
