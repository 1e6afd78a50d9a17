"""`installed`, forged: by others than Atlassian, for other apps, about other sites, with other secrets."""

from collections.abc import Mapping

import pytest

from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import CANARY, KID, Draft, Site, new_secret
from tests.e2e.foreign.refusals import Refusal

BY_ANOTHER: Mapping[str, Refusal] = {
    "HS256 with the site's secret": Refusal(
        "alg-not-rs256", lambda draft: draft.signed_with(draft.site.secret)
    ),
    "HS256 with the site's secret, and a kid": Refusal(
        "alg-not-rs256",
        lambda draft: draft.forged({"alg": "HS256", "kid": KID}, secret=draft.site.secret),
    ),
    "HS256 with the public key": Refusal(
        "alg-not-rs256", lambda draft: draft.signed_with(draft.jira.public_key())
    ),
    "HS256 with the public key, and a kid": Refusal(
        "alg-not-rs256",
        lambda draft: draft.forged({"alg": "HS256", "kid": KID}, secret=draft.jira.public_key()),
    ),
    "HMAC with the public key, called RS256": Refusal(
        "signature-mismatch",
        lambda draft: draft.forged({"alg": "RS256", "kid": KID}, secret=draft.jira.public_key()),
    ),
    "RS512 with the right key": Refusal(
        "alg-not-rs256",
        lambda draft: draft.forged({"alg": "RS512", "kid": KID}, key="atlassian", digest="sha512"),
    ),
    "a stranger's key, under a good kid": Refusal(
        "signature-mismatch", lambda draft: draft.signed_with_key("stranger")
    ),
    "a stranger's key, brought along": Refusal(
        "signature-mismatch",
        lambda draft: draft.forged(
            {"alg": "RS256", "kid": KID, "x5c": [draft.jira.public_key("stranger")]}, key="stranger"
        ),
    ),
}

FOR_ANOTHER: Mapping[str, Refusal] = {
    "no aud": Refusal("aud-missing", lambda draft: draft.without("aud")),
    "aud empty": Refusal("aud-missing", lambda draft: draft.claiming(aud=[])),
    "aud of another app": Refusal(
        "aud-mismatch", lambda draft: draft.claiming(aud=["https://other.example"])
    ),
    "aud is the app key": Refusal("aud-mismatch", lambda draft: draft.claiming(aud=[draft.fields["key"]])),
    "aud goes on where ours ends": Refusal(
        "aud-mismatch", lambda draft: draft.claiming(aud=[f"{draft.base_url}x"])
    ),
    "aud is a path of ours": Refusal(
        "aud-mismatch", lambda draft: draft.claiming(aud=[f"{draft.base_url}/other-app"])
    ),
    "aud is the host that the request names": Refusal(
        "aud-mismatch",
        lambda draft: draft.with_header("Host", "evil.example").claiming(aud="https://evil.example"),
    ),
    "aud ends before ours": Refusal("aud-mismatch", lambda draft: draft.claiming(aud=[draft.base_url[:-1]])),
    "aud without the port": Refusal("aud-mismatch", lambda draft: draft.claiming(aud="http://localhost")),
    "aud with two slashes": Refusal("aud-mismatch", lambda draft: draft.claiming(aud=f"{draft.base_url}//")),
    "aud ours, and another's": Refusal(
        "aud-mismatch", lambda draft: draft.claiming(aud=[draft.base_url, "https://other.example"])
    ),
    "aud ours, and a number": Refusal("aud-mismatch", lambda draft: draft.claiming(aud=[draft.base_url, 7])),
    "aud an object": Refusal("aud-mismatch", lambda draft: draft.claiming(aud={draft.base_url: True})),
    "iss is not the body's clientKey": Refusal(
        "client-key-mismatch", lambda draft: draft.claiming(iss="another-site")
    ),
    "iss is the app's own key": Refusal(
        "client-key-mismatch", lambda draft: draft.claiming(iss=draft.fields["key"])
    ),
    "clientKey is not the token's iss": Refusal(
        "client-key-mismatch", lambda draft: draft.saying(clientKey="another-site")
    ),
    "no clientKey": Refusal("client-key-mismatch", lambda draft: draft.leaving_out("clientKey")),
    "clientKey no row can have": Refusal(
        "client-key-unusable", lambda draft: draft.claiming(iss="a b").saying(clientKey="a b"), 400
    ),
    "key of another app": Refusal(
        "app-key-mismatch", lambda draft: draft.saying(key="com.example.other-app"), 400
    ),
    "no key": Refusal("app-key-mismatch", lambda draft: draft.leaving_out("key"), 400),
}


def base_url(url: str) -> Refusal:
    return Refusal("base-url-refused", lambda draft: draft.saying(baseUrl=url), 400)


def secret(value: object) -> Refusal:
    return Refusal("secret-unusable", lambda draft: draft.saying(sharedSecret=value), 400)


def body(reason: str, content: bytes) -> Refusal:
    return Refusal(reason, lambda draft: draft.with_body(content), 400)


SITE = f"{CANARY}-site.atlassian.net"

UNUSABLE: Mapping[str, Refusal] = {
    "uninstalled body": Refusal("event-mismatch", lambda draft: draft.saying(eventType="uninstalled"), 400),
    "no eventType": Refusal("event-mismatch", lambda draft: draft.leaving_out("eventType"), 400),
    "baseUrl http": base_url(f"http://{SITE}"),
    "baseUrl foreign": base_url("https://example.com"),
    "baseUrl looks alike, before": base_url("https://evilatlassian.net"),
    "baseUrl looks alike, after": base_url(f"https://{SITE}.example.com"),
    "baseUrl with Atlassian's in its path": base_url(f"https://example.com/{SITE}"),
    "baseUrl with a user": base_url(f"https://{SITE}@example.com"),
    "baseUrl with a user, on the right host": base_url(f"https://user:word@{SITE}"),
    "baseUrl with a port": base_url(f"https://{SITE}:8443"),
    "baseUrl with a backslash": base_url(f"https://example.com\\.{SITE}"),
    "baseUrl with a fragment": base_url(f"https://{SITE}#@example.com"),
    "baseUrl with a query": base_url(f"https://{SITE}?next=example.com"),
    "baseUrl with a line break": base_url(f"https://{SITE}\n"),
    "baseUrl of this machine": base_url("http://localhost:2990"),
    "baseUrl of another cloud": base_url("https://site.jira-dev.com"),
    "baseUrl empty": base_url(""),
    "no baseUrl": Refusal("base-url-refused", lambda draft: draft.leaving_out("baseUrl"), 400),
    "baseUrl a list": Refusal(
        "base-url-refused", lambda draft: draft.saying(baseUrl=[f"https://{SITE}"]), 400
    ),
    "no sharedSecret": Refusal("secret-unusable", lambda draft: draft.leaving_out("sharedSecret"), 400),
    "sharedSecret null": secret(None),
    "sharedSecret empty": secret(""),
    "sharedSecret short": secret("x" * 31),
    "sharedSecret endless": secret("x" * 1025),
    "sharedSecret a number": secret(10**40),
    "sharedSecret half a character": secret("\ud800" * 40),
    "body empty": body("body-not-json", b""),
    "body not JSON": body("body-not-json", b"clientKey=canary&sharedSecret=canary"),
    "body not text": body("body-not-json", b"\xff\xfe\xfd"),
    "body cut": body("body-not-json", b'{"key": "canary'),
    "body nested deeply": body("body-not-json", b"[" * 100_000),
    "body a list": body("body-not-object", b'[{"canary": 1}]'),
    "body null": body("body-not-object", b"null"),
}


def is_refused(app: App, refusal: Refusal, forged: Draft) -> None:
    """And its secret opens nothing, while the one from before does."""
    site = forged.site
    before = app.row(site)
    app.refuses(refusal.spoil(forged), refusal.reason, status=refusal.status)
    assert app.row(site) == before
    app.refuses(app.webhook(site).signed_with(forged.fields["sharedSecret"]), "secret-mismatch")
    app.accepts(app.webhook(site))


@pytest.mark.parametrize("refusal", BY_ANOTHER.values(), ids=BY_ANOTHER)
def test_by_another(app: App, refusal: Refusal) -> None:
    is_refused(app, refusal, app.install(app.installed_site()).saying(sharedSecret=new_secret()))


@pytest.mark.parametrize("refusal", FOR_ANOTHER.values(), ids=FOR_ANOTHER)
def test_for_another(app: App, refusal: Refusal) -> None:
    is_refused(app, refusal, app.install(app.installed_site()).saying(sharedSecret=new_secret()))


@pytest.mark.parametrize("refusal", UNUSABLE.values(), ids=UNUSABLE)
def test_unusable(app: App, refusal: Refusal) -> None:
    site = app.installed_site()
    before = app.row(site)
    app.refuses(refusal.spoil(app.install(site)), refusal.reason, status=refusal.status)
    assert app.row(site) == before


UNINSTALL: Mapping[str, Refusal] = {
    **BY_ANOTHER,
    **{
        name: FOR_ANOTHER[name]
        for name in ("no aud", "aud of another app", "clientKey is not the token's iss")
    },
    **{name: UNUSABLE[name] for name in ("body empty", "body a list")},
    "installed body": Refusal("event-mismatch", lambda draft: draft.saying(eventType="installed"), 400),
    "key of another app": FOR_ANOTHER["key of another app"],
}


@pytest.mark.parametrize("refusal", UNINSTALL.values(), ids=UNINSTALL)
def test_uninstall(app: App, refusal: Refusal) -> None:
    """The webhook is the site's first: nothing of it is remembered that could be out of date."""
    site = app.installed_site()
    app.refuses(refusal.spoil(app.uninstall(site)), refusal.reason, status=refusal.status)
    app.accepts(app.webhook(site))


def test_the_install_of_a_site_that_is_not_known_is_no_less_refused(app: App) -> None:
    site = Site()
    app.refuses(app.install(site).signed_with_key("stranger"), "signature-mismatch")
    assert app.row(site) is None
    app.refuses(app.webhook(site), "app-not-installed")
