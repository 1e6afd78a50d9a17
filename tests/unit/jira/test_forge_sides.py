"""One site with a Connect side and a Forge side: whose it is, how it is called, and who tells of events."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connect_jira.auth.user_grants import ForgeUserGrant, UserGrant
from connect_jira.errors import (
    ForgeTokenMissing,
    NotInstalled,
    TemporarilyUnavailable,
)
from connect_jira.events.forge_overlap import thing_of, with_connect_occurrence
from connect_jira.events.link_request import LinkRequest
from connect_jira.events.messages import read_text, to_text
from connect_jira.events.webhook import Occurrence, Webhook
from connect_jira.jira.client import JiraClient
from connect_jira.jira.credentials import BearerCredentials, ConnectCredentials
from connect_jira.jira.errors import JiraUnauthorized
from connect_jira.lifecycle.site_links import CLIENT_KEY_PROPERTY
from connect_jira.worker.retry_policy import FailedAttempt, Retry, decide
from connect_jwt.errors import TokenRefused, UrlNotSignable
from connect_jwt.identity import ClientKey
from tests.unit.jira.conftest import CLIENT_KEY, NOW, SITE_URL
from tests.unit.jira.forge import (
    INSTALLED,
    OTHER_INSTALLATION,
    UNINSTALLED,
    UPGRADED,
    event_of,
    lifecycle,
    product_event,
    refresh,
    system_token,
)
from tests.unit.jira.test_client import Pool
from tests.unit.jwt.invocations import API, CLOUD_ID, INSTALLATION

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

HOUR, DAY = 3600, 24 * 3600
SECRET = "s" * 40
FORGE_URL = f"{API}/ex/jira/{CLOUD_ID}"
FORGE_KEY = ClientKey(INSTALLATION)


def bring_token(backend: "Backend", name: str = "system", *, seconds: float = HOUR, **how: Any) -> str:
    token = system_token(name, backend.clock.now + seconds)
    backend.forge.refresh(refresh(backend, token=token, **how))
    return token


def both_sides(backend: "Backend") -> str:
    backend.install(SECRET, age=20, installationId=INSTALLATION)
    return bring_token(backend)


def jira(backend: "Backend", client_key: ClientKey, *answers: Any) -> tuple[JiraClient, Pool]:
    pool = Pool(list(answers))
    client = JiraClient(
        backend.new_credentials(),
        client_key,
        http=pool,  # type: ignore[arg-type]
        clock=backend.clock,
        sleep=lambda _: None,
    )
    return client, pool


@pytest.mark.parametrize("connect_first", [True, False])
def test_connects_installed_joins_the_two_whichever_comes_first(
    backend: "Backend", *, connect_first: bool
) -> None:
    if connect_first:
        backend.install(SECRET, installationId=INSTALLATION)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    if not connect_first:
        backend.install(SECRET, installationId=INSTALLATION)
    assert backend.forge_store.rows[INSTALLATION].tenant == CLIENT_KEY
    webhook = backend.forge.event(product_event(backend))
    assert webhook is not None
    assert webhook.client_key == CLIENT_KEY


@pytest.mark.parametrize("named", [CLIENT_KEY, "somebody", "ari:cloud:ecosystem::installation/", 5, None])
def test_what_is_no_installation_id_joins_nothing(backend: "Backend", named: Any) -> None:
    assert backend.install(SECRET, installationId=named)
    assert backend.row.site.installation_id is None
    assert not backend.forge_store.rows


def test_a_site_that_is_joined_already_is_not_asked_for_again(backend: "Backend") -> None:
    backend.install(SECRET, installationId=INSTALLATION)
    backend.forge.lifecycle(lifecycle(backend, INSTALLED))
    assert not backend.joins_asked


def test_jira_is_called_with_forges_token_where_there_is_one(backend: "Backend") -> None:
    token = both_sides(backend)
    client, pool = jira(backend, CLIENT_KEY, (200, {}))
    client.get("/rest/api/3/myself")
    (sent,) = pool.sent
    assert sent.url == f"{FORGE_URL}/rest/api/3/myself"
    assert sent.options["headers"]["Authorization"] == f"Bearer {token}"


def test_a_tenant_of_forge_alone_is_called_by_its_installation(backend: "Backend") -> None:
    token = bring_token(backend)
    client, pool = jira(backend, FORGE_KEY, (200, {}))
    client.get("/rest/api/3/myself")
    assert pool.sent[0].options["headers"]["Authorization"] == f"Bearer {token}"


def test_without_a_live_token_the_shared_secret_is_used(backend: "Backend") -> None:
    both_sides(backend)
    backend.clock.now += HOUR
    assert isinstance(backend.credentials.credentials(CLIENT_KEY), ConnectCredentials)


def test_with_neither_the_message_waits_for_forges_next_call(backend: "Backend") -> None:
    both_sides(backend)
    backend.uninstall()
    backend.clock.now += HOUR + 600
    with pytest.raises(ForgeTokenMissing, match="ended 10 minutes ago") as missing:
        backend.credentials.credentials(CLIENT_KEY)
    waits = decide(
        FailedAttempt(
            error=missing.value,
            is_idempotent=False,
            is_one_call=True,
            tries=20,
            age=HOUR,
            now=backend.clock.now,
        )
    )
    assert isinstance(waits, Retry)
    token = bring_token(backend, "next")
    assert backend.credentials.credentials(CLIENT_KEY) == BearerCredentials(FORGE_URL, token, SITE_URL)


def test_a_token_that_ends_in_a_batch_is_replaced_from_the_store(backend: "Backend") -> None:
    both_sides(backend)
    credentials = backend.new_credentials()
    first = credentials.credentials(CLIENT_KEY)
    backend.clock.now += HOUR - 60
    backend.forge_store.reads = 0
    assert credentials.credentials(CLIENT_KEY) == first
    later = bring_token(backend, "later")
    backend.clock.now += 60
    assert credentials.credentials(CLIENT_KEY) == BearerCredentials(FORGE_URL, later, SITE_URL)


def test_after_a_401_the_row_is_read_again(backend: "Backend") -> None:
    both_sides(backend)
    client, pool = jira(backend, CLIENT_KEY, (200, {}), (401, {}), (200, {}))
    client.get("/rest/api/3/myself")
    newer = bring_token(backend, "newer", seconds=2 * HOUR)
    client.get("/rest/api/3/myself")
    assert [sent.options["headers"]["Authorization"] for sent in pool.sent][-1] == f"Bearer {newer}"


def test_a_401_with_the_newest_token_is_the_callers(backend: "Backend") -> None:
    both_sides(backend)
    client, _ = jira(backend, CLIENT_KEY, (401, {}))
    with pytest.raises(JiraUnauthorized):
        client.get("/rest/api/3/myself")


def test_a_link_to_the_sites_own_address_is_followed_below_the_api(backend: "Backend") -> None:
    both_sides(backend)
    client, pool = jira(backend, CLIENT_KEY, (200, {}))
    client.get(f"{SITE_URL}/rest/api/3/project/search?startAt=50")
    client.get(f"{FORGE_URL}/rest/api/3/project/search?startAt=100")
    assert [sent.url for sent in pool.sent] == [
        f"{FORGE_URL}/rest/api/3/project/search?startAt=50",
        f"{FORGE_URL}/rest/api/3/project/search?startAt=100",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/rest/api/3/myself",
        f"{SITE_URL}.evil.example/rest/api/3/myself",
        f"{API}/ex/jira/00000000-0000-0000-0000-000000000000/rest/api/3/myself",
    ],
)
def test_a_token_of_forges_goes_nowhere_else(backend: "Backend", url: str) -> None:
    both_sides(backend)
    client, pool = jira(backend, CLIENT_KEY, (200, {}))
    with pytest.raises(UrlNotSignable):
        client.get(url)
    assert not pool.sent


def test_the_end_of_one_side_leaves_the_other(backend: "Backend") -> None:
    both_sides(backend)
    backend.uninstall()
    assert isinstance(backend.new_credentials().credentials(CLIENT_KEY), BearerCredentials)
    backend.install(SECRET, installationId=INSTALLATION)
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    assert isinstance(backend.new_credentials().credentials(CLIENT_KEY), ConnectCredentials)
    backend.clock.now += 1
    backend.uninstall()
    with pytest.raises(NotInstalled):
        backend.new_credentials().credentials(CLIENT_KEY)


def test_without_a_connect_side_no_request_that_a_site_signs_is_taken(backend: "Backend") -> None:
    both_sides(backend)
    backend.uninstall()
    with pytest.raises(NotInstalled):
        backend.new_tenants().signing_identity(CLIENT_KEY)


def test_a_row_that_forge_still_needs_is_not_deleted(backend: "Backend") -> None:
    both_sides(backend)
    backend.uninstall()
    writes = backend.store.writes
    for day in range(1, 60):
        backend.clock.now += DAY + 1
        bring_token(backend, f"day-{day}")
        assert backend.row.expires_at is not None
        assert backend.row.expires_at > backend.clock.now + 29 * DAY - 2
    assert backend.store.writes - writes <= 60
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED))
    ends = backend.row.expires_at
    backend.clock.now += DAY
    assert backend.row.expires_at == ends


def test_of_several_live_installations_the_one_last_installed_speaks(backend: "Backend") -> None:
    both_sides(backend)
    backend.forge.lifecycle(lifecycle(backend, UPGRADED))
    backend.clock.now += 100
    other: dict[str, Any] = {"app": {"installationId": OTHER_INSTALLATION}}
    backend.forge.lifecycle(lifecycle(backend, INSTALLED, **other))
    backend.new_links().join(OTHER_INSTALLATION, CLIENT_KEY)
    newer = bring_token(backend, "of the other", **other)
    bring_token(backend, "of the first", seconds=2 * HOUR)
    credentials = backend.new_credentials().credentials(CLIENT_KEY)
    assert isinstance(credentials, BearerCredentials)
    assert credentials.access_token == newer
    backend.forge.lifecycle(lifecycle(backend, UNINSTALLED, **other))
    first = bring_token(backend, "of the first again", seconds=3 * HOUR)
    credentials = backend.new_credentials().credentials(CLIENT_KEY)
    assert isinstance(credentials, BearerCredentials)
    assert credentials.access_token == first


def test_the_client_key_is_asked_of_jira_where_connect_did_not_name_the_installation(
    backend: "Backend",
) -> None:
    backend.install(SECRET, age=20)
    bring_token(backend)
    client, pool = jira(backend, FORGE_KEY, (200, {"key": CLIENT_KEY_PROPERTY, "value": CLIENT_KEY}))
    backend.new_links().ask(LinkRequest(FORGE_KEY), client)
    assert pool.sent[0].url == (
        f"{FORGE_URL}/rest/atlassian-connect/1/addons/{backend.app.app_key}/properties/{CLIENT_KEY_PROPERTY}"
    )
    assert backend.forge_store.rows[INSTALLATION].tenant == CLIENT_KEY
    assert isinstance(backend.new_credentials().credentials(CLIENT_KEY), BearerCredentials)


@pytest.mark.parametrize(
    "answer",
    [(404, {}), (200, {"value": "unknown-here"}), (200, {"value": INSTALLATION}), (200, {"value": 5})],
)
def test_without_a_site_to_join_it_stays_a_tenant_of_its_own(backend: "Backend", answer: Any) -> None:
    backend.install(SECRET, age=20)
    bring_token(backend)
    client, _ = jira(backend, FORGE_KEY, answer)
    backend.new_links().ask(LinkRequest(FORGE_KEY), client)
    assert backend.forge_store.rows[INSTALLATION].tenant == INSTALLATION
    assert backend.row.site.installation_id is None


def test_a_site_that_has_yet_to_grant_its_permissions_is_asked_again(backend: "Backend") -> None:
    backend.install(SECRET, age=20)
    bring_token(backend)
    client, _ = jira(backend, FORGE_KEY, (403, {}))
    with pytest.raises(TemporarilyUnavailable):
        backend.new_links().ask(LinkRequest(FORGE_KEY), client)


def test_a_join_survives_the_queue() -> None:
    assert read_text(to_text(LinkRequest(FORGE_KEY))) == LinkRequest(FORGE_KEY)
    assert json.loads(to_text(LinkRequest(FORGE_KEY)))["kind"] == "forge-join"


def test_a_reinstall_that_does_not_name_forges_installation_keeps_it(backend: "Backend") -> None:
    both_sides(backend)
    backend.install("n" * 40)
    assert backend.row.site.installation_id == INSTALLATION


ISSUE, COMMENT = {"id": "10073", "key": "SP-10"}, {"id": "10500", "created": "2026-11-24T10:00:00.000+0000"}
IN_BOTH_WORLDS = [
    ("jira:issue_updated", {"issue": ISSUE}, {"issue": ISSUE}, "10073"),
    ("jira:issue_created", {"issue": ISSUE, "user": {"accountId": "a"}}, {"issue": ISSUE}, "10073"),
    ("comment_created", {"issue": ISSUE, "comment": COMMENT}, {"comment": COMMENT, "issue": ISSUE}, "10500"),
    ("worklog_deleted", {"worklog": {"id": "7"}}, {"worklog": {"id": "7"}}, "7"),
    ("issuelink_created", {"issueLink": {"id": 5}}, {"id": "5", "sourceIssueId": "1"}, "5"),
    ("issuetype_created", {"issuetype": {"id": "3"}}, {"issueType": {"id": "3"}}, "3"),
    ("user_updated", {"user": {"accountId": "a"}}, {"user": {"accountId": "a"}}, "a"),
    ("sprint_started", {"sprint": {"id": 11}}, {"sprint": {"id": "11"}}, "11"),
    ("option_voting_changed", {"property": {"key": "k"}}, {"property": {"key": "k"}}, ""),
    ("board_configuration_changed", {"configuration": {"id": 4}}, {"configuration": {"id": 4}}, ""),
    ("jira:issue_deleted", {"issue": "no issue"}, {"issue": None}, ""),
]


@pytest.mark.parametrize(("event", "by_webhook", "by_forge", "thing"), IN_BOTH_WORLDS)
def test_both_worlds_name_the_same_thing(
    event: str, by_webhook: dict[str, Any], by_forge: dict[str, Any], thing: str
) -> None:
    assert thing_of(event, by_webhook) == thing_of(event, by_forge) == thing


def test_a_site_with_both_sides_tells_who_saw_a_change_and_when(backend: "Backend") -> None:
    both_sides(backend)
    request = backend.signed_by_site("/webhooks/issue_created", {}, SECRET)
    proved = backend.new_tenants().verify_request(request)
    assert proved.installation.site.installation_id == INSTALLATION
    at_ms = int(backend.clock.now) * 1000 + 237
    event = event_of(backend, product_event(backend, said={"issue": ISSUE, "timestamp": str(at_ms)}))
    webhook = with_connect_occurrence(
        Webhook(
            client_key=CLIENT_KEY,
            event="jira:issue_created",
            webhook_id="w",
            payload={"issue": ISSUE, "timestamp": at_ms},
        )
    )
    assert (event.client_key, event.event) == (webhook.client_key, webhook.event)
    assert event.occurrence == Occurrence(told_by="forge", thing="10073", at_ms=at_ms)
    assert webhook.occurrence == Occurrence(told_by="connect", thing="10073", at_ms=at_ms)
    for message in (event, webhook):
        assert read_text(to_text(message)) == message


def test_a_site_that_has_the_app_by_one_of_the_two_is_asked_for_no_record(backend: "Backend") -> None:
    backend.install(SECRET)
    webhook = backend.signed_by_site("/webhooks/issue_created", {}, SECRET)
    assert backend.new_tenants().verify_request(webhook).installation.site.installation_id is None
    assert event_of(backend, product_event(backend)).occurrence is None


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("option_attachments_changed", {"timestamp": 1}),
        ("jira:issue_created", {}),
        ("jira:issue_created", {"timestamp": 10**400}),
    ],
)
def test_a_webhook_that_cannot_be_recognised_has_its_own_name(event: str, payload: dict[str, Any]) -> None:
    webhook = Webhook(client_key=CLIENT_KEY, event=event, webhook_id="w", payload=payload)
    assert with_connect_occurrence(webhook) == webhook


def test_a_message_of_before_is_read() -> None:
    before = {"kind": "webhook", "clientKey": "c", "event": "e", "webhookId": "w", "payload": {}}
    assert read_text(json.dumps(before)) == Webhook(
        client_key=ClientKey("c"), event="e", webhook_id="w", payload={}
    )


def test_a_users_token_is_asked_for_with_the_secret_while_there_is_one(backend: "Backend") -> None:
    token = both_sides(backend)
    assert isinstance(backend.credentials.user_grant(CLIENT_KEY, fresh=False), UserGrant)
    backend.uninstall()
    of_forge = ForgeUserGrant(INSTALLATION, BearerCredentials(FORGE_URL, token, SITE_URL))
    assert backend.new_credentials().user_grant(CLIENT_KEY, fresh=False) == of_forge


def test_a_permission_of_others_is_asked_for_with_the_secret_while_jira_takes_it(backend: "Backend") -> None:
    both_sides(backend)
    check = "POST /rest/api/3/permissions/check"
    assert isinstance(backend.credentials.credentials(CLIENT_KEY, check), ConnectCredentials)
    backend.credentials.connect_refused(CLIENT_KEY)
    assert isinstance(backend.credentials.credentials(CLIENT_KEY, check), BearerCredentials)
    assert isinstance(
        backend.credentials.credentials(CLIENT_KEY, "GET /rest/api/3/myself"), BearerCredentials
    )


def test_nothing_shows_a_token(backend: "Backend") -> None:
    token = both_sides(backend)
    shown = repr((backend.credentials.credentials(CLIENT_KEY), backend.forge_store.rows[INSTALLATION]))
    assert token not in shown
    assert replace(backend.forge_store.rows[INSTALLATION]).sealed_token is not None


def test_a_join_is_not_lost_to_whoever_writes_at_the_same_moment(backend: "Backend") -> None:
    backend.install(SECRET, age=20)
    bring_token(backend)
    backend.forge_store.interfere = lambda: bring_token(backend, "newer", seconds=2 * HOUR)
    backend.new_links().join(INSTALLATION, CLIENT_KEY)
    row = backend.forge_store.rows[INSTALLATION]
    assert row.tenant == CLIENT_KEY
    assert row.sealed_token == f"{INSTALLATION}|{system_token('newer', NOW + 2 * HOUR)}".encode()
    assert backend.row.site.installation_id == INSTALLATION


def test_a_pointer_is_not_lost_to_whoever_writes_the_sites_row_at_the_same_moment(
    backend: "Backend",
) -> None:
    backend.install(SECRET, age=20)
    bring_token(backend)
    backend.store.interfere = lambda: backend.install("t" * 40, age=10)
    backend.new_links().join(INSTALLATION, CLIENT_KEY)
    assert backend.row.site.installation_id == INSTALLATION


def test_the_connect_side_that_was_uninstalled_is_good_for_nothing(backend: "Backend") -> None:
    both_sides(backend)
    webhook = backend.signed_by_site("/webhooks/issue_created", {}, SECRET)
    backend.uninstall()
    tenants = backend.new_tenants()
    assert isinstance(backend.new_credentials(tenants).credentials(CLIENT_KEY), BearerCredentials)
    with pytest.raises(NotInstalled):
        tenants.signing_identity(CLIENT_KEY)
    with pytest.raises(NotInstalled):
        tenants.installation(CLIENT_KEY)
    with pytest.raises(TokenRefused, match="app-not-installed"):
        tenants.verify_request(webhook)
