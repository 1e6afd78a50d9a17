"""Summary of a soak."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.soak.proof import Effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Observations and verdict.

    Attributes:
        seed: of this soak
        seconds: until everything was worked off
        webhooks: number of different ones
        deliveries: number sent, without retries
        answers: number of each response to Jira
        given_up: number that Jira gave up
        faults: number of each kind
        calls: calls to Jira, by its answer
        retried: calls that were made again at once, by the reason
        postponed: messages that came again, by the reason
        duplicates_absorbed: messages whose work was found done
        timed_out: functions that were stopped since they took too long
        effects: of the webhooks
        left: messages that were not worked off; None when that could not be seen
        failed: messages that were set aside, likewise
    """

    seed: int
    seconds: float
    webhooks: int
    deliveries: int
    answers: Mapping[str, int]
    given_up: int
    faults: Mapping[str, int]
    calls: Mapping[str, int]
    retried: Mapping[str, int]
    postponed: Mapping[str, int]
    duplicates_absorbed: int
    timed_out: int
    effects: Effects
    left: int | None
    failed: int | None

    @property
    def held(self) -> bool:
        """True if nothing was lost, done twice, left or set aside."""
        return self.effects.hold and self.left == 0 and self.failed == 0 and self.given_up == 0

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            **asdict(self),
            "seconds": round(self.seconds, 1),
            "perSecond": round(self.webhooks / self.seconds, 1),
            "held": self.held,
        }

    def show(self, console: Console) -> None:
        """For people."""
        table = Table(show_header=False, box=None, pad_edge=False)
        for name, value in self._rows():
            table.add_row(name, value)
        console.print(table)
        verdict = "[bold green]It held.[/]" if self.held else "[bold red]It did not hold.[/]"
        console.print(f"{verdict} --seed {self.seed} sends the same again.")

    def _rows(self) -> Iterator[tuple[str, str]]:
        effects = self.effects
        per_second = self.webhooks / self.seconds
        yield "webhooks", f"{self.webhooks} in {self.seconds:.0f} s, {per_second:.1f} a second"
        yield "deliveries", str(self.deliveries)
        yield "answers to Jira", _counts(self.answers)
        yield "faults", _counts(self.faults)
        yield "calls to Jira", _counts(self.calls)
        yield "made again at once", _counts(self.retried)
        yield "came again later", _counts(self.postponed)
        yield "duplicates absorbed", str(self.duplicates_absorbed)
        yield "functions that took too long", str(self.timed_out)
        yield "written again, harmless", str(effects.repeated - effects.unexplained)
        yield "written again for no reason", str(effects.unexplained)
        yield "given up by Jira", str(self.given_up)
        yield "left in the queue", _seen(self.left)
        yield "in FailedJiraCalls", _seen(self.failed)
        yield "effects, each once", str(effects.done)
        yield "wrong", str(effects.wrong)
        yield "lost", str(effects.lost)


def _counts(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    each = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
    return f"{total} ({each})" if each else "0"


def _seen(count: int | None) -> str:
    return "not known" if count is None else str(count)
