"""A right request has no finding at all, whatever its URL."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode

import atlassian_jwt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connect_jwt.diagnosis import Direction, Evidence, Verdict, diagnose
from tests.interop.urls import UNRESERVED, any_text, paths, queries, text_in_one_order
from tests.unit.diagnosis.signed import (
    APP_KEY,
    APP_URL,
    PREVIOUS_SECRET,
    SITE_URL,
    app_token,
    call,
    enabled,
    evidence,
    from_page,
    install,
    install_token,
    payload,
    secrets,
    site_token,
    webhook,
)
from tests.unit.jwt.handmade import NOW, SECRET, SITE

METHODS = st.sampled_from(["GET", "POST", "put", "Delete", "PATCH"])
PATHS = paths(characters=UNRESERVED + "!$&'()*+,=@:")
BASE_PATHS = st.sampled_from(["", "/wiki", "/jira", "/prod", "/a/b"])


def sent_queries(texts: Callable[..., st.SearchStrategy[str]] = any_text) -> st.SearchStrategy[str]:
    return queries(names=texts(min_size=1), values=texts()).map(without_token)


def without_token(query: str) -> str:
    return "&".join(part for part in query.split("&") if unquote_plus(part.partition("=")[0]) != "jwt")


def canonical(method: str, path: str, query: str) -> str:
    """As the documentation tells, with values sorted as Java sorts them."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(quote(name, safe="~"), []).append(value)
    parameters = [
        f"{name}={','.join(quote(value, safe='~') for value in sorted(values[name], key=utf16))}"
        for name in sorted(values)
    ]
    path = path.removesuffix("/").replace("&", "%26") or "/"
    return f"{method.upper()}&{path}&{'&'.join(parameters)}"


def utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


def assert_accepted(right: Evidence, direction: Direction) -> None:
    diagnosis = diagnose(right)
    assert diagnosis.findings == ()
    assert diagnosis.unsettled == ()
    assert diagnosis.verdict is Verdict.ACCEPTED
    assert diagnosis.direction is direction
    assert diagnosis.actual_qsh == diagnosis.expected_qsh


right_requests = settings(derandomize=True, deadline=None, max_examples=300)


@right_requests
@given(method=METHODS, base_path=BASE_PATHS, path=PATHS, query=sent_queries())
def test_calls_to_jira(method: str, base_path: str, path: str, query: str) -> None:
    assume(not {".", ".."} & set(path.split("/")))
    base_url = f"https://jira.example.com{base_path}"
    url = f"{base_url}/rest{path}?{query}"
    token = app_token(canonical(method, f"/rest{path}", query))
    right = call(token, method=method, url=url, base_url=base_url, scopes=("ADMIN",))
    assert_accepted(right, Direction.TO_JIRA)


# It knows parameters after a semicolon and sorts by code point; its tokens say `aud`, which Jira ignores.
@right_requests
@given(
    method=METHODS,
    path=paths(characters=UNRESERVED),
    query=sent_queries(text_in_one_order),
)
def test_calls_to_jira_signed_by_atlassian_jwt(method: str, path: str, query: str) -> None:
    assume(not {".", ".."} & set(path.split("/")))
    token = atlassian_jwt.encode_token(
        method,
        f"/rest{path}?{query}",
        clientKey=SITE,
        sharedSecret=SECRET,
        payload_kwargs={"iss": APP_KEY, "iat": NOW, "exp": NOW + 180},
    )
    assert_accepted(call(token, method=method, url=f"{SITE_URL}/rest{path}?{query}"), Direction.TO_JIRA)


@right_requests
@given(
    method=METHODS,
    base_path=BASE_PATHS,
    path=PATHS,
    query=sent_queries(),
    is_decoded=st.booleans(),
    in_url=st.booleans(),
)
def test_requests_to_the_app(
    method: str, base_path: str, path: str, query: str, *, is_decoded: bool, in_url: bool
) -> None:
    base_url, path = f"{APP_URL}{base_path}", f"/pages{path}"
    signed = unquote(path) if is_decoded else path
    token = site_token(canonical(method, signed, query))
    url = f"{base_url}{path}?{query}" + (f"&jwt={token}" if in_url else "")
    right = webhook(None if in_url else token, method=method, url=url, base_url=base_url)
    if in_url:
        right = evidence(None, method=method, url=url, base_url=base_url)
    assert_accepted(right, Direction.TO_APP)


@right_requests
@given(base_path=BASE_PATHS, path=PATHS, query=sent_queries(), method=METHODS)
def test_calls_of_the_app_s_own_pages(method: str, base_path: str, path: str, query: str) -> None:
    url = f"{APP_URL}{base_path}/api{path}?{query}"
    token = site_token(qsh="context-qsh", sub="5b10ac8d82e05b22cc7d4ef5")
    assert_accepted(
        webhook(token, method=method, url=url, base_url=f"{APP_URL}{base_path}"), Direction.TO_APP
    )


AS_A_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
RIGHT: dict[str, Evidence] = {
    "within the leeway after its end": call(app_token(iat=NOW - 200, exp=NOW - 30)),
    "within the leeway before its beginning": call(app_token(iat=NOW + 30, nbf=NOW + 30)),
    "valid for the hour that is the limit": webhook(site_token(iat=NOW, exp=NOW + 3600)),
    "an audience, which Jira ignores": call(app_token(aud=[SITE])),
    "a subject that is null": call(app_token(sub=None)),
    "the scheme in small letters": call(scheme="jwt "),
    "blanks around the token": call(f" {app_token()} "),
    "the token in the header and in the URL": webhook(
        site_token(), url=f"{APP_URL}/webhooks/issue?project=Planets&jwt={site_token()}"
    ),
    "the token in the URL, and Basic credentials": webhook(
        "dTpw", scheme="Basic ", url=f"{APP_URL}/webhooks/issue?project=Planets&jwt={site_token()}"
    ),
    "the host in capitals": call(url="https://SITE.atlassian.net/rest/x", token=app_token("GET&/rest/x&")),
    "the port that is meant anyway": call(
        url="https://site.atlassian.net:443/rest/x", token=app_token("GET&/rest/x&")
    ),
    "a name and a password in the URL": call(
        url="https://me:pass@site.atlassian.net/rest/x", token=app_token("GET&/rest/x&")
    ),
    "a relative URL": call(url="/rest/x", token=app_token("GET&/rest/x&")),
    "a slash after the base URL": call(base_url=f"{SITE_URL}/"),
    "a base URL that is a path": call(base_url="/"),
    "the root": call(url=f"{SITE_URL}/", token=app_token("GET&/&")),
    "the bare host": call(url=SITE_URL, token=app_token("GET&/&")),
    "a fragment": call(url=f"{SITE_URL}/rest/x#a", token=app_token("GET&/rest/x&")),
    "a form's fields in the hash": call(
        app_token("POST&/rest/x&a=1&q=a%20b"),
        method="POST",
        url=f"{SITE_URL}/rest/x?a=1",
        headers=AS_A_FORM,
        body="q=a+b",
    ),
    "a form that is empty": call(
        app_token("POST&/rest/x&"), method="POST", url=f"{SITE_URL}/rest/x", headers=AS_A_FORM, body=""
    ),
    "a form in a PUT": call(
        app_token("PUT&/rest/x&"), method="PUT", url=f"{SITE_URL}/rest/x", headers=AS_A_FORM, body="a=1"
    ),
    "a form's type without a body in a GET": call(headers=AS_A_FORM),
    "just enough scope": call(scopes=("read",)),
    "a webhook of JSON": webhook(headers={"Content-Type": "application/json"}, body='{"a": 1}'),
    "a webhook of a form": webhook(headers=AS_A_FORM, body="a=1"),
    "a webhook signed with the previous secret": webhook(
        site_token(secret=PREVIOUS_SECRET), secrets=secrets(SECRET, PREVIOUS_SECRET)
    ),
    "a webhook on behalf of a user": webhook(site_token(sub="5b10ac8d82e05b22cc7d4ef5")),
    "a webhook at a path of the app's choice": webhook(
        site_token("POST&/hooks/issue&", context=None), url=f"{APP_URL}/hooks/issue"
    ),
    "enabled": enabled(),
    "a page's own call": from_page(),
}


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT)
def test_what_is_right_in_an_unusual_way(right: Evidence) -> None:
    diagnosis = diagnose(right)
    assert (diagnosis.findings, diagnosis.unsettled) == ((), ())
    assert diagnosis.verdict is Verdict.ACCEPTED
    assert diagnosis.actual_qsh == diagnosis.expected_qsh


@pytest.mark.parametrize("base_url", [APP_URL, f"{APP_URL}/", f"{APP_URL}/prod"])
@pytest.mark.parametrize("as_list", [True, False])
def test_a_right_install_has_no_finding(base_url: str, *, as_list: bool) -> None:
    token: Any = install_token(aud=[base_url] if as_list else base_url)
    url = f"{base_url.rstrip('/')}/lifecycle/installed"
    assert diagnose(install(token, url=url, base_url=base_url)).findings == ()


def test_an_install_s_query_is_in_its_hash() -> None:
    query = urlencode({"user_key": "a b"})
    token = install_token(qsh="74d0e3ef")
    diagnosis = diagnose(install(token, url=f"{APP_URL}/lifecycle/installed?{query}", body=payload()))
    assert diagnosis.canonical == "POST&/lifecycle/installed&user_key=a%20b"
