"""AWS's prices in us-east-1 on arm64, without free tiers, as of November 2026; and the resulting bills.

Prices of other regions differ by some percent.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bench.scale.model import Model
from bench.scale.simulation import Outcome
from connect_jira.worker.occurrences import REMEMBERED_SECONDS

MILLION = 1_000_000
MONTH_SECONDS = 730 * 3600
GB_SECOND = 0.0000133334

ACCESS_LOG, WEBHOOK_LOG, WORKER_LOG, METRIC_LOG, LOG_OVERHEAD = 250, 650, 650, 226, 26
"""Bytes that a request, a webhook, a message and a metric write to the logs, and CloudWatch's for each."""

CALL_BYTES, RECORD_KB, ROW_KB, TRACED = 3_000, 0.4, 2.0, 0.05
"""Sent to Jira for a call; a record of work done; a site's row; the part that X-Ray records."""

_API = "https://aws.amazon.com/api-gateway/pricing/"
_CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
_DATA = "https://aws.amazon.com/ec2/pricing/on-demand/"
_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_KMS = "https://aws.amazon.com/kms/pricing/"
_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_SQS = "https://aws.amazon.com/sqs/pricing/"
_XRAY = "https://aws.amazon.com/xray/pricing/"


class Line(NamedTuple):
    """One line of a bill: so many units, at a price in US dollars for `per` of them."""

    what: str
    formula: str
    units: float
    price: float
    per: float
    source: str

    @property
    def dollars(self) -> float:
        """The price of all units."""
        return self.units * self.price / self.per


def total(lines: Sequence[Line]) -> float:
    """The sum, in US dollars."""
    return sum(line.dollars for line in lines)


def per_million_webhooks(outcome: Outcome) -> list[Line]:
    """The bill for a million webhooks, each with a reaction of one PUT, at the rates of a run."""
    scale = MILLION / outcome.counts["webhooks.events"]
    batches = outcome.counts["batches"] * scale
    reads, decrypts, lookups = (
        (outcome.counts[f"webhooks.{name}"] + outcome.counts[f"jira_calls.{name}"]) * scale
        for name in ("reads", "decrypts", "lookups")
    )
    memory = outcome.model.memory_gb
    at_the_door, at_work = (
        outcome.busy_seconds[function] * scale * memory for function in ("webhooks", "jira_calls")
    )
    logged = ACCESS_LOG + WEBHOOK_LOG + WORKER_LOG + 2 * METRIC_LOG + 5 * LOG_OVERHEAD
    ms = 1000 / MILLION / memory
    each = f"{batches / MILLION:.2f}"
    return [
        Line("API Gateway, HTTP API", "1 request a webhook", MILLION, 1.0, MILLION, _API),
        Line("Lambda, requests", f"1 + {each} batches a webhook", MILLION + batches, 0.20, MILLION, _LAMBDA),
        Line(
            "Lambda, webhooks",
            f"{at_the_door * ms:.1f} ms of {memory} GB",
            at_the_door,
            GB_SECOND,
            1,
            _LAMBDA,
        ),
        Line(
            "Lambda, jira_calls",
            f"{at_work * ms:.0f} ms of {memory} GB, most of them Jira's",
            at_work,
            GB_SECOND,
            1,
            _LAMBDA,
        ),
        Line(
            "SQS, fair queue",
            f"1 send + {each} receives + {each} deletes",
            MILLION + 2 * batches,
            0.40 + 0.10,
            MILLION,
            _SQS,
        ),
        Line(
            "DynamoDB, installations read",
            "1 unit for each row not remembered",
            reads,
            0.125,
            MILLION,
            _DYNAMODB,
        ),
        Line(
            "DynamoDB, work done written",
            "2 UpdateItems a message",
            outcome.counts["writes"] * scale,
            0.625,
            MILLION,
            _DYNAMODB,
        ),
        Line(
            "DynamoDB, troubles and purges read",
            "half a unit a message for whether its site is in trouble, and half a unit for a purge",
            outcome.counts["writes"] * scale / 2,
            0.125,
            MILLION,
            _DYNAMODB,
        ),
        Line(
            "DynamoDB, work done kept",
            f"{RECORD_KB} KB for {REMEMBERED_SECONDS // (24 * 3600)} days, in GB-months",
            RECORD_KB * REMEMBERED_SECONDS / MONTH_SECONDS,
            0.25,
            1,
            _DYNAMODB,
        ),
        Line(
            "KMS, Decrypt",
            f"{lookups / MILLION:.2f} look-ups, {decrypts / lookups:.0%} of them not remembered",
            decrypts,
            0.03,
            10_000,
            _KMS,
        ),
        Line(
            "CloudWatch, logs taken in",
            f"{logged} bytes a webhook, in GB",
            logged / 1000,
            0.50,
            1,
            _CLOUDWATCH,
        ),
        Line(
            "X-Ray, traces",
            f"{TRACED:.0%} of the invocations",
            (MILLION + batches) * TRACED,
            5.0,
            MILLION,
            _XRAY,
        ),
        Line(
            "Data out, to Jira", f"{CALL_BYTES / 1000:g} KB a call, in GB", CALL_BYTES / 1000, 0.09, 1, _DATA
        ),
    ]


def idle_month(model: Model, *, alarms: Sequence[Mapping[str, Any]]) -> list[Line]:
    """The bill for a month in which nothing happens, with these alarms, as the template has them."""
    watched = sum(
        sum("MetricStat" in metric for metric in alarm["Metrics"]) if "Metrics" in alarm else 1
        for alarm in alarms
    )
    receives = model.pollers * MONTH_SECONDS / 20
    rows = model.sites * ROW_KB / 1e6
    return [
        Line("KMS, the key", "1 key; 1 more for each of its first two yearly rotations", 1, 1.0, 1, _KMS),
        Line(
            "CloudWatch, alarms",
            f"{len(alarms)} alarms on {watched} metrics, each of which counts",
            watched,
            0.10,
            1,
            _CLOUDWATCH,
        ),
        Line("CloudWatch, dashboard", "1 dashboard", 1, 3.0, 1, _CLOUDWATCH),
        Line(
            "SQS, empty receives",
            f"{model.pollers} pollers, one receive every 20 seconds",
            receives,
            0.40,
            MILLION,
            _SQS,
        ),
        Line(
            "DynamoDB, installations kept",
            f"{model.sites:,} rows of {ROW_KB:g} KB, in GB",
            rows,
            0.25,
            1,
            _DYNAMODB,
        ),
        Line("DynamoDB, point-in-time recovery", "the same GB", rows, 0.20, 1, _DYNAMODB),
    ]
