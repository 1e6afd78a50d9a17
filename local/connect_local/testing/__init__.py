"""The test kit: an app of this project in a test, on a Jira in memory, without a socket and without AWS.

def test_a_comment_sets_the_due_date(jira, deliver):
    issue = jira.issue("EX-1")
    deliver(comment_created(issue, "/due 2026-12-24"))
    assert issue.fields["duedate"] == "2026-12-24"

- `connect_local.testing.plugin`: the fixtures, for pytest
- `connect_local.testing.payloads`: what Jira sends, of each event
- `connect_local.testing.app`, `.answers`, `.jira`, `.own_site`, `.clock`, `.internet`: what the fixtures are
- `connect_local.testing.backend`, `.functions`, `.aws`, `.asgi`: the laptop's stack in this process
- `connect_local.testing.failures`: what fails a test of itself
"""
