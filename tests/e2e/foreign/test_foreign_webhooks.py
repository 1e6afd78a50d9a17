"""Webhooks: whatever a site may send is taken, whoever else sends it is refused."""

import json
from collections.abc import Mapping

import pytest

from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import CANARY, KID, new_secret
from tests.e2e.foreign.refusals import Refusal

MIB = 1024 * 1024

REFUSED: Mapping[str, Refusal] = {
    "HS512 with the right secret": Refusal(
        "alg-not-hs256", lambda draft: draft.signed_with(draft.site.secret, "HS512")
    ),
    "HS384 with the right secret": Refusal(
        "alg-not-hs256", lambda draft: draft.signed_with(draft.site.secret, "HS384")
    ),
    "RS256 with Atlassian's key": Refusal(
        "alg-not-hs256", lambda draft: draft.signed_with_key().claiming(aud=[draft.base_url])
    ),
    "RS256 called HS256": Refusal(
        "signature-not-hs256", lambda draft: draft.forged({"alg": "HS256", "kid": KID}, key="atlassian")
    ),
    "Atlassian's public key as secret": Refusal(
        "secret-mismatch", lambda draft: draft.signed_with(draft.jira.public_key())
    ),
    "no secret at all": Refusal("secret-mismatch", lambda draft: draft.forged({"alg": "HS256"}, secret="")),
    "a made-up secret": Refusal("secret-mismatch", lambda draft: draft.signed_with(new_secret())),
    "the secret and a space": Refusal(
        "secret-mismatch", lambda draft: draft.signed_with(f"{draft.site.secret} ")
    ),
    "an unknown site": Refusal("app-not-installed", lambda draft: draft.claiming(iss="unknown-site")),
    "a site no row can have": Refusal("app-not-installed", lambda draft: draft.claiming(iss="un known")),
    "a path that the descriptor does not name": Refusal(
        "event-mismatch", lambda draft: draft.to("/webhooks/issue_deleted"), 400
    ),
}

QUERIES = {
    "one": "a=canary",
    "empty values": "canary=&b=&c",
    "no equals sign": "canary",
    "repeated": "id=10&id=9&canary=1&id=&id=a",
    "repeated, encoded": "id=%3A1&id=.1&id=%2C&canary=,",
    "brackets": "canary[]=1&canary[]=2&canary[a]=3",
    "brackets, encoded": "canary%5B%5D=1&canary%5B%5D=[2]",
    "pluses and spaces": "q=canary+b%20c%2Bd",
    "stars, tildes, quotes": "q=canary*~!'()",
    "stars and tildes, encoded": "q=canary%2A%7E%21%27",
    "of the world": "q=canary%E5%AE%AE%20%F0%9F%98%80",
    "of the world, as a name": "%E5%AE%AE=canary",
    "lower-case hex": "q=canary%e5%ae%ae%2f",
    "unordered": "z=1&canary=2&A=3&a=4&_=5",
    "equals signs in a value": "jql=canary%3D1=2==",
    "a URL": "xdm_e=https%3A%2F%2Fcanary.atlassian.net&cp=&lic=none",
    "slashes and colons": "at=2026-11-23T10:00:00/canary?@;$",
    "ampersands too many": "&&a=canary&&",
    "a JWT that is none": "JWT=canary&jwtx=1",
}

UNREAD = {
    "not JSON": b"canary=1",
    "cut": b'{"canary": {',
    "nested deeply": b"[" * 100_000,
    "nested deeply, and JSON": b'{"canary":' * 9000 + b"1" + b"}" * 9000,
    "a list": b'["canary"]',
    "a text": b'"canary"',
    "no number": b'{"canary": NaN}',
    "not UTF-8": b'{"canary": "\xe9\xff"}',
}

CONTENT_TYPES = [
    *("application/json; charset=UTF-8", "application/json;charset=utf-8", "application/vnd.atlassian+json"),
    *("text/plain", "application/octet-stream", "image/png", "application/x-www-form-urlencoded", ""),
]


@pytest.mark.parametrize("refusal", REFUSED.values(), ids=REFUSED)
def test_refused(app: App, refusal: Refusal) -> None:
    """And a good one is taken, as before."""
    site = app.installed_site()
    app.refuses(refusal.spoil(app.webhook(site)), refusal.reason, status=refusal.status)
    app.accepts(app.webhook(site))


def test_one_site_does_not_speak_for_another(app: App) -> None:
    one, other = app.installed_site(), app.installed_site()
    app.accepts(app.webhook(other))
    app.refuses(app.webhook(one).signed_with(other.secret), "secret-mismatch")


def test_the_app_does_not_speak_for_a_site(app: App) -> None:
    site = app.installed_site()
    app.refuses(app.webhook(site).claiming(iss=app.descriptor["key"]), "iss-is-app-key")


def test_a_webhooks_token_is_good_for_its_path_only(app: App) -> None:
    site = app.installed_site()
    webhook = app.webhook(site)
    app.accepts(webhook)
    app.refuses(app.toggle("disabled", site).signed_by(lambda _: webhook.token), "qsh-mismatch")


@pytest.mark.parametrize("size", [MIB, 3 * MIB])
def test_what_is_larger_than_a_message_is_taken(app: App, size: int) -> None:
    app.accepts(app.webhook(app.installed_site()).saying(comment=CANARY.ljust(size)))


@pytest.mark.parametrize("size", [6 * MIB, 10 * MIB])
def test_what_is_larger_than_lambda_or_the_api_takes_does_not_get_through(app: App, size: int) -> None:
    site = app.installed_site()
    start = len(app.log.lines)
    assert app.send(app.webhook(site).saying(comment=CANARY.ljust(size))).status == 413
    assert app.log.lines[start:] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/webhooks/issue_created"), ("POST", "/webhooks"), ("POST", "/webhooks/issue_created/more")],
)
def test_where_there_is_no_route_there_is_nothing(app: App, method: str, path: str) -> None:
    webhook = app.webhook(app.installed_site()).to(path)
    webhook.method = method
    assert app.send(webhook).status == 404


# --- what is taken


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_any_query_is_taken_as_it_is_sent(app: App, query: str) -> None:
    app.accepts(app.webhook(app.installed_site()).asking(query))


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_likewise_with_the_token_behind_it(app: App, query: str) -> None:
    app.accepts(app.webhook(app.installed_site()).asking(query).in_query())


def test_the_token_may_be_in_the_query_alone_or_in_both_places(app: App) -> None:
    site = app.installed_site()
    app.accepts(app.webhook(site).in_query())
    app.accepts(app.webhook(site).in_both())


@pytest.mark.parametrize("scheme", ["JWT", "jwt", "Jwt"])
def test_the_scheme_may_be_written_in_any_case(app: App, scheme: str) -> None:
    app.accepts(app.webhook(app.installed_site()).authorized_as(lambda token: f"{scheme} {token}"))


def test_the_same_webhook_twice_is_taken_twice(app: App) -> None:
    site = app.installed_site()
    webhook = app.webhook(site).with_header("X-Atlassian-Webhook-Identifier", "the-same")
    app.accepts(webhook)
    app.accepts(webhook.with_header("X-Atlassian-Webhook-Retry", "1"))
    messages = app.worker.messages_of(site, count=2)
    assert [message["webhookId"] for message in messages] == ["the-same", "the-same"]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_the_content_type_is_of_no_interest(app: App, content_type: str) -> None:
    site = app.installed_site()
    webhook = app.webhook(site).with_header("Content-Type", content_type)
    app.accepts(webhook)
    (message,) = app.worker.messages_of(site, count=1)
    assert message["payload"] == webhook.fields


@pytest.mark.parametrize(
    "summary",
    ["宮 😀 é \u2028 \u0000 \u007f", "\ud83d", "\ufffe\uffff", "</script>\\\"'"],
    ids=["of the world", "half a character", "no characters", "quotes"],
)
@pytest.mark.parametrize("escaped", [True, False])
def test_any_text_arrives_as_it_was(app: App, summary: str, escaped: bool) -> None:  # noqa: FBT001 - a case
    site = app.installed_site()
    webhook = app.webhook(site).saying(issue={"key": "DEMO-1", "fields": {"summary": summary}})
    if not escaped:
        webhook.with_body(json.dumps(webhook.fields, ensure_ascii=False).encode(errors="surrogatepass"))
    app.accepts(webhook)
    (message,) = app.worker.messages_of(site, count=1)
    assert message["payload"] == webhook.fields


@pytest.mark.parametrize("body", UNREAD.values(), ids=UNREAD)
def test_a_body_that_cannot_be_read_arrives_as_text(app: App, body: bytes) -> None:
    site = app.installed_site()
    app.accepts(app.webhook(site).with_body(body))
    (message,) = app.worker.messages_of(site, count=1)
    assert (message["payload"], message["unread"]) == ({}, body.decode(errors="replace"))


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", ""])
def test_a_webhook_without_a_body_has_an_empty_payload(app: App, content_type: str) -> None:
    site = app.installed_site()
    app.accepts(app.webhook(site).with_body(b"").with_header("Content-Type", content_type))
    (message,) = app.worker.messages_of(site, count=1)
    assert (message["payload"], message["unread"]) == ({}, None)


def test_a_number_that_python_does_not_take_costs_nothing_else(app: App) -> None:
    site = app.installed_site()
    app.accepts(app.webhook(site).with_body(b'{"issue": {"key": "DEMO-1"}, "n": %s}' % (b"9" * 5000)))
    (message,) = app.worker.messages_of(site, count=1)
    assert message["payload"] == {"issue": {"key": "DEMO-1"}, "n": "9" * 5000}


@pytest.mark.parametrize("size", [MIB, 4 * MIB])
def test_a_large_body_that_cannot_be_read_is_taken(app: App, size: int) -> None:
    app.accepts(app.webhook(app.installed_site()).with_body(CANARY.encode().ljust(size)))


def test_the_query_is_passed_on_without_the_token_in_it(app: App) -> None:
    site = app.installed_site()
    webhook = app.webhook(site).asking("issue=DEMO-1&user_id=&issue=canary%20%2B").in_query()
    app.accepts(webhook)
    (message,) = app.worker.messages_of(site, count=1)
    assert message["signedQuery"] == {"issue": ["DEMO-1", "canary +"], "user_id": [""]}
    assert webhook.token not in str(message)


def test_a_large_webhook_is_taken(app: App) -> None:
    site = app.installed_site()
    app.accepts(app.webhook(site).saying(comment=CANARY.ljust(MIB - 2000)))


def test_claims_that_nobody_knows_fail_nothing(app: App) -> None:
    context = {"user": {"accountId": CANARY}, "nested": json.loads("[" * 500 + "]" * 500)}
    webhook = app.webhook(app.installed_site())
    app.accepts(webhook.claiming(context=context, sub="557058:a1", aud=["anyone"], nbf=webhook.now))
