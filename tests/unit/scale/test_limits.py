import numpy as np
import pytest

from bench.scale.buckets import TokenBucket
from bench.scale.jira_limits import JiraCloud, Limit
from bench.scale.parameters import Jira


def _jira(**settings: float) -> JiraCloud:
    return JiraCloud(Jira(**settings), np.random.default_rng(1))  # type: ignore[arg-type]


def test_a_bucket_lets_its_size_through_at_once_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=500, size=1000)

    assert sum(bucket.take(0) for _ in range(3000)) == 1000
    assert sum(bucket.take(1) for _ in range(3000)) == 500
    assert sum(bucket.take(100) for _ in range(3000)) == 1000


def test_the_pool_is_one_for_all_sites_and_full_again_at_the_hour() -> None:
    jira = _jira(pool_points=4, put_points=1)

    limits = [jira.call(tenant, writes=True, now=600).limit for tenant in range(6)]

    assert limits == [None] * 4 + [Limit.APP] * 2
    assert jira.call(9, writes=True, now=600).retry_after == 3000
    assert jira.call(9, writes=True, now=3600).limit is None


def test_a_quota_of_sites_is_of_each_alone() -> None:
    jira = _jira(tenant_points=2, get_points=2)

    limits = [jira.call(tenant, writes=False, now=0).limit for tenant in (1, 1, 2)]

    assert limits == [None, Limit.SITE, None]


def test_a_site_takes_so_many_writes_a_second() -> None:
    jira = _jira(puts_per_second=50)

    assert sum(jira.call(1, writes=True, now=0).limit is Limit.BURST for _ in range(60)) == 10
    assert jira.call(2, writes=True, now=0).limit is None


def test_the_median_answer_takes_what_it_should() -> None:
    jira = _jira(median_seconds=0.25, spread=0.6, puts_per_second=1e9)

    seconds = sorted(jira.call(1, writes=True, now=0).seconds for _ in range(10_001))

    assert seconds[5000] == pytest.approx(0.25, rel=0.03)
    assert seconds[9500] == pytest.approx(0.25 * np.exp(0.6 * 1.645), rel=0.05)
