"""A site with much to do that meets a 429 each time, or no answer, keeps the others from nothing."""

import time

import pytest

from connect_jira.jira.exchange import READ_TIMEOUT_SECONDS
from connect_jira.worker.backoff import LOOK_AGAIN_SECONDS
from connect_jira.worker.worker import ENOUGH_TIME_SECONDS
from tests.e2e.watching import EVENT, NO_CONTENT, Watched, eventually, watched
from tests.soak.observer import noted_issue

NOISY = 120
STORM = {"status": 429, "retryAfter": 1, "rateLimitReason": "jira-burst-based", "count": 1000}


def test_the_others_have_their_turn_while_most_of_the_noisy_sites_work_waits() -> None:
    with watched() as site:
        quiet = site.jira.tenants.ensure("quiet")
        assert quiet.lifecycle.install(site.stack.descriptor_url).installed
        site.jira.tenants.default.faults.order(STORM)
        for number in range(NOISY):
            assert site.send(f"NOISY-{number + 1}", f"noisy-{number}") == [NO_CONTENT]
        keys = {f"QUIET-{number}" for number in range(1, 6)}
        for key in keys:
            quiet.webhooks.send("jira:issue_created", {"issue": {"key": key}}, f"of-{key}")

        def noted(name: str) -> set[str | None]:
            calls = site.jira.journal.requests()
            return {noted_issue(call) for call in calls if call.site == name} - {None}

        assert eventually(lambda: noted("quiet") == keys)
        assert len(noted("")) < NOISY * 3 / 4
        assert all(site.note(f"NOISY-{number + 1}") is None for number in range(NOISY))


class Beside:
    """A site with much to do, and a quiet one beside it."""

    def __init__(self, site: Watched) -> None:
        self._site = site
        self._quiet = site.jira.tenants.ensure("quiet")
        assert self._quiet.lifecycle.install(site.stack.descriptor_url).installed

    def quiet_seconds(self, round_name: str) -> float:
        """Send forty webhooks of the other site, then ten of the quiet one.

        Returns:
            How long those ten took, in seconds.
        """
        for number in range(1, 41):
            key = f"{round_name}-{number}"
            assert self._site.send(key, key) == [NO_CONTENT]
        keys = {f"QUIET{round_name}-{number}" for number in range(1, 11)}
        begun = time.monotonic()
        for key in keys:
            self._quiet.webhooks.send(EVENT, {"issue": {"key": key}}, key)
        assert eventually(lambda: keys <= self._noted(), seconds=120)
        return time.monotonic() - begun

    def _noted(self) -> set[str | None]:
        calls = self._site.jira.journal.requests()
        return {noted_issue(call) for call in calls if call.site == "quiet"}

    def is_waited_for(self) -> bool:
        """Look for the record by which a worker tells the others that it waits for a site."""
        cloud = self._site.stack.cloud
        rows = cloud.client("dynamodb").scan(TableName=cloud.attribute("WorkDone", "Ref"))["Items"]
        return any(row.get("failures") == {"N": "0"} for row in rows)


@pytest.mark.timeout(400)
def test_a_site_that_does_not_answer_holds_one_worker_however_much_it_has_to_do() -> None:
    """It holds on a slow machine, too.

    The others' wait is compared with their wait a moment before, while the site answered, and what is added
    to twice of that is far more than a machine stalls, and less than one worker is away for. How often the
    site was called is compared with the time that has passed: each call takes its caller for seconds, so that
    there cannot be many unless several workers wait at the same time.
    """
    with watched() as site:
        beside = Beside(site)
        silent = site.jira.tenants.default.faults
        beside.quiet_seconds("WARM")  # the first find the processes still starting
        alone = beside.quiet_seconds("WELL")
        assert site.worked_off()
        silent.order({"delay": 600, "count": 1000})
        begun = time.monotonic()
        assert site.send("HANGS-1", "hangs-1") == [NO_CONTENT]
        assert eventually(beside.is_waited_for, seconds=60), "whoever waits does not say so"
        time.sleep(LOOK_AGAIN_SECONDS)
        hanging = beside.quiet_seconds("SILENT")
        called, passed = 1000 - silent.pending(), time.monotonic() - begun
        assert hanging < 2 * alone + READ_TIMEOUT_SECONDS / 2
        assert called <= 1 + passed / (ENOUGH_TIME_SECONDS - 1), "several have called it at the same time"
        assert eventually(lambda: len(site.said("Message scheduled for retry")) >= 40)
        assert site.count("FailedJiraCalls") == 0
