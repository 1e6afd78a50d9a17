"""Recent activity of a site, over every engine."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import jwt
import pytest

from connect_jira.aws.service import AwsService
from connect_jira.installations.activity import (
    MAX_REFUSALS,
    MISMATCH_SECONDS,
    SAME_AGAIN_SECONDS,
    Activity,
    LastCall,
    LastWebhook,
    Refusal,
    SiteActivity,
)
from connect_jira.web.request import GatewayRequest
from connect_jwt.identity import ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import Template
from tests.contract.counted import Counted
from tests.emf import times_counted

NOW = 1_795_443_600


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def activity_table(cloud: LaptopCloud) -> str:
    return cloud.attribute("Activity", "Ref")


@pytest.fixture
def counted(dynamodb: AwsService) -> Counted:
    return Counted(dynamodb)


@pytest.fixture
def new_process(counted: Counted, activity_table: str, clock: Clock) -> Callable[[], Activity]:
    return lambda: Activity(counted, table=activity_table, clock=clock)  # type: ignore[arg-type]


@pytest.fixture
def activity(new_process: Callable[[], Activity]) -> Activity:
    return new_process()


@pytest.fixture
def site() -> ClientKey:
    return ClientKey(str(uuid.uuid4()))


def forged(issuer: object, path: str = "/webhooks/issue_created", query: str = "") -> GatewayRequest:
    token = jwt.encode(
        {"iss": issuer} if isinstance(issuer, str) else {},
        "somebody else's guess at the secret",
        algorithm="HS256",
    )
    return GatewayRequest(
        method="POST",
        path=path,
        query=query,
        headers={"authorization": f"JWT {token}"},
        body=b"",
        base_url="https://app.example.com",
    )


def test_of_a_site_that_was_never_heard_of_nothing_is_remembered(activity: Activity, site: ClientKey) -> None:
    assert activity.read(site) == SiteActivity()


def test_the_last_webhook_and_the_last_call_are_remembered(
    activity: Activity, clock: Clock, site: ClientKey
) -> None:
    activity.record_webhook(site, "jira:issue_created")
    clock.now += 60
    activity.record_webhook(site, "jira:issue_updated")
    activity.record_call(site, "GET /rest/api/3/myself", 200)
    assert activity.read(site) == SiteActivity(
        last_webhook=LastWebhook(event="jira:issue_updated", at=NOW + 60),
        last_call=LastCall(call="GET /rest/api/3/myself", status=200, at=NOW + 60),
    )


def test_a_call_that_jira_refuses_is_the_last_call_and_a_refusal(activity: Activity, site: ClientKey) -> None:
    activity.record_call(site, "PUT /rest/api/3/issue/A-1", 403, code="scope-missing")
    remembered = activity.read(site)
    assert remembered.last_call == LastCall(call="PUT /rest/api/3/issue/A-1", status=403, at=NOW)
    (refusal,) = remembered.refusals
    assert (refusal.code, refusal.status, refusal.by_jira) == ("scope-missing", 403, True)


def test_a_refused_request_is_remembered_of_the_site_that_it_claims_to_come_from(
    activity: Activity, site: ClientKey
) -> None:
    activity.begin(site)
    activity.record_refusal(forged(site, query="private=query"), "secret-mismatch", 401)
    assert activity.read(site).refusals == (
        Refusal(
            code="secret-mismatch",
            request="POST /webhooks/issue_created",
            status=401,
            by_jira=False,
            at=NOW,
        ),
    )


@pytest.mark.parametrize("issuer", ["x" * 129, "a b", "ü", None])
def test_what_can_be_no_site_is_not_even_asked_for(
    activity: Activity, counted: Counted, issuer: object
) -> None:
    activity.record_refusal(forged(issuer), "app-not-installed", 401)
    assert counted.calls["UpdateItem"] == 0


def test_a_forged_issuer_brings_no_row_into_being(
    activity: Activity,
    dynamodb: AwsService,
    activity_table: str,
    site: ClientKey,
    caplog: pytest.LogCaptureFixture,
) -> None:
    activity.record_refusal(forged(site), "app-not-installed", 401)
    assert "Item" not in dynamodb.call("GetItem", TableName=activity_table, Key={"clientKey": {"S": site}})
    assert not caplog.records


def test_only_the_latest_refusals_are_told_of_and_each_cause_once(
    new_process: Callable[[], Activity], clock: Clock, site: ClientKey
) -> None:
    new_process().begin(site)
    for number in range(MAX_REFUSALS + 3):
        clock.now += 1
        for _ in range(2):
            new_process().record_refusal(forged(site), f"cause-{number}", 401)
    refusals = new_process().read(site).refusals
    assert [refusal.code for refusal in refusals] == [
        f"cause-{number}" for number in reversed(range(3, MAX_REFUSALS + 3))
    ]


def test_a_busy_site_costs_one_write_in_ten_seconds(
    activity: Activity, counted: Counted, clock: Clock, site: ClientKey
) -> None:
    for _ in range(600):
        clock.now += 0.1
        activity.record_webhook(site, "jira:issue_created")
    assert counted.calls["UpdateItem"] <= 7
    assert activity.read(site).last_webhook


def test_calls_that_succeed_and_fail_in_turn_cost_one_write_a_second(
    activity: Activity, counted: Counted, clock: Clock, site: ClientKey
) -> None:
    for number in range(600):
        clock.now += 0.1
        activity.record_call(site, "GET /rest/api/3/issue/A-1/properties/p", (200, 404)[number % 2])
    assert counted.calls["UpdateItem"] <= 61


def test_a_flood_of_forged_tokens_costs_one_write_in_ten_seconds_after_the_first_ten(
    activity: Activity, counted: Counted, clock: Clock
) -> None:
    for number in range(600):
        clock.now += 0.1
        activity.record_refusal(forged(f"site-{number}"), "app-not-installed", 401)
    assert 10 <= counted.calls["UpdateItem"] <= 17


def test_a_flood_of_forged_tokens_does_not_make_a_busy_site_cost_more(
    activity: Activity, counted: Counted, clock: Clock, site: ClientKey
) -> None:
    activity.record_webhook(site, "jira:issue_created")
    for number in range(1500):
        activity.record_refusal(forged(f"site-{number}"), "app-not-installed", 401)
    before = counted.calls["UpdateItem"]
    clock.now += SAME_AGAIN_SECONDS / 2
    activity.record_webhook(site, "jira:issue_created")
    assert counted.calls["UpdateItem"] == before


def test_a_site_whose_signatures_fail_is_counted_once_an_hour_by_all_processes_together(
    new_process: Callable[[], Activity], clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = [ClientKey(str(uuid.uuid4())) for _ in range(3)]
    for known in sites:
        new_process().begin(known)

    def counted_sites(*claimed: ClientKey, code: str = "secret-mismatch") -> float:
        for each in claimed:
            for _ in range(4):
                new_process().record_refusal(forged(each), code, 401)
        return times_counted(capsys.readouterr().out, "SiteSecretMismatch")

    assert counted_sites(*sites) == 3
    clock.now += MISMATCH_SECONDS - 1
    assert counted_sites(*sites) == 0
    clock.now += MISMATCH_SECONDS
    assert counted_sites(*sites[:2]) == 2
    assert counted_sites(ClientKey(str(uuid.uuid4()))) == 0
    assert counted_sites(*sites, code="expired") == 0


def test_text_from_outside_is_cut(activity: Activity, site: ClientKey) -> None:
    activity.begin(site)
    activity.record_refusal(forged(site, path="/webhooks/" + "x" * 5000), "event-mismatch", 400)
    (refusal,) = activity.read(site).refusals
    assert len(refusal.request) == 200


def test_a_row_ends_a_month_after_it_was_last_written(
    activity: Activity, clock: Clock, site: ClientKey, dynamodb: AwsService, activity_table: str
) -> None:
    activity.begin(site)
    clock.now += 1000
    activity.record_webhook(site, "jira:issue_created")
    item = dynamodb.call("GetItem", TableName=activity_table, Key={"clientKey": {"S": site}})["Item"]
    attribute = Template({}).resources("AWS::DynamoDB::Table")["Activity"]["TimeToLiveSpecification"]
    assert item[attribute["AttributeName"]]["N"] == str(NOW + 1000 + 30 * 24 * 3600)


def test_what_cannot_be_written_is_not_written_and_nothing_fails(
    dead: AwsService, site: ClientKey, caplog: pytest.LogCaptureFixture
) -> None:
    activity = Activity(dead, table="table")
    activity.begin(site)
    activity.record_webhook(site, "jira:issue_created")
    activity.record_call(site, "GET /rest/api/3/myself", 200)
    activity.record_refusal(forged(site), "secret-mismatch", 401)
    assert [record.__dict__["reason"] for record in caplog.records] == ["temporarily-unavailable"] * 4
