"""Small runs whose result can be worked out."""

from collections.abc import Callable

import pytest

from bench.scale.parameters import Parameters
from bench.scale.simulation import simulate
from tests.unit.scale.conftest import erlang_c

type Made = Callable[[str], Parameters]


def test_one_site_in_one_environment_is_read_and_opened_once_in_each_lifetime(parameters: Made) -> None:
    outcome = simulate(
        parameters("""
            seconds = 3000
            load.storm_webhooks = 100000
            load.storm_at = 1
            load.storm_rank = 0
            load.deliveries_at_once = 1
            load.round_trip_seconds = 1
            memory.row_seconds = 300
            memory.secret_seconds = 600
        """)
    )

    # One after the other, a second and a bit apart, each lifetime begun by the first look-up after the last.
    assert outcome.webhooks.cold_starts == 1
    assert (outcome.webhooks.reads, outcome.webhooks.decrypts) == (10, 5)
    assert outcome.counts["requests"] == outcome.webhooks.lookups
    assert 2900 < outcome.webhooks.lookups < 3000


def test_a_webhook_is_sent_written_and_called_for_once(parameters: Made) -> None:
    outcome = simulate(parameters("load.webhooks_per_second = 5\nload.tenants = 20\nqueue.batch_size = 1"))
    done = outcome.counts["messages.done"]

    assert done == outcome.counts["sqs.deletes"]
    assert outcome.counts["sqs.sends"] - done == outcome.waiting + outcome.flying
    assert outcome.counts["jira.calls"] - done <= outcome.flying
    assert outcome.counts["work_done.writes"] - 2 * done <= 2 * outcome.flying


def test_as_many_environments_are_busy_as_little_says(parameters: Made) -> None:
    outcome = simulate(
        parameters("""
            load.webhooks_per_second = 40
            aws_lambda.webhook_seconds = 0.5
            queue.maximum_concurrency = 100
            jira.median_seconds = 0.5
            jira.puts_per_second = 1000
            queue.batch_size = 1
        """)
    )

    rate = outcome.per_second("webhooks.events")
    assert rate == pytest.approx(40, rel=0.05)
    assert outcome.webhooks.busy_mean == pytest.approx(rate * 0.5, rel=0.01)
    assert outcome.jira_calls.busy_mean == pytest.approx(rate * (0.5 + 0.012), rel=0.01)


def test_workers_make_messages_wait_as_erlang_says(parameters: Made) -> None:
    servers, rate, seconds = 5, 40.0, 0.1
    outcome = simulate(
        parameters(f"""
            seconds = 2000
            load.webhooks_per_second = {rate}
            queue.maximum_concurrency = {servers}
            queue.batch_size = 1
            queue.fair = false
            jira.answers = "exponential"
            jira.median_seconds = {seconds * 0.6931471805599453}
            jira.record_seconds = 0
            jira.puts_per_second = 1000000
        """)
    )

    load = rate * seconds
    waits = erlang_c(servers, load) * seconds / (servers - load)
    assert outcome.ages["others"]["mean"] == pytest.approx(waits, rel=0.08)


def test_the_api_lets_through_what_it_is_told_and_the_rest_is_lost_in_the_end(parameters: Made) -> None:
    outcome = simulate(
        parameters("""
            seconds = 15000
            warm_up_seconds = 5000
            load.webhooks_per_second = 4
            api.requests_per_second = 2
            api.burst = 5
            queue.maximum_concurrency = 10
        """)
    )

    assert outcome.per_second("webhooks.events") == pytest.approx(2, rel=0.02)
    assert outcome.per_second("lost") == pytest.approx(2, rel=0.1)


def test_no_more_environments_work_than_the_account_has(parameters: Made) -> None:
    outcome = simulate(
        parameters("""
            seconds = 100
            load.webhooks_per_second = 50
            aws_lambda.webhook_seconds = 1
            aws_lambda.concurrency = 10
        """)
    )

    assert outcome.webhooks.busy_most <= 10
    assert outcome.counts["out_of_concurrency"] > 0


def test_a_storm_delays_others_only_where_the_queue_is_not_fair(parameters: Made) -> None:
    storm = """
        load.tenants = 100
        load.webhooks_per_second = 5
        load.storm_webhooks = 5000
        load.storm_at = 100.0
        load.storm_rank = 50
        queue.fair = {fair}
    """

    fair, plain = (simulate(parameters(storm.format(fair=fair))) for fair in ("true", "false"))

    assert fair.ages["others"]["p95"] < 5
    assert plain.ages["others"]["p95"] > 60
    assert fair.counts["messages.done"] == pytest.approx(plain.counts["messages.done"], rel=0.02)


def test_a_spent_pool_stops_every_site_until_the_hour(parameters: Made) -> None:
    outcome = simulate(
        parameters("""
            seconds = 4000
            load.tenants = 50
            load.webhooks_per_second = 1
            jira.pool_points = 1800
        """)
    )

    # Half of the first hour's webhooks are answered in it, the rest by the next hour's points.
    assert outcome.counts["messages.done"] == 3600
    assert outcome.jira_refused["jira-quota-global-based"] <= 2 * 10  # each environment finds out by itself
    # Whoever comes at the half hour waits for half an hour, and the tenth more that spreads what comes again.
    assert 1500 < outcome.ages["others"]["p99"] < 1800 * 1.1


def test_a_site_whose_quota_is_spent_does_not_stop_the_others_however_much_it_has(parameters: Made) -> None:
    outcome = simulate(
        parameters("""
            seconds = 3500
            load.tenants = 100
            load.webhooks_per_second = 2
            load.storm_webhooks = 5000
            load.storm_at = 100
            load.storm_rank = 50
            queue.in_flight = 500
            jira.tenant_points = 1000
        """)
    )

    put_off = outcome.counts["messages.paused"]
    assert put_off > 3900
    # At the beginning, and after each quarter of an hour that still leaves something to wait for.
    assert outcome.counts["sqs.sent_again"] == pytest.approx(4 * put_off, rel=0.02)
    assert outcome.flying_most <= 100
    assert outcome.ages["others"]["p99"] < 5


def test_the_same_seed_makes_the_same_run(parameters: Made) -> None:
    told = parameters(
        "seconds = 300\nload.webhooks_per_second = 20\nload.tenants = 100\nload.bulk_edits_per_hour = 30"
    )

    assert simulate(told).to_json() == simulate(told).to_json()
    assert simulate(told).to_json() != simulate(told.changed("seed = 2")).to_json()
