"""A site with much to do, each of whose calls meets a 429, does not keep the others from their turn."""

import time

from connect_jira.jira.connection_pool import SLOW_SECONDS
from connect_jira.jira.signed_call import READ_TIMEOUT_SECONDS
from connect_jira.worker.troubles import LOOK_AGAIN_SECONDS
from tests.e2e.watching import NO_CONTENT, eventually, watched
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


def test_a_site_that_does_not_answer_holds_one_worker_however_much_it_has_to_do() -> None:
    with watched() as site:
        quiet = site.jira.tenants.ensure("quiet")
        assert quiet.lifecycle.install(site.stack.descriptor_url).installed
        silent = site.jira.tenants.default
        silent.faults.order({"delay": 60, "count": 1000})
        assert site.send("SILENT-1", "silent-1") == [NO_CONTENT]
        assert eventually(lambda: silent.faults.pending() == 999), "the worker has not called"
        time.sleep(SLOW_SECONDS + LOOK_AGAIN_SECONDS)
        for number in range(2, 42):
            assert site.send(f"SILENT-{number}", f"silent-{number}") == [NO_CONTENT]
        keys = {f"QUIET-{number}" for number in range(1, 11)}
        for key in keys:
            quiet.webhooks.send("jira:issue_created", {"issue": {"key": key}}, f"of-{key}")

        def noted() -> set[str | None]:
            calls = site.jira.journal.requests()
            return {noted_issue(call) for call in calls if call.site == "quiet"} - {None}

        assert eventually(lambda: noted() == keys, seconds=READ_TIMEOUT_SECONDS / 2)
        assert silent.faults.pending() == 999, "another worker has called it"
        assert eventually(lambda: len(site.said("Message scheduled for retry")) >= 40)
        assert site.count("FailedJiraCalls") == 0
