"""Webhooks through the whole stack, while AWS and its processes fail."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest

from connect_jira.events.webhook import Webhook
from connect_jira.jira.loop_guard import webhook_trace_of
from connect_local.laptop.gateway import MAX_EVENT_BYTES
from tests.e2e.watching import EVENT, NO_CONTENT, UNAVAILABLE, WORKER_SECONDS, Watched, eventually, watched

FAILING_SECONDS = 5.0
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site() -> Iterator[Watched]:
    with watched(worker_seconds=WORKER_SECONDS) as site:
        yield site


def test_each_webhook_that_comes_twice_and_out_of_order_has_one_effect(site: Watched) -> None:
    keys = [f"TWICE-{number}" for number in range(1, 21)]
    sent = keys * 2
    random.Random(7).shuffle(sent)  # noqa: S311 - any order will do
    with ThreadPoolExecutor(max_workers=4) as several:
        answers = list(several.map(lambda key: site.send(key, f"webhook-of-{key}"), sent))
    assert answers == [[NO_CONTENT]] * len(sent)
    assert site.worked_off()
    assert {key: site.note(key)["webhookId"] for key in keys} == {key: f"webhook-of-{key}" for key in keys}
    assert {key: site.writes(key) for key in keys} == {key: [HTTPStatus.CREATED] for key in keys}
    assert site.count("FailedJiraCalls") == 0


@pytest.mark.parametrize("service", ["sqs", "dynamodb", "kms"])
def test_while_a_service_fails_jira_is_told_to_send_again_and_then_it_is_taken(
    site: Watched, service: str
) -> None:
    key = f"{service.upper()}-1"
    if service != "sqs":  # what is remembered of the site needs neither table nor key
        site.jira.lifecycle.rotate_secrets()
    site.stack.cloud.fail(service, seconds=FAILING_SECONDS)
    answers = site.send(key, f"while-{service}-fails")
    assert set(answers[:-1]) == {UNAVAILABLE}
    assert answers[-1] == NO_CONTENT
    assert eventually(lambda: site.note(key))
    assert site.worked_off()
    assert site.count("FailedJiraCalls") == 0


def test_what_is_too_large_for_a_message_goes_by_way_of_the_bucket_and_has_its_effect(site: Watched) -> None:
    assert site.send("LARGE-1", "large", description="x" * 2_000_000) == [NO_CONTENT]
    bucket = site.stack.cloud.attribute("LargeMessages", "Ref")
    (kept,) = site.stack.cloud.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert kept["Size"] > 2_000_000
    assert eventually(lambda: site.note("LARGE-1"))["webhookId"] == "large"
    assert site.worked_off()


def test_what_is_too_large_for_lambda_is_refused_for_good(site: Watched) -> None:
    answers = site.send("LARGE-2", "larger", description="x" * MAX_EVENT_BYTES)
    assert answers == [HTTPStatus.REQUEST_ENTITY_TOO_LARGE]
    assert site.note("LARGE-2") is None


def test_the_apps_own_change_coming_back_starts_nothing(site: Watched) -> None:
    webhook = Webhook(client_key=site.client_key, event=EVENT, webhook_id="the-cause", payload={})
    issue = site.jira.tenants.default.editor.create(
        site.jira.site.projects()[0],
        {"summary": "Made by a reaction"},
        by=site.jira.site.admin,
        trace=webhook_trace_of(site.app_key, webhook.webhook_id),
    )
    assert eventually(lambda: site.said("Webhook skipped: caused by the app itself"))
    assert site.worked_off()
    assert site.writes(issue.key) == []


def test_for_a_site_that_has_uninstalled_the_app_work_ends_without_having_failed() -> None:
    with watched() as site:
        with site.nothing_worked_off():
            assert site.send("GONE-1", "gone") == [NO_CONTENT]
            site.jira.lifecycle.uninstall(site.stack.descriptor_url)
        assert eventually(lambda: site.said("Message discarded"))
        assert site.worked_off()
        assert site.count("FailedJiraCalls") == 0
        assert site.writes("GONE-1") == []


def test_the_work_of_a_worker_that_is_killed_in_mid_call_is_taken_up_again_and_has_one_effect() -> None:
    # The message comes back while its work still counts as begun: until its worker must have ended.
    with watched(visibility_seconds=3, worker_seconds=WORKER_SECONDS) as site:
        site.order(delay=5)
        assert site.send("KILLED-1", "killed") == [NO_CONTENT]
        worker = site.stack.functions["JiraCallsFunction"]
        assert eventually(lambda: not site.jira.faults.pending()), "the worker has not called"
        assert worker.kill_one()
        assert eventually(lambda: len(site.writes("KILLED-1")) == 2, seconds=75)
        assert site.worked_off()
        assert site.writes("KILLED-1") == [HTTPStatus.CREATED, HTTPStatus.OK]
        assert site.note("KILLED-1")["webhookId"] == "killed"
        assert site.count("FailedJiraCalls") == 0
        said = eventually(lambda: site.said("Message scheduled for retry"))
        assert {line["reason"] for line in said} == {"being-done"}
