"""Calls that Jira accepts and refuses, with the known reason."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from connect_jwt.canonical import query_string_hash
from connect_local.jira import LaptopJira
from connect_local.jira.authentication import CallRefused, RestCall, authenticate
from connect_local.jira.install_key import InstallKey
from connect_local.jira.site import ADMIN
from tests.laptop.fake_app import KEY, FakeApp
from tests.laptop.jira_server import JiraServer
from tests.laptop.verbatim_http import VerbatimHttp

MYSELF = "/rest/api/3/myself"
TIMES = {"iat", "exp", "nbf"}
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def reason_of_last_call(jira_http: VerbatimHttp) -> str | None:
    reason: str | None = jira_http.send("GET", "/_local/requests").json()[-1]["reason"]
    return reason


def good_claims(app: FakeApp) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(app.token("GET", MYSELF), options={"verify_signature": False})
    return claims


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", MYSELF),
        ("GET", f"{MYSELF}?"),
        ("GET", f"{MYSELF}?b=2&a=1&a=%20x&empty=&plus=a+b&c=%2C,"),
        ("GET", "/rest/api/3/issue/DEMO-404?fields=*all,-comment"),
        ("POST", "/rest/api/3/search/jql"),
    ],
)
def test_a_call_signed_by_atlassians_own_package_is_accepted(
    jira_http: VerbatimHttp, installed_app: FakeApp, method: str, target: str
) -> None:
    answer = jira_http.send(method, target, headers=installed_app.sign(method, target))
    assert answer.status in {200, 404, 415}
    assert reason_of_last_call(jira_http) is None


def test_the_token_may_be_in_the_query(jira_http: VerbatimHttp, installed_app: FakeApp) -> None:
    target = f"{MYSELF}?expand=groups"
    assert jira_http.send("GET", f"{target}&jwt={installed_app.token('GET', target)}").status == 200


def test_an_hour_is_no_too_long_life(jira_http: VerbatimHttp, installed_app: FakeApp) -> None:
    headers = installed_app.sign("GET", MYSELF, exp=now() + 3600)
    assert jira_http.send("GET", MYSELF, headers=headers).status == 200


def now() -> int:
    return int(time.time())


@pytest.mark.parametrize(
    ("claims", "status", "reason"),
    [
        ({"exp": -20}, 200, None),
        ({"exp": -120}, 401, "expired"),
        ({"iat": 120}, 200, None),
        ({"nbf": 20}, 200, None),
        ({"nbf": 120}, 401, "not-yet-valid"),
        ({"nbf": 10, "exp": 5}, 401, "not-yet-valid"),
        ({"iss": "com.example.unheard-of"}, 401, "iss-unknown"),
        ({"iss": f"jira:{KEY}"}, 401, "iss-unknown"),
        ({"qsh": "context-qsh"}, 401, "qsh-is-context"),
        ({"qsh": "0" * 64}, 401, "qsh-mismatch"),
        ({"sub": ""}, 400, "sub-empty"),
        ({"sub": "5b10nobody"}, 401, "sub-unknown"),
        ({"sub": ADMIN.account_id}, 403, "sub-present"),
    ],
)
def test_claims_are_checked(
    jira_http: VerbatimHttp, installed_app: FakeApp, claims: dict[str, Any], status: int, reason: str | None
) -> None:
    claims = {name: now() + value if name in TIMES else value for name, value in claims.items()}
    answer = jira_http.send("GET", MYSELF, headers=installed_app.sign("GET", MYSELF, **claims))
    assert (answer.status, reason_of_last_call(jira_http)) == (status, reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda claims: claims.pop("iss"), "iss-unknown"),
        (lambda claims: claims.pop("exp"), "exp-missing"),
        (lambda claims: claims.pop("iat"), "iat-missing"),
        (lambda claims: claims.pop("qsh"), "qsh-missing"),
        (lambda claims: claims.update(exp=float(now() + 180)), "time-not-integer"),
        (lambda claims: claims.update(exp=str(now() + 180)), "time-not-integer"),
        (lambda claims: claims.update(iat=True), "time-not-integer"),
        (lambda claims: claims.update(nbf=None, qsh=1), "time-not-integer"),
    ],
)
def test_claims_are_required(
    jira_http: VerbatimHttp, installed_app: FakeApp, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    claims = good_claims(installed_app)
    change(claims)
    token = jwt.encode(claims, installed_app.installed["sharedSecret"], algorithm="HS256")
    answer = jira_http.send("GET", MYSELF, headers={"Authorization": f"JWT {token}"})
    assert (answer.status, reason_of_last_call(jira_http)) == (401, reason)


@pytest.mark.parametrize(
    ("key", "algorithm", "reason"),
    [
        ("another secret, which is long enough to sign with", "HS256", "secret-mismatch"),
        (
            "x" * 64,
            "HS512",
            "alg-not-hs256",
        ),
        (PRIVATE_KEY, "RS256", "alg-not-hs256"),
        ("", "none", "alg-none"),
    ],
)
def test_only_hs256_with_the_shared_secret_is_a_signature(
    jira_http: VerbatimHttp, installed_app: FakeApp, key: Any, algorithm: str, reason: str
) -> None:
    token = jwt.encode(good_claims(installed_app), key, algorithm=algorithm)
    answer = jira_http.send("GET", MYSELF, headers={"Authorization": f"JWT {token}"})
    assert (answer.status, reason_of_last_call(jira_http)) == (401, reason)


def test_the_client_key_is_no_issuer(jira_http: VerbatimHttp, installed_app: FakeApp) -> None:
    client_key = installed_app.installed["clientKey"]
    answer = jira_http.send("GET", MYSELF, headers=installed_app.sign("GET", MYSELF, iss=client_key))
    assert answer.status == 401
    request = jira_http.send("GET", "/_local/requests").json()[-1]
    assert (request["reason"], request["clientKey"]) == ("iss-is-client-key", client_key)


@pytest.mark.parametrize(
    ("authorization", "status", "reason"),
    [
        (None, 401, "token-missing"),
        ("Bearer {token}", 401, "scheme-not-jwt"),
        ("Basic YWRtaW46YWRtaW4=", 401, "scheme-not-jwt"),
        ("JWT", 400, "token-malformed"),
        ("JWT not-a-token", 400, "token-malformed"),
        ("JWT a.b.c", 400, "token-malformed"),
        ("JWT {token}.x", 400, "token-malformed"),
        ("JWT " + "x" * 9000, 400, "token-too-large"),
    ],
)
def test_a_token_must_be_there_and_readable(
    jira_http: VerbatimHttp, installed_app: FakeApp, authorization: str | None, status: int, reason: str
) -> None:
    token = installed_app.token("GET", MYSELF)
    headers = {"Authorization": authorization.format(token=token)} if authorization else {}
    answer = jira_http.send("GET", MYSELF, headers=headers)
    assert (answer.status, reason_of_last_call(jira_http)) == (status, reason)


def test_two_different_tokens_are_refused(jira_http: VerbatimHttp, installed_app: FakeApp) -> None:
    other = installed_app.token("GET", MYSELF, iat=now() - 1)
    answer = jira_http.send("GET", f"{MYSELF}?jwt={other}", headers=installed_app.sign("GET", MYSELF))
    assert (answer.status, reason_of_last_call(jira_http)) == (401, "token-twice")


@pytest.mark.parametrize(
    ("signed", "sent", "reason"),
    [
        (("GET", MYSELF), ("GET", f"{MYSELF}?a=1"), "qsh-query-missing"),
        (("GET", f"{MYSELF}?a=1"), ("GET", f"{MYSELF}?a=2"), "qsh-mismatch"),
        (("GET", "/rest/api/3/serverInfo"), ("GET", MYSELF), "qsh-mismatch"),
        (("GET", "/jira.example:2990/rest/api/3/myself"), ("GET", MYSELF), "qsh-mismatch"),
        (("PUT", "/rest/api/3/issue/DEMO-1"), ("GET", "/rest/api/3/issue/DEMO-1"), "qsh-method"),
    ],
)
def test_the_hash_binds_method_path_and_query(
    jira_http: VerbatimHttp,
    installed_app: FakeApp,
    signed: tuple[str, str],
    sent: tuple[str, str],
    reason: str,
) -> None:
    answer = jira_http.send(*sent, headers=installed_app.sign(*signed))
    assert (answer.status, reason_of_last_call(jira_http)) == (401, reason)


def test_the_fields_of_a_form_count_as_parameters(jira_http: VerbatimHttp, installed_app: FakeApp) -> None:
    target, form = "/rest/api/3/issue", "b=2+3&a=1"
    form_type = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    headers = installed_app.sign("POST", target) | form_type
    assert jira_http.send("POST", target, headers=headers, body=form).status == 401
    assert reason_of_last_call(jira_http) == "qsh-form-body"
    headers = installed_app.sign("POST", f"{target}?a=1&b=2%203") | form_type
    assert jira_http.send("POST", target, headers=headers, body=form).status == 415
    assert reason_of_last_call(jira_http) is None


def test_the_path_is_hashed_as_it_is_sent_not_decoded(
    jira_http: VerbatimHttp, installed_app: FakeApp
) -> None:
    sent, decoded = "/rest/api/3/issue/DEMO%2D1", "/rest/api/3/issue/DEMO-1"
    assert jira_http.send("GET", sent, headers=installed_app.sign("GET", sent)).status == 404
    assert jira_http.send("GET", sent, headers=installed_app.sign("GET", decoded)).status == 401


@pytest.mark.parametrize(
    "target",
    [
        "//rest/api/3/myself",
        "/rest//api/3/myself",
        "/rest/./api/3/myself",
        "/rest/api/3/x/../myself",
        "/x/../rest/api/3/myself",
        "/rest/api/3/myself/.",
        "/rest/api/3/myself//",
    ],
)
def test_a_path_that_is_not_its_own_normal_form_is_improper(
    jira_http: VerbatimHttp, installed_app: FakeApp, target: str
) -> None:
    headers = installed_app.sign("GET", target, qsh=query_string_hash("GET", target, ""))
    answer = jira_http.send("GET", target, headers=headers)
    assert (answer.status, reason_of_last_call(jira_http)) == (400, "uri-improper")
    assert answer.json()["message"] == "The request URI is improperly formed"


@pytest.mark.parametrize(
    ("scopes", "method", "path", "reason"),
    [
        ([], "GET", MYSELF, "scope-missing"),
        (["NONE"], "GET", MYSELF, "scope-missing"),
        (["read"], "GET", MYSELF, None),
        (["ADMIN"], "DELETE", "/rest/api/3/issue/DEMO-1/properties/p", None),
        (["READ"], "POST", "/rest/api/3/search/jql", None),
        (["READ"], "POST", "/rest/api/3/issue", "scope-missing"),
        (["READ"], "PUT", "/rest/api/3/issue/DEMO-1", "scope-missing"),
        (["WRITE"], "PUT", "/rest/api/3/issue/DEMO-1", None),
        (["WRITE"], "GET", MYSELF, None),
        (["WRITE"], "DELETE", "/rest/api/3/issue/DEMO-1/properties/p", "scope-missing"),
        (["ACT_AS_USER"], "GET", MYSELF, "scope-missing"),
    ],
)
def test_a_call_needs_its_scope(
    jira: LaptopJira,
    jira_http: VerbatimHttp,
    fake_app: FakeApp,
    scopes: list[str],
    method: str,
    path: str,
    reason: str | None,
) -> None:
    fake_app.descriptor |= {"scopes": scopes, "modules": {}}
    jira.lifecycle.install(fake_app.descriptor_url)
    answer = jira_http.send(method, path, headers=fake_app.sign(method, path))
    assert reason_of_last_call(jira_http) == reason
    if reason:
        assert answer.status == 403
        assert answer.json()["message"] == "Request not in an authorized API scope"


def test_an_uninstalled_app_is_refused(
    jira: LaptopJira, jira_http: VerbatimHttp, installed_app: FakeApp
) -> None:
    jira.lifecycle.uninstall(installed_app.descriptor_url)
    answer = jira_http.send("GET", MYSELF, headers=installed_app.sign("GET", MYSELF))
    assert (answer.status, reason_of_last_call(jira_http)) == (401, "app-not-installed")


def test_a_refusal_tells_next_to_nothing(jira_http: VerbatimHttp, installed_app: FakeApp) -> None:
    texts = set()
    for claims in ({"iss": "com.example.unheard-of"}, {"qsh": "0" * 64}, {"exp": 1}):
        answer = jira_http.send("GET", MYSELF, headers=installed_app.sign("GET", MYSELF, **claims))
        assert answer.headers["www-authenticate"] == f'JWT realm="http://127.0.0.1:{jira_http.port}"'
        texts.add(answer.text)
    assert texts == {'{"message":"Client must be authenticated to access this resource.","status-code":401}'}


def test_it_is_the_sites_clock_that_counts(fake_app: FakeApp, install_key: InstallKey) -> None:
    ahead = LaptopJira(
        base_url="https://jira.example", install_key=install_key, clock=lambda: time.time() + 600
    )
    ahead.lifecycle.install(fake_app.descriptor_url)
    ahead.close()
    token = fake_app.token("GET", MYSELF, exp=int(time.time()) + 180)
    call = RestCall(method="GET", path=MYSELF, parameters="", authorization=f"JWT {token}")
    with pytest.raises(CallRefused, match="expired"):
        authenticate(call, site=ahead.site)


def test_a_context_path_is_no_part_of_the_hash(
    jira_server: JiraServer, fake_app: FakeApp, install_key: InstallKey
) -> None:
    base_url = f"http://127.0.0.1:{jira_server.port}/wiki"
    jira = LaptopJira(base_url=base_url, install_key=install_key)
    jira_server.site = jira.app
    jira.lifecycle.install(fake_app.descriptor_url)
    wiki_http = VerbatimHttp(jira_server.port)
    assert wiki_http.send("GET", f"/wiki{MYSELF}", headers=fake_app.sign("GET", MYSELF)).status == 200
    assert (
        wiki_http.send("GET", f"/wiki{MYSELF}", headers=fake_app.sign("GET", f"/wiki{MYSELF}")).status == 401
    )
    jira.close()
