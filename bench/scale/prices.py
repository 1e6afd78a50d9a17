"""What AWS asks, in us-east-1, on arm64, without free tiers; and the bill that follows from a run.

As of November 2026. Prices of other regions differ by some percent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.scale.counting import Outcome
from bench.scale.parameters import Parameters

MILLION = 1_000_000
SECONDS_PER_MONTH = 730 * 3600

_SQS = "https://aws.amazon.com/sqs/pricing/"
_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_KMS = "https://aws.amazon.com/kms/pricing/"
_CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What is neither simulated nor counted.

    Attributes:
        access_log: bytes of the API's log, a request
        webhook_log: of the function's, a webhook
        worker_log: of the worker's, a message
        log_overhead: that CloudWatch adds to each
        to_jira: sent, for one call
        record_kb: of a record of work done
        traced: part of the invocations that X-Ray records
        row_kb: of an installation
    """

    access_log: int = 250
    webhook_log: int = 650
    worker_log: int = 650
    log_overhead: int = 26
    to_jira: int = 3_000
    record_kb: float = 0.4
    traced: float = 0.05
    row_kb: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a bill.

    Attributes:
        what: is paid for
        units: how many
        formula: where they come from
        price: US dollars
        per: so many units
        source: the page
    """

    what: str
    units: float
    formula: str
    price: float
    per: float
    source: str

    @property
    def dollars(self) -> float:
        """What it comes to."""
        return self.units * self.price / self.per


def total(lines: Sequence[Line]) -> float:
    """The sum, in US dollars."""
    return sum(line.dollars for line in lines)


def per_million_webhooks(outcome: Outcome, parameters: Parameters, sizes: Sizes | None = None) -> list[Line]:
    """The bill for a million webhooks, each with its reaction's calls, at the rates of a run."""
    sizes = sizes or Sizes()
    scale = MILLION / outcome.counts["webhooks.events"]
    count = {name: number * scale for name, number in outcome.counts.items()}
    memory = parameters.aws_lambda.memory_gb
    door, worker = outcome.webhooks, outcome.jira_calls
    sends = count["sqs.sends"] + count.get("sqs.sent_again", 0)
    sqs = sends + count["sqs.receives"] + count["sqs.deletes"] + count.get("sqs.postponements", 0)
    logs = (
        count["requests"] * (sizes.access_log + sizes.log_overhead)
        + MILLION * (sizes.webhook_log + sizes.log_overhead)
        + count["messages.done"] * (sizes.worker_log + sizes.log_overhead)
    )
    decrypts = (door.decrypts + worker.decrypts) * scale
    lookups = (door.lookups + worker.lookups) * scale
    invocations = MILLION + count["jira_calls.events"]
    return [
        Line(
            what="API Gateway, HTTP API",
            units=count["requests"],
            formula="1 request a webhook",
            price=1.0,
            per=MILLION,
            source="https://aws.amazon.com/api-gateway/pricing/",
        ),
        Line(
            what="Lambda, requests",
            units=invocations,
            formula=f"1 + {invocations / MILLION - 1:.2f} batches a webhook",
            price=0.20,
            per=MILLION,
            source=_LAMBDA,
        ),
        Line(
            what="Lambda, webhooks",
            units=door.seconds * scale * memory,
            formula=f"{1000 * door.seconds * scale / MILLION:.1f} ms of {memory:g} GB",
            price=0.0000133334,
            per=1,
            source=_LAMBDA,
        ),
        Line(
            what="Lambda, jira_calls",
            units=worker.seconds * scale * memory,
            formula=f"{1000 * worker.seconds * scale / MILLION:.0f} ms of {memory:g} GB, most of them Jira's",
            price=0.0000133334,
            per=1,
            source=_LAMBDA,
        ),
        Line(
            what="SQS, fair queue",
            units=sqs,
            formula=f"{sends / MILLION:.3g} send + {count['sqs.receives'] / MILLION:.2f} receives"
            f" + {count['sqs.deletes'] / MILLION:.2f} deletes",
            price=0.40 + 0.10,
            per=MILLION,
            source=_SQS,
        ),
        Line(
            what="DynamoDB, installations read",
            units=count.get("webhooks.reads", 0) + count.get("jira_calls.reads", 0),
            formula="1 unit for each row not remembered",
            price=0.125,
            per=MILLION,
            source=_DYNAMODB,
        ),
        Line(
            what="DynamoDB, work done written",
            units=count["work_done.writes"],
            formula="2 UpdateItems a message",
            price=0.625,
            per=MILLION,
            source=_DYNAMODB,
        ),
        Line(
            what="DynamoDB, work done kept",
            units=MILLION * sizes.record_kb / 1e6 * 5 * 24 * 3600 / SECONDS_PER_MONTH,
            formula=f"{sizes.record_kb:g} KB for 5 days, in GB-months",
            price=0.25,
            per=1,
            source=_DYNAMODB,
        ),
        Line(
            what="KMS, Decrypt",
            units=decrypts,
            formula=f"{lookups / MILLION:.2f} look-ups, {decrypts / lookups:.0%} of them not remembered",
            price=0.03,
            per=10_000,
            source=_KMS,
        ),
        Line(
            what="CloudWatch, logs taken in",
            units=logs / 1e9,
            formula=f"{logs / MILLION:.0f} bytes a webhook, in GB",
            price=0.50,
            per=1,
            source=_CLOUDWATCH,
        ),
        Line(
            what="X-Ray, traces",
            units=invocations * sizes.traced,
            formula=f"{sizes.traced:.0%} of the invocations",
            price=5.0,
            per=MILLION,
            source="https://aws.amazon.com/xray/pricing/",
        ),
        Line(
            what="Data out, to Jira",
            units=count["jira.calls"] * sizes.to_jira / 1e9,
            formula=f"{sizes.to_jira / 1000:g} KB a call, in GB",
            price=0.09,
            per=1,
            source="https://aws.amazon.com/ec2/pricing/on-demand/",
        ),
    ]


def idle_month(parameters: Parameters, sizes: Sizes | None = None) -> list[Line]:
    """The bill for a month in which nothing happens."""
    sizes = sizes or Sizes()
    pollers = min(parameters.queue.pollers_at_first, parameters.queue.maximum_concurrency)
    rows = parameters.load.tenants * sizes.row_kb / 1e6
    return [
        Line(
            what="KMS, the key",
            units=1,
            formula="1 key; 1 more for each of its first two yearly rotations",
            price=1.0,
            per=1,
            source=_KMS,
        ),
        Line(
            what="CloudWatch, alarms",
            units=5,
            formula="5 alarms",
            price=0.10,
            per=1,
            source=_CLOUDWATCH,
        ),
        Line(
            what="SQS, empty receives",
            units=pollers * SECONDS_PER_MONTH / 20,
            formula=f"{pollers} pollers, one receive every 20 seconds",
            price=0.40,
            per=MILLION,
            source=_SQS,
        ),
        Line(
            what="DynamoDB, installations kept",
            units=rows,
            formula=f"{parameters.load.tenants:,} rows of {sizes.row_kb:g} KB, in GB",
            price=0.25,
            per=1,
            source=_DYNAMODB,
        ),
        Line(
            what="DynamoDB, point-in-time recovery",
            units=rows,
            formula="the same GB",
            price=0.20,
            per=1,
            source=_DYNAMODB,
        ),
    ]
