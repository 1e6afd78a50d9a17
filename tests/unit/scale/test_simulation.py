"""Small runs whose result can be worked out."""

import pytest

from bench.scale.model import Model
from bench.scale.simulation import simulate

QUIET = Model(sites=20, cold_start_seconds=0.0, jira_spread=0.0, secret_seconds=120.0, seconds=400.0)


def _quiet(**changes: float) -> Model:
    return Model(**{name: getattr(QUIET, name) for name in Model.__dataclass_fields__} | changes)


def test_a_webhook_is_queued_written_and_called_for_once() -> None:
    outcome = simulate(_quiet(webhooks_per_second=5))
    counts = outcome.counts

    assert counts["webhooks.events"] == pytest.approx(5 * 400, rel=0.05)
    assert counts["sends"] == counts["webhooks.events"]
    # What is under way at the beginning and at the end is counted on one side only.
    assert counts["jira_calls.events"] == pytest.approx(counts["sends"], abs=20)
    assert counts["writes"] == 2 * counts["jira_calls.lookups"]


def test_as_many_environments_are_at_work_as_little_says() -> None:
    outcome = simulate(_quiet(webhooks_per_second=40, webhook_seconds=0.5, jira_median_seconds=0.5))
    rate = outcome.a_second("webhooks.events")

    assert rate == pytest.approx(40, rel=0.05)
    assert outcome.busy_seconds["webhooks"] / 400 == pytest.approx(rate * 0.5, rel=0.01)
    assert outcome.busy_seconds["jira_calls"] / 400 == pytest.approx(rate * (0.5 + 0.012), rel=0.01)


def test_one_site_is_opened_once_in_each_lifetime_by_each_environment() -> None:
    outcome = simulate(
        _quiet(
            sites=1,
            webhooks_per_second=0.05,
            row_seconds=300.0,
            secret_seconds=600.0,
            jira_median_seconds=0.01,
            seconds=6000.0,
        )
    )

    # Far apart, so that one environment of each function has nearly all of them.
    for function in ("webhooks", "jira_calls"):
        assert outcome.counts[f"{function}.decrypts"] == pytest.approx(6000 / 600, abs=2)
        assert outcome.counts[f"{function}.reads"] == pytest.approx(6000 / 300, abs=3)


def test_messages_that_wait_share_a_batch() -> None:
    alone, together = (simulate(_quiet(webhooks_per_second=rate)) for rate in (0.5, 60))

    assert alone.counts["batches"] == alone.counts["jira_calls.lookups"]
    assert together.counts["batches"] < together.counts["jira_calls.lookups"] / 2
    assert together.counts["batches"] >= together.counts["jira_calls.lookups"] / 10


def test_the_larger_sites_send_as_zipf_says() -> None:
    # Of three sites with the shares 6, 3 and 2 of 11, with no memory but for the last site.
    forgetful = _quiet(
        sites=3, skew=1.0, webhooks_per_second=1, row_entries=1, jira_median_seconds=0.01, seconds=20_000.0
    )
    same_again = (6 / 11) ** 2 + (3 / 11) ** 2 + (2 / 11) ** 2

    outcome = simulate(forgetful)

    read = outcome.counts["webhooks.reads"] / outcome.counts["webhooks.lookups"]
    assert read == pytest.approx(1 - same_again, abs=0.02)


def test_the_same_seed_makes_the_same_run() -> None:
    first, same, other = (simulate(_quiet(webhooks_per_second=5, seed=seed)) for seed in (1, 1, 2))

    assert (first.counts, first.peaks) == (same.counts, same.peaks)
    assert first.counts != other.counts
