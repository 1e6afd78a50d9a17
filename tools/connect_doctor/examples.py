"""An example for each code that a single request can show: a request with that fault, as the form's fields.

The names of the fields are those of the command's options. Every key, secret and site is made up, but for the
token that the forum asked about: https://community.developer.atlassian.com/t/54123
"""

import base64
import json
from typing import Any

from connect_doctor.example_request import (
    APP,
    APP_KEY,
    AT,
    CLIENT_KEY,
    MYSELF,
    SECRET,
    SITE,
    Request,
    by_atlassian,
    hs256,
    hs512,
    in_hex,
    unsigned,
)
from connect_jwt.canonical import hash_of

_OTHER = "b3e0f650-a86c-3f7e-b1db-436452f85df7"
_OTHER_SECRET = "another-example-of-a-shared-secret-that-no-site-has-used"  # noqa: S105 - as it says
_SEARCH = "/rest/api/3/search/jql"
_QUERY = "maxResults=50&jql=project%20%3D%20Planets"


def _to_app(**changes: Any) -> Request:  # noqa: ANN401 - the members of Request
    right: dict[str, Any] = {
        "method": "POST",
        "url": f"{APP}/webhooks/issue_created",
        "hashed": "POST&/webhooks/issue_created&",
        "issuer": CLIENT_KEY,
        "base_url": APP,
    }
    return Request(**right | changes)


def _enabled(**payload: str) -> Request:
    event = {"key": APP_KEY, "clientKey": CLIENT_KEY, "baseUrl": SITE, "eventType": "enabled"} | payload
    return _to_app(
        url=f"{APP}/lifecycle/enabled",
        hashed="POST&/lifecycle/enabled&",
        headers=("Content-Type: application/json",),
        body=json.dumps(event),
    )


def _install(header: dict[str, Any] | None = None, **claims: Any) -> Request:  # noqa: ANN401 - JSON
    return _to_app(
        url=f"{APP}/lifecycle/installed",
        hashed="POST&/lifecycle/installed&",
        header={"alg": "RS256", "kid": "0a3c5c1e-7f1b-4f0e-9a55-3d8f6b1c2e4d"} | (header or {}),
        claims={"aud": [APP]} | claims,
        sign=by_atlassian,
    )


def _search(hashed: str, query: str = _QUERY) -> Request:
    return Request(url=f"{SITE}{_SEARCH}?{query}", hashed=hashed)


def _answered(answer: str, path: str = MYSELF) -> Request:
    return Request(url=f"{SITE}{path}", hashed=f"GET&{path}&", answer=answer)


def _foreign(issuer: str, **changes: Any) -> Request:  # noqa: ANN401 - the members of Request
    """A token that is not Connect's."""
    claims = {"iss": issuer, "qsh": None} | changes.pop("claims", {})
    signed: dict[str, Any] = {
        "header": {"alg": "RS256", "kid": "forge/invocation-token/1"},
        "sign": by_atlassian,
    }
    return Request(**signed | {"claims": claims} | changes)


_FORM = ("Content-Type: application/x-www-form-urlencoded",)
_JSON = ("Content-Type: application/json",)
_FORGE = "forge/invocation-token"
_ASSERTION = "urn:atlassian:connect:clientid:xY3"
_AUTHORIZATION_SERVER = "https://oauth-2-authorization-server.services.atlassian.com/oauth2/token"
_GATEWAY = f"https://api.atlassian.com/ex/jira/{CLIENT_KEY}{MYSELF}"
_ACCESS: dict[str, Any] = {"scope": "read:jira-work", "client_id": "x"}
_IN_BASE64 = base64.b64encode(b"thirty-two bytes that are no text\xfb").decode()

_FORUM = {
    "request": (
        "GET https://site.atlassian.net/rest/api/3/project/recent\nAuthorization: JWT "
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJiM2UwZjY1MC1hODZjLTNmN2UtYjFkYi00MzY0NTJmODVkZjciLCJ"
        "pYXQiOjE2Mzg0NjAwODgsImV4cCI6MTYzODQ2MzY4OCwicXNoIjoiNDk1MzM3NmE0YTYyMGEzMzdmYWI1OTU0MDlkZWY0ZjY5NTI"
        "3MDc3N2E5NTM2ZmRlZDk4YTQ3OTBiMWFkMzgzMiIsInN1YiI6IjYwZjAwYWQ4Zjc0OWM0MDA2ODBkYWY0NyJ9"
        ".kIehfv_fCdgu-ztmtf0t0tjW2jaS1xqu71a7wxb_pBQ"
    ),
    "app-key": "com.redacted-name.jira-integration",
    "client-key": _OTHER,
    "at": "1638460100",
}

_REQUESTS = {
    "iss-unknown": Request(claims={"iss": f"jira:{APP_KEY}"}),
    "iss-is-app-key": _to_app(issuer=APP_KEY, headers=("X-Atlassian-Webhook-Identifier: 69312270414585119",)),
    "sub-present": Request(claims={"sub": "5b10ac8d82e05b22cc7d4ef5"}),
    "client-key-mismatch": _enabled(clientKey=_OTHER),
    "app-key-mismatch": _enabled(key="com.example.other"),
    "secret-mismatch": Request(key=_OTHER_SECRET.encode()),
    "secret-previous": Request(key=_OTHER_SECRET.encode(), more={"previous-secret": _OTHER_SECRET}),
    "secret-is-base64-decoded": Request(key=base64.b64decode(_IN_BASE64), more={"secret": _IN_BASE64}),
    "secret-not-verbatim": Request(key=f"{SECRET}\n".encode()),
    "secret-is-another-value": Request(key=b"undefined"),
    "signature-missing": Request(sign=unsigned),
    "signature-not-base64url": Request(sign=in_hex),
    "signature-not-hs256": Request(sign=hs512),
    "expired": Request(claims={"iat": AT - 3600, "exp": AT - 3420}),
    "not-yet-valid": Request(claims={"nbf": AT + 3600, "exp": AT + 3780}),
    "time-not-in-seconds": Request(claims={"iat": AT * 1000, "exp": (AT + 180) * 1000}),
    "lifetime-too-long": _to_app(claims={"exp": AT + 86_400}),
    "time-not-integer": Request(claims={"iat": AT - 0.5}),
    "exp-missing": Request(claims={"exp": None}),
    "iat-missing": Request(claims={"iat": None}),
    "alg-not-hs256": Request(header={"alg": "HS512"}, sign=hs512),
    "alg-not-rs256": _to_app(url=f"{APP}/lifecycle/installed", hashed="POST&/lifecycle/installed&"),
    "alg-none": Request(header={"alg": "none"}, sign=unsigned),
    "crit-not-understood": Request(header={"crit": ["b64"], "b64": True}),
    "kid-missing": _install({"kid": None}),
    "kid-unsafe": _install({"kid": "../secrets"}),
    "aud-missing": _install(aud=None),
    "aud-mismatch": _install(aud=["https://other.example.com"]),
    "scheme-not-jwt": Request(authorization="Bearer {token}"),
    "token-missing": Request(authorization=None),
    "token-twice": Request(url=f"{SITE}{MYSELF}?jwt={Request(claims={'iat': AT - 1}).token()}"),
    "token-malformed": Request(authorization="JWT eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJjb20uZX"),
    "token-too-large": Request(claims={"note": "x" * 9000}),
    "token-decorated": Request(authorization='JWT "{token}"'),
    "token-misplaced": Request(authorization=None, headers=("X-Token: {token}",)),
    "api-token": Request(authorization="JWT ATATT3xFfGF0T0123456789"),
    "wrong-host": Request(url=_GATEWAY),
    "oauth-token-with-jwt-scheme": _foreign("https://auth.atlassian.com/", claims=_ACCESS),
    "access-token-to-app": _foreign(
        "https://auth.atlassian.com/",
        claims=_ACCESS,
        url=f"{APP}/api/greeting",
        authorization="Bearer {token}",
        base_url=APP,
        more={"direction": "to-app"},
    ),
    "invocation-token-to-jira": _foreign(_FORGE, authorization="Bearer {token}"),
    "invocation-token-misrouted": _foreign(
        _FORGE,
        method="POST",
        url=f"{APP}/webhooks/issue_created",
        authorization="Bearer {token}",
        base_url=APP,
    ),
    "scheme-not-bearer": _foreign(_FORGE, method="POST", url=f"{APP}/forge/events", base_url=APP),
    "user-assertion": _foreign(
        _ASSERTION,
        header={},
        sign=hs256,
        claims={"sub": "urn:atlassian:connect:useraccountid:5b10ac8d82e05b22cc7d4ef5", "tnt": SITE},
    ),
    "user-key-gone": _foreign(
        _ASSERTION,
        header={},
        sign=hs256,
        claims={"sub": "urn:atlassian:connect:userkey:admin", "tnt": SITE},
        method="POST",
        url=_AUTHORIZATION_SERVER,
        base_url="",
    ),
    "webhook-of-oauth-app": _to_app(
        claims={"iss": "an-oauth-client-id", "qsh": None}, authorization="Bearer {token}"
    ),
    "webhook-made-by-hand": _to_app(
        authorization=None,
        headers=(
            "User-Agent: Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Identifier: 69312270414585119",
        ),
    ),
    "disabled-without-token": _to_app(url=f"{APP}/lifecycle/disabled", authorization=None, headers=_JSON),
    "qsh-missing": Request(claims={"qsh": None}),
    "qsh-mismatch": Request(hashed="GET&/rest/api/3/serverInfo&"),
    "qsh-context-path": Request(
        url=f"{SITE}/wiki/rest/api/space", hashed="GET&/wiki/rest/api/space&", base_url=f"{SITE}/wiki"
    ),
    "qsh-full-url": Request(hashed=f"GET&{SITE}{MYSELF}&"),
    "qsh-query-missing": _search(f"GET&{_SEARCH}&"),
    "qsh-query-encoding": _search(f"GET&{_SEARCH}&jql=project+%3D+Planets&maxResults=50"),
    "qsh-repeated-values": _search(f"GET&{_SEARCH}&id=1&id=2", query="id=1&id=2"),
    "qsh-parameter-order": _search(f"GET&{_SEARCH}&{_QUERY}"),
    "qsh-trailing-slash": Request(hashed=f"GET&{MYSELF}/&"),
    "qsh-method": Request(method="PUT"),
    "qsh-stage-prefix": _to_app(
        url=f"{APP}/prod/webhooks/issue_created",
        hashed="POST&/prod/webhooks/issue_created&",
        base_url=f"{APP}/prod",
    ),
    "qsh-jwt-parameter-included": _search(f"GET&{_SEARCH}&jql=project%20%3D%20Planets&jwt=&maxResults=50"),
    "qsh-decoded-path": Request(
        url=f"{SITE}/rest/api/3/project/a%20b", hashed="GET&/rest/api/3/project/a b&"
    ),
    "qsh-form-body": Request(
        method="POST", url=f"{SITE}{_SEARCH}", hashed=f"POST&{_SEARCH}&", headers=_FORM, body="jql=project"
    ),
    "form-encoded-body": Request(method="POST", hashed=f"POST&{MYSELF}&", headers=_FORM),
    "qsh-body-hashed": Request(
        method="POST",
        url=f"{SITE}{_SEARCH}",
        hashed=f'POST&{_SEARCH}&{{"jql":"project"}}',
        headers=_JSON,
        body='{"jql":"project"}',
    ),
    "qsh-separators": Request(hashed=f"GET&{MYSELF}"),
    "qsh-not-hex": Request(claims={"qsh": hash_of(f"GET&{MYSELF}&").upper()}),
    "qsh-other-digest": Request(hashed=hash_of(f"GET&{MYSELF}&")),
    "qsh-not-hashed": Request(claims={"qsh": f"GET&{MYSELF}&"}),
    "qsh-part-missing": Request(hashed="GET&undefined&"),
    "qsh-other-version": Request(hashed="GET&/rest/api/2/myself&"),
    "qsh-letter-case": Request(url=f"{SITE}/rest/api/3/issue/EX-1", hashed="GET&/rest/api/3/issue/ex-1&"),
    "qsh-is-context": Request(claims={"qsh": "context-qsh"}),
    "qsh-is-not-context": _to_app(method="GET", url=f"{APP}/api/greeting", hashed="GET&/api/greeting&"),
    "app-not-installed": _answered("HTTP/1.1 401 Unauthorized"),
    "scope-missing": _answered(
        'HTTP/1.1 403 Forbidden\n\n{"message":"Request not in an authorized API scope"}'
    ),
    "needs-admin": _answered("HTTP/1.1 401 Unauthorized", "/rest/api/3/auditing/record"),
    "path-not-normal": _answered("", "//rest/api/3/myself"),
    "login-asked": _answered("HTTP/1.1 302 Found\nLocation: https://id.atlassian.com/login?continue=x"),
    "site-moved": _answered(f"HTTP/1.1 301 Moved\nLocation: https://renamed.atlassian.net{MYSELF}"),
    "redirected": _answered(f"HTTP/1.1 301 Moved\nLocation: {MYSELF}/"),
    "site-unavailable": _answered(
        'HTTP/1.1 404 Not Found\n\n{"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}'
    ),
    "rate-limited": _answered("HTTP/1.1 429 Too Many Requests\nRateLimit-Reason: jira-burst-based"),
    "ip-not-allowed": _answered(
        'HTTP/1.1 403 Forbidden\n\n{"errorMessages":["The IP address has been rejected because it is not on'
        ' the allowed list."]}'
    ),
    "xsrf-check": _answered("HTTP/1.1 403 Forbidden\n\nXSRF check failed"),
    "blocked-by-policy": _answered(
        "HTTP/1.1 403 Forbidden\n\nBlocked by your organization's data security policy."
    ),
    "captcha": _answered("HTTP/1.1 403 Forbidden\nX-Seraph-LoginReason: AUTHENTICATION_DENIED"),
    "access-token-refused": Request(
        url=_GATEWAY,
        authorization="Bearer an-opaque-access-token",
        answer='HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Bearer error="invalid_token"',
        base_url="",
    ),
    "not-found": _answered('HTTP/1.1 404 Not Found\n\n{"errorMessages": ["Issue does not exist"]}'),
    "call-not-understood": _answered('HTTP/1.1 400 Bad Request\n\n{"errors": {"summary": "required"}}'),
    "receiver-failed": _answered("HTTP/1.1 503 Service Unavailable\nRetry-After: 5"),
}

CODES = frozenset(("iss-is-client-key", *_REQUESTS))
"""The codes that have an example."""


def example(code: str) -> dict[str, str]:
    """The fields of the form for a code's example.

    Raises:
        KeyError: it has none
    """
    return _FORUM if code == "iss-is-client-key" else _REQUESTS[code].fields()
