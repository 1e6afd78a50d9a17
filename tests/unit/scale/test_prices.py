from collections.abc import Callable

import pytest

from bench.scale.parameters import Parameters
from bench.scale.points import sites_bound, sites_carried, webhooks_per_second, workers_needed
from bench.scale.prices import Line, idle_month, per_million_webhooks, total
from bench.scale.simulation import simulate
from connect_tools.template import Template

ALARMS = len(Template({}).resources("AWS::CloudWatch::Alarm"))


def _dollars(lines: list[Line]) -> dict[str, float]:
    return {line.what: line.dollars for line in lines}


def test_a_bill_is_the_sum_of_its_lines() -> None:
    lines = [
        Line(what="a", units=3_000_000, formula="", price=0.20, per=1_000_000, source=""),
        Line(what="b", units=2, formula="", price=1.0, per=1, source=""),
    ]

    assert total(lines) == pytest.approx(0.60 + 2.00)


def test_a_million_webhooks_are_billed_by_what_the_run_asked_for(
    parameters: Callable[[str], Parameters],
) -> None:
    told = parameters("""
        seconds = 600
        load.tenants = 1
        load.webhooks_per_second = 10
        queue.batch_size = 1
        memory.row_seconds = 1e-9
        memory.secret_seconds = 1e-9
        jira.puts_per_second = 1000
    """)

    dollars = _dollars(per_million_webhooks(simulate(told), told))

    # Nothing is remembered, and every message is a batch of its own.
    assert dollars["KMS, Decrypt"] == pytest.approx(2 * 3.00, rel=0.01)
    assert dollars["DynamoDB, installations read"] == pytest.approx(2 * 0.125, rel=0.01)
    assert dollars["DynamoDB, work done written"] == pytest.approx(2 * 0.625, rel=0.01)
    assert dollars["Lambda, requests"] == pytest.approx(2 * 0.20, rel=0.01)
    assert dollars["SQS, fair queue"] == pytest.approx(3 * 0.50, rel=0.01)
    worker_seconds = 0.25 + 0.012 + 0.006 + 0.008
    assert dollars["Lambda, jira_calls"] == pytest.approx(worker_seconds * 0.5 * 13.3334, rel=0.02)


def test_an_idle_month_costs_the_key_the_alarms_and_the_polling() -> None:
    dollars = _dollars(idle_month(Parameters()))

    assert dollars["KMS, the key"] == 1.00
    assert dollars["CloudWatch, alarms"] == pytest.approx(0.10 * ALARMS)
    assert dollars["SQS, empty receives"] == pytest.approx(5 * 3 * 60 * 730 * 0.40 / 1e6)
    assert total(idle_month(Parameters())) == pytest.approx(sum(dollars.values()))


def test_the_pool_carries_what_its_points_divide_into() -> None:
    assert webhooks_per_second(points=1) == pytest.approx(18.06, abs=0.01)
    assert sites_carried(65, points=1) == pytest.approx(10_000)
    assert sites_carried(65, points=3) == pytest.approx(10_000 / 3)


def test_sites_beyond_their_own_quota_are_counted() -> None:
    load = Parameters().changed("load.tenants = 3\nload.skew = 1.0\nload.webhooks_per_second = 11").load

    # 6, 3 and 2 webhooks a second
    assert sites_bound(load, points=1, quota=2.5 * 3600) == 2
    assert sites_bound(load, points=2, quota=3.5 * 3600) == 3


def test_workers_are_needed_as_little_says() -> None:
    assert workers_needed(100, 0.3, spare=1.5) == pytest.approx(45)
