"""A site with much to do, each of whose calls meets a 429, does not keep the others from their turn."""

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
