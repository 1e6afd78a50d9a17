"""Nothing is left out on the way from an event to its effect."""

import json
from typing import Any

import pytest

from connect_jira.app.event import Event
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site
from connect_jira.jira.errors import JiraForbidden
from connect_local.testing.app import App, Deliver, RunJob
from connect_local.testing.failures import NoSuchJob
from connect_local.testing.jira import Jira
from connect_local.testing.payloads import comment_created


def value(entry: Any) -> Any:
    return entry.value if hasattr(entry, "value") else entry


def test_background_work_data_and_secrets(reactions: Reactions, jira: Jira, deliver: Deliver) -> None:
    @reactions.on("comment_created")
    def commented(event: Event, site: Site) -> None:
        site.secrets.put("key", "of another system")
        site.enqueue(answer, {"issue": event.unsigned_payload["issue"]["key"]})

    @reactions.work
    def answer(arguments: dict[str, Any], site: Site) -> None:
        count = site.data.get("count")
        site.data.put("count", (count.value if count else 0) + 1)
        key = f"/rest/api/3/issue/{arguments['issue']}/properties/seen"
        site.jira.put(key, {"count": value(site.data.get("count")), "secret": value(site.secrets.get("key"))})

    issue = jira.issue("EX-1")
    deliver(comment_created(issue, "One"))
    deliver(comment_created(issue, "Two"))

    assert issue.properties["seen"] == {"count": 2, "secret": "of another system"}


def test_an_edit_in_jira_is_an_event(reactions: Reactions, jira: Jira) -> None:
    seen = []

    @reactions.on("jira:issue_updated", changed="duedate")
    def moved(event: Event, _site: Site) -> None:
        seen.append(event.unsigned_payload["issue"]["fields"]["duedate"])

    issue = jira.issue("EX-1")
    jira.edit(issue, summary="Tea")
    jira.edit(issue, duedate="2026-12-24")

    assert seen == ["2026-12-24"]


def test_an_edit_names_a_status(reactions: Reactions, jira: Jira, site: Site) -> None:
    seen = []

    @reactions.on("jira:issue_updated", changed="status")
    def moved(event: Event, _site: Site) -> None:
        seen.append(event.unsigned_payload["issue"]["fields"]["status"]["name"])

    jira.edit(jira.issue("EX-1"), status="Done")

    assert seen == ["Done"]
    assert [one["key"] for one in site.jira.search("project = EX AND statusCategory = Done")] == ["EX-1"]


def test_the_site_outside_a_function_meets_the_error_that_a_function_meets(site: Site) -> None:
    with pytest.raises(JiraForbidden, match="scope-missing"):
        site.jira.delete("/rest/api/3/issue/EX-1/properties/seen")


def test_an_app_s_own_edit_does_not_come_back(reactions: Reactions, jira: Jira, deliver: Deliver) -> None:
    """The webhook of it reaches the app, which knows its own."""
    seen = []

    @reactions.on("comment_created")
    def commented(event: Event, site: Site) -> None:
        site.jira.put(
            "/rest/api/3/issue/EX-1", {"fields": {"summary": event.unsigned_payload["comment"]["body"]}}
        )

    @reactions.on("jira:issue_updated")
    def updated(event: Event, _site: Site) -> None:
        seen.append(event.name)

    issue = jira.issue("EX-1")
    deliver(comment_created(issue, "Tea"))

    assert (issue.fields["summary"], seen) == ("Tea", [])


def test_what_one_test_leaves_another_does_not_find(
    reactions: Reactions, jira: Jira, deliver: Deliver
) -> None:
    @reactions.on("comment_created")
    def commented(_event: Event, site: Site) -> None:
        assert site.data.get("count") is None

    assert jira.requests == []
    deliver(comment_created(jira.issue("EX-1"), "Three"))


def test_the_secret_is_sealed_in_the_table(connect_app: App, connect_foundation: Any) -> None:
    table = connect_foundation.cloud.attribute("Installations", "Ref")
    rows = connect_foundation.cloud.client("dynamodb").scan(TableName=table)["Items"]
    secret = connect_app.jira.app.shared_secret.reveal()
    assert rows
    assert secret not in json.dumps(rows, default=repr)


def test_a_call_that_is_asked_for_on_the_bus(connect_app: App, connect_foundation: Any, jira: Jira) -> None:
    issue, bus = jira.issue("EX-1"), connect_foundation.cloud.attribute("Bus", "Ref")
    call = {
        "clientKey": jira.app.client_key,
        "method": "PUT",
        "path": "/rest/api/3/issue/EX-1/properties/asked",
        "body": True,
    }
    entry = {
        "Source": "my.other.system",
        "DetailType": "Jira call requested",
        "Detail": json.dumps(call),
        "EventBusName": bus,
    }
    connect_foundation.cloud.client("events").put_events(Entries=[entry])
    connect_app.work_off()
    assert issue.properties["asked"] is True


def test_a_job_runs_with_all_its_steps(reactions: Reactions, jira: Jira, run_job: RunJob, site: Site) -> None:
    @reactions.every("day", at="03:00")
    def count(site: Site, cursor: Any) -> Any:
        step = (cursor or 0) + 1
        site.jira.put(f"/rest/api/3/issue/EX-1/properties/step-{step}", step)
        site.data.put("steps", step)
        return step if step < 3 else None

    issue = jira.issue("EX-1")
    run_job("count")

    assert issue.properties == {"step-1": 1, "step-2": 2, "step-3": 3}
    assert value(site.data.get("steps")) == 3


def test_a_job_that_there_is_not(reactions: Reactions, run_job: RunJob) -> None:
    with pytest.raises(NoSuchJob, match=r'@reactions\.every\("day"\) makes one'):
        run_job("count")

    @reactions.every("day")
    def remind(_site: Site, _cursor: Any) -> Any: ...

    with pytest.raises(NoSuchJob, match="there are remind"):
        run_job("count")


def test_the_site_of_a_test_is_that_of_the_functions(
    reactions: Reactions, jira: Jira, deliver: Deliver, site: Site
) -> None:
    @reactions.on("comment_created")
    def commented(_event: Event, site: Site) -> None:
        site.jira.put("/rest/api/3/issue/EX-1/properties/key", value(site.secrets.get("key")))

    issue = jira.issue("EX-1")
    site.secrets.put("key", "of another system")
    deliver(comment_created(issue, "Tea?"))

    assert issue.properties["key"] == "of another system"
    kept = site.jira.get("/rest/api/3/issue/EX-1/properties/key").object
    assert kept["value"] == "of another system"


def test_hooks_are_called(reactions: Reactions, request: pytest.FixtureRequest) -> None:
    called = []

    @reactions.installed
    def came(site: Site) -> None:
        called.append(("installed", site.jira.get("/rest/api/3/serverInfo").status))

    @reactions.uninstalled
    def went(_site: Site) -> None:
        called.append(("uninstalled", 0))

    request.getfixturevalue("jira").uninstall()
    assert called == [("installed", 200), ("uninstalled", 0)]
