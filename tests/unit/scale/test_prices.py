from dataclasses import replace

import pytest

from bench.scale.model import Model
from bench.scale.prices import Line, idle_month, per_million_webhooks, total
from bench.scale.simulation import simulate


def _dollars(lines: list[Line]) -> dict[str, float]:
    return {line.what: line.dollars for line in lines}


def test_a_bill_is_the_sum_of_its_lines() -> None:
    lines = [Line("a", "", 3_000_000, 0.20, 1_000_000, ""), Line("b", "", 2, 1.0, 1, "")]

    assert total(lines) == pytest.approx(0.60 + 2.00)


def test_a_million_webhooks_are_billed_by_what_the_run_asked_for() -> None:
    forgetful = Model(sites=1, webhooks_per_second=10, batch_size=1, jira_spread=0.0, cold_start_seconds=0.0)
    forgetful = replace(forgetful, row_seconds=1e-9, secret_seconds=1e-9, seconds=600.0)

    dollars = _dollars(per_million_webhooks(simulate(forgetful)))

    # Nothing is remembered, and every message is a batch of its own.
    assert dollars["KMS, Decrypt"] == pytest.approx(2 * 3.00, rel=0.01)
    assert dollars["DynamoDB, installations read"] == pytest.approx(2 * 0.125, rel=0.01)
    assert dollars["DynamoDB, work done written"] == pytest.approx(2 * 0.625, rel=0.01)
    assert dollars["DynamoDB, troubles and purges read"] == pytest.approx(2 * 0.5 * 0.125, rel=0.01)
    assert dollars["Lambda, requests"] == pytest.approx(2 * 0.20, rel=0.01)
    assert dollars["SQS, fair queue"] == pytest.approx(3 * 0.50, rel=0.01)
    worker_seconds = 0.25 + 0.012 + 0.006 + 0.008
    assert dollars["Lambda, jira_calls"] == pytest.approx(worker_seconds * 0.5 * 13.3334, rel=0.02)


def test_an_idle_month_costs_the_key_the_alarms_and_the_polling() -> None:
    of_two = {"Metrics": [{"Expression": "SUM(METRICS())"}, {"MetricStat": {}}, {"MetricStat": {}}]}
    dollars = _dollars(idle_month(Model(), alarms=[{}] * 5 + [of_two]))

    assert dollars["KMS, the key"] == 1.00
    assert dollars["CloudWatch, alarms"] == pytest.approx(0.70)
    assert dollars["SQS, empty receives"] == pytest.approx(5 * 3 * 60 * 730 * 0.40 / 1e6)
