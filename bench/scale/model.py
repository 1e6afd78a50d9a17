"""The figures that the simulation and the bill start from.

What the template and the layers decide is set here as they have it, and a test holds that. Everything else is
an assumption, and docs/growth.md names it as one.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The stack, what Jira sends it, and how Lambda and Jira behave.

    Attributes:
        seed: of everything random
        seconds: simulated time that is counted
        webhooks_per_second: of all sites together
        sites: that have the app
        skew: of Zipf's law; the site of rank r sends in proportion to 1 / r ** skew
        row_seconds: time that a process caches a row
        row_entries: number of rows that a process caches
        secret_seconds: time that a process caches an opened secret
        secret_entries: number of opened secrets that a process caches
        read_seconds: one GetItem
        decrypt_seconds: one Decrypt
        webhook_seconds: a webhook whose secret is at hand: verified, sent to SQS, answered
        record_seconds: the two writes to WorkDone, and what else a message costs besides Jira
        jira_median_seconds: of Jira's answers, which are log-normal
        jira_spread: their sigma
        cold_start_seconds: from the event to the first line of the handler
        idle_seconds: time that Lambda keeps an idle environment
        lifetime_seconds: maximum age of an environment
        batch_size: BatchSize of the queue's event source
        pollers: with which Lambda begins to read the queue
        pollers_per_minute: that it adds while messages wait
        memory_gb: of each function
    """

    seed: int = 1
    seconds: float = 900.0
    webhooks_per_second: float = 100.0
    sites: int = 10_000
    skew: float = 0.8
    row_seconds: float = 300.0
    row_entries: int = 1_000
    secret_seconds: float = 3_600.0
    secret_entries: int = 10_000
    read_seconds: float = 0.006
    decrypt_seconds: float = 0.008
    webhook_seconds: float = 0.012
    record_seconds: float = 0.012
    jira_median_seconds: float = 0.25
    jira_spread: float = 0.6
    cold_start_seconds: float = 0.8
    idle_seconds: float = 600.0
    lifetime_seconds: float = 7_200.0
    batch_size: int = 10
    pollers: int = 5
    pollers_per_minute: float = 300.0
    memory_gb: float = 0.5

    @property
    def warm_up_seconds(self) -> float:
        """Simulated before anything is counted: what was remembered first has ended by then."""
        return 1.25 * self.secret_seconds
