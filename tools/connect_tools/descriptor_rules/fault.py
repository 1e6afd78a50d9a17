"""One thing in a descriptor that Jira refuses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in a descriptor that Jira refuses.

    Attributes:
        path: of the member, such as `modules.webhooks[0].event`; empty for the descriptor itself
        reason: the fault, and what was meant where that can be guessed
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path or 'the descriptor'}: {self.reason}"
