"""What a run is told. What the template and the layers decide is set here as they have it; a test holds that.

Everything else is an assumption, and docs/growth.md names it as one.
"""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_type_hints


class ParameterUnknown(ValueError):
    """There is no such parameter, or it takes no such value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What Jira sends.

    Attributes:
        tenants: sites that have the app
        skew: of Zipf's law; the site of rank r sends in proportion to 1 / r ** skew
        webhooks_per_second: of all sites together, bulk edits aside
        bulk_edits_per_hour: of all sites together
        bulk_edit_webhooks: how many webhooks one brings, in the mean
        storm_webhooks: what one site sends in one go; 0 for no storm
        storm_at: when, in seconds
        storm_rank: which site, by its rank in `skew`
        deliveries_at_once: Jira's own limit for one site, 20 primary and 10 secondary
        round_trip_seconds: between Jira and the API, the function's own time not included
    """

    tenants: int = 10_000
    skew: float = 0.8
    webhooks_per_second: float = 100.0
    bulk_edits_per_hour: float = 0.0
    bulk_edit_webhooks: int = 2_000
    storm_webhooks: int = 0
    storm_at: float = 600.0
    storm_rank: int = 100
    deliveries_at_once: int = 30
    round_trip_seconds: float = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The API's throttle, a token bucket; and how Jira takes a refusal.

    Attributes:
        requests_per_second: ThrottlingRateLimit
        burst: ThrottlingBurstLimit
        retries: how often Jira sends a refused webhook again
        retry_seconds: after how long, at least and at most
    """

    requests_per_second: float = 2_000.0
    burst: int = 2_000
    retries: int = 5
    retry_seconds: tuple[float, float] = (300.0, 900.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What an environment remembers, and what it costs to find out.

    Attributes:
        row_seconds: how long a row is used as it was read
        row_entries: how many rows at most
        secret_seconds: how long an opened secret is kept
        secret_entries: how many opened secrets at most
        read_seconds: one GetItem
        decrypt_seconds: one Decrypt
    """

    row_seconds: float = 300.0
    row_entries: int = 1_000
    secret_seconds: float = 3_600.0
    secret_entries: int = 10_000
    read_seconds: float = 0.006
    decrypt_seconds: float = 0.008


@dataclass(frozen=True, slots=True, kw_only=True)
class Lambda:
    """How Lambda keeps environments.

    Attributes:
        routing: which idle environment gets the next event
        idle_seconds: how long an idle one is kept
        lifetime_seconds: how long any one is kept
        cold_start_seconds: from the event to the first line of the handler
        concurrency: the account's quota
        webhook_seconds: a webhook that finds its secret opened: verified, sent to SQS, answered
        memory_gb: of each function
    """

    routing: Literal["most-recent", "least-recent"] = "most-recent"
    idle_seconds: float = 600.0
    lifetime_seconds: float = 7_200.0
    cold_start_seconds: float = 0.8
    concurrency: int = 1_000
    webhook_seconds: float = 0.012
    memory_gb: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The queue, and the poller that Lambda sets on it.

    Attributes:
        fair: whether messages have a group, as they do
        batch_size: BatchSize
        maximum_concurrency: ScalingConfig.MaximumConcurrency
        pollers_at_first: what Lambda begins with
        pollers_per_minute: what it adds while there is more to do
        in_flight: how many messages SQS lets be received and not deleted
        longest_hidden_seconds: what is postponed for longer is sent again
        longest_delay_seconds: the most that SQS delays a message that is sent
        noisy_share: of what is in flight, or of the time spent, from which a group counts as noisy
        noisy_messages: how many it must have in flight for the former
        noisy_memory_seconds: over how long the time spent is counted
    """

    fair: bool = True
    batch_size: int = 10
    maximum_concurrency: int = 10
    pollers_at_first: int = 5
    pollers_per_minute: float = 300.0
    in_flight: int = 120_000
    longest_hidden_seconds: float = 60.0
    longest_delay_seconds: float = 900.0
    noisy_share: float = 0.1
    noisy_messages: int = 30
    noisy_memory_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Jira:
    """How Jira answers the reaction to a webhook.

    Attributes:
        gets: calls that read, for one webhook
        puts: calls that write, for one webhook
        get_points: what one that reads costs, such as an issue
        put_points: what one that writes costs
        pool_points: an hour, for all sites together (Tier 1); 0 for no such limit
        tenant_points: an hour, for each site (Tier 2); 0 for no such limit
        puts_per_second: for one site
        gets_per_second: for one site
        answers: how the times of answers are spread
        median_seconds: of them
        spread: sigma, of the log-normal ones
        record_seconds: the two writes to WorkDone, and what else a message costs besides Jira
    """

    gets: int = 0
    puts: int = 1
    get_points: int = 2
    put_points: int = 1
    pool_points: int = 0
    tenant_points: int = 0
    puts_per_second: float = 50.0
    gets_per_second: float = 150.0
    answers: Literal["log-normal", "exponential"] = "log-normal"
    median_seconds: float = 0.25
    spread: float = 0.6
    record_seconds: float = 0.012

    @property
    def points(self) -> int:
        """What the reaction to one webhook costs."""
        return self.gets * self.get_points + self.puts * self.put_points


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """One run.

    Attributes:
        seconds: how long it lasts, on the simulated clock, which begins at the top of an hour
        warm_up_seconds: what of that is not counted
        seed: of everything that is random
    """

    seconds: float = 1_800.0
    warm_up_seconds: float = 600.0
    seed: int = 1
    load: Load = field(default_factory=Load)
    api: Api = field(default_factory=Api)
    memory: Memory = field(default_factory=Memory)
    aws_lambda: Lambda = field(default_factory=Lambda)
    queue: Queue = field(default_factory=Queue)
    jira: Jira = field(default_factory=Jira)

    def changed(self, text: str) -> Self:
        """The same with other values, said in TOML: `load.tenants = 500`.

        Raises:
            ParameterUnknown: the text is no TOML, or says something that is no parameter
        """
        try:
            return _changed(self, tomllib.loads(text))
        except tomllib.TOMLDecodeError as malformed:
            raise ParameterUnknown(f"not TOML: {text.strip()!r}") from malformed


def _changed[T](group: T, values: Mapping[str, Any]) -> T:
    hints = get_type_hints(type(group))
    changes = {}
    for name, value in values.items():
        if name not in hints:
            raise ParameterUnknown(f"there is no {name!r} in {type(group).__name__}")
        now = getattr(group, name)
        changes[name] = _changed(now, value) if isinstance(value, dict) else _as(type(now), name, value)
    return dataclasses.replace(group, **changes)  # type: ignore[type-var]


def _as(wanted: type, name: str, value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    if wanted is float and type(value) is int:
        return float(value)
    if wanted is tuple and isinstance(value, list):
        return tuple(float(part) for part in value)
    if type(value) is not wanted:
        raise ParameterUnknown(f"{name!r} takes {wanted.__name__}, not {value!r}")
    return value
