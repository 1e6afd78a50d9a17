"""Faults that tokens and requests have, each with its code, the request that has it and the mended one."""

import base64
from dataclasses import dataclass, field, replace
from typing import Any

import atlassian_jwt

from connect_jwt.diagnosis import Evidence
from connect_jwt.identity import SharedSecret
from tests.unit.diagnosis.signed import (
    APP_KEY,
    CALL_PATH,
    CALL_QUERY,
    CALL_URL,
    ENABLED,
    OTHER_SECRET,
    OTHER_SITE,
    PREVIOUS_SECRET,
    SECRET_IN_BASE64,
    SITE_URL,
    app_token,
    call,
    enabled,
    from_page,
    install,
    install_token,
    payload,
    secrets,
    site_token,
    webhook,
)
from tests.unit.jwt.handmade import (
    NOW,
    OMITTED,
    SECRET,
    SITE,
    atlassian_key,
    claims,
    compact,
    hs256,
)


@dataclass(frozen=True)
class Fault:
    code: str
    wrong: Evidence
    mended: Evidence = field(default_factory=call)


def inbound(code: str, token: str, **known: Any) -> Fault:
    return Fault(code, webhook(token, **known), webhook(**known))


def at_install(code: str, token: str) -> Fault:
    return Fault(code, install(token), install())


def _at(path: str) -> Evidence:
    """A call that is right but for its path."""
    return call(app_token(f"GET&{path}&"), url=f"{SITE_URL}{path}")


def answered(code: str, path: str, status: int, body: str = "", **headers: str) -> Fault:
    right = call(app_token(f"GET&{path}&"), url=f"{SITE_URL}{path}", status=200)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(code, replace(right, status=status, response_body=body, response_headers=named), right)


_POST = f"POST&{CALL_PATH}&jql=project%20%3D%20Planets&maxResults=50"
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_DECODED = base64.b64decode(SECRET_IN_BASE64)
_URLSAFE = SECRET_IN_BASE64.replace("+", "-").replace("/", "_").rstrip("=")
_IN_BASE64 = {"secrets": secrets(SECRET_IN_BASE64)}
_OTHERS = {OTHER_SITE: SharedSecret(OTHER_SECRET)}
_ACCESS: dict[str, Any] = {
    "iss": "https://auth.atlassian.com/",
    "qsh": OMITTED,
    "scope": "read:jira-work",
    "client_id": "x",
}
ACCESS_TOKEN = app_token(secret=atlassian_key(), algorithm="RS256", header={"kid": "auth"}, **_ACCESS)
_ALIEN = atlassian_jwt.encode_token(
    "GET", f"{CALL_PATH}?{CALL_QUERY}", SITE, SECRET, payload_kwargs={"iat": NOW, "exp": NOW + 60}
)
_UNSIGNED = ".".join([*app_token().split(".")[:2], ""])

TO_JIRA = {
    # who
    "the client key as the issuer": Fault("iss-is-client-key", call(app_token(iss=SITE))),
    "what atlassian_jwt signs by default": Fault("iss-is-client-key", call(_ALIEN)),
    "jira: before the client key": Fault("iss-unknown", call(app_token(iss=f"jira:{SITE}"))),
    "jira: before the app's key": Fault("iss-unknown", call(app_token(iss=f"jira:{APP_KEY}"))),
    "the app of another stage": Fault("iss-unknown", call(app_token(iss=f"{APP_KEY}-dev"))),
    "another site's client key": Fault("iss-unknown", call(app_token(iss=OTHER_SITE))),
    "the app's key in capitals": Fault("iss-unknown", call(app_token(iss=APP_KEY.upper()))),
    "no issuer": Fault("iss-unknown", call(app_token(iss=OMITTED))),
    "an issuer that is no text": Fault("iss-unknown", call(hs256(claims(iss=[APP_KEY], qsh="x")))),
    "an account id as the subject": Fault("sub-present", call(app_token(sub="60f00ad8f749c400680daf47"))),
    "an empty subject": Fault("sub-present", call(app_token(sub=""))),
    # with which secret
    "an API token as the secret": Fault("secret-mismatch", call(app_token(secret="ATATT3x" + "f" * 40))),
    "the signature cut off": Fault("signature-missing", call(_UNSIGNED)),
    "the previous secret": Fault(
        "secret-previous",
        call(app_token(secret=PREVIOUS_SECRET), secrets=secrets(SECRET, PREVIOUS_SECRET)),
        call(secrets=secrets(SECRET, PREVIOUS_SECRET)),
    ),
    "the secret decoded": Fault(
        "secret-is-base64-decoded",
        call(app_token(secret=_DECODED), **_IN_BASE64),
        call(app_token(secret=SECRET_IN_BASE64), **_IN_BASE64),
    ),
    "the secret decoded, in the alphabet for URLs, without its padding": Fault(
        "secret-is-base64-decoded",
        call(app_token(secret=_DECODED), secrets=secrets(_URLSAFE)),
        call(app_token(secret=_URLSAFE), secrets=secrets(_URLSAFE)),
    ),
    "the secret of another site": Fault(
        "secret-of-another-tenant",
        call(app_token(secret=OTHER_SECRET), other_secrets=_OTHERS),
        call(other_secrets=_OTHERS),
    ),
    # for which request
    "no hash": Fault("qsh-missing", call(app_token(qsh=OMITTED))),
    "null for a hash": Fault("qsh-missing", call(app_token(qsh=None))),
    "a list of hashes": Fault("qsh-missing", call(app_token(qsh=["context-qsh"]))),
    "a page's token": Fault("qsh-is-context", call(app_token(qsh="context-qsh"))),
    "a hash of nothing that is known": Fault("qsh-mismatch", call(app_token("GET&/rest/api/3/other&"))),
    "a form of unknown fields": Fault(
        "form-encoded-body",
        call(app_token(_POST), method="POST", headers=_FORM),
        call(app_token(_POST), method="POST", headers={"Content-Type": "application/json"}),
    ),
    # when
    "past its time": Fault("expired", call(app_token(iat=NOW - 211, exp=NOW - 31))),
    "signed an hour ago": Fault("expired", call(app_token(iat=NOW - 3600, exp=NOW - 3420))),
    "not before a minute from now": Fault("not-yet-valid", call(app_token(nbf=NOW + 60))),
    "no end": Fault("exp-missing", call(app_token(exp=OMITTED))),
    "no beginning": Fault("iat-missing", call(app_token(iat=OMITTED))),
    "neither": Fault("exp-missing", call(app_token(iat=OMITTED, exp=OMITTED))),
    "a fraction of a second": Fault("time-not-integer", call(app_token(iat=NOW - 0.5))),
    "in milliseconds": Fault("time-not-in-seconds", call(app_token(iat=NOW * 1000, exp=(NOW + 180) * 1000))),
    "only its end in milliseconds": Fault("time-not-in-seconds", call(app_token(exp=(NOW + 180) * 1000))),
    "in microseconds": Fault("time-not-in-seconds", call(app_token(iat=NOW * 10**6, exp=NOW * 10**6))),
    "in nanoseconds": Fault("time-not-in-seconds", call(app_token(iat=NOW * 10**9, exp=NOW * 10**9))),
    "in milliseconds, as text": Fault("time-not-in-seconds", call(app_token(iat=str(NOW * 1000)))),
    "in milliseconds, as a fraction": Fault("time-not-in-seconds", call(app_token(iat=NOW * 1000.5))),
    "a duration for an end": Fault("expired", call(app_token(exp=180))),
    "a time as text": Fault("time-not-integer", call(app_token(exp=str(NOW + 120)))),
    "a time that is true": Fault("time-not-integer", call(app_token(iat=True))),
    "a time of no calendar": Fault("time-not-integer", call(app_token(exp=10**400))),
    "a time before all computers": Fault("time-not-integer", call(app_token(iat=-(10**400)))),
    # how
    "HS512": Fault("alg-not-hs256", call(app_token(algorithm="HS512"))),
    "RS256": Fault("alg-not-hs256", call(app_token(algorithm="RS256", secret=atlassian_key()))),
    "no algorithm's name": Fault("alg-not-hs256", call(hs256(claims(iss=APP_KEY, qsh="x"), alg=OMITTED))),
    "no algorithm": Fault("alg-none", call(app_token(algorithm="none", secret=""))),
    "an extension": Fault("crit-not-understood", call(app_token(header={"crit": ["b64"], "b64": True}))),
    "no algorithm, in capitals": Fault("alg-none", call(hs256(claims(iss=APP_KEY, qsh="x"), alg="NONE"))),
    "Bearer": Fault("scheme-not-jwt", call(scheme="Bearer ")),
    "no scheme": Fault("scheme-not-jwt", call(scheme="")),
    "a scheme of one's own": Fault("scheme-not-jwt", call(scheme="Token ")),
    "Bearer for a token with faults": Fault(
        "scheme-not-jwt", call(app_token(sub="x", iss=SITE), scheme="Bearer ")
    ),
    "an access token": Fault("oauth-token-with-jwt-scheme", call(ACCESS_TOKEN)),
    "an access token for its own host": Fault(
        "oauth-token-with-jwt-scheme",
        call(ACCESS_TOKEN, url=f"https://api.atlassian.com/ex/jira/{SITE}{CALL_PATH}"),
    ),
    "no token": Fault("token-missing", replace(call(), headers={})),
    "no token after the scheme": Fault("token-missing", replace(call(), headers={"Authorization": "JWT"})),
    "another token in the URL": Fault("token-twice", call(url=f"{CALL_URL}&jwt={app_token(iat=NOW)}")),
    "half a token": Fault("token-malformed", call(app_token()[:60])),
    "two parts of a token": Fault("token-malformed", call(app_token().rpartition(".")[0])),
    "a token that says nothing": Fault("token-malformed", call(compact(b"{}", b"[]"))),
    "a placeholder for a token": Fault("token-malformed", call("<token>")),
    "a token of 9 KiB": Fault("token-too-large", call(app_token(note="x" * 9000))),
    # for whom
    "the host for access tokens": Fault(
        "wrong-host", call(url=f"https://api.atlassian.com/ex/jira/{SITE}{CALL_PATH}?{CALL_QUERY}")
    ),
    "the host of another site": Fault("wrong-host", call(url=CALL_URL.replace("site.", "other."))),
    "not encrypted": Fault("wrong-host", call(url=CALL_URL.replace("https:", "http:"))),
    "two slashes": Fault("path-not-normal", _at("//rest/api/3/myself"), _at("/rest/api/3/myself")),
    "a dot": Fault("path-not-normal", _at("/rest/./myself"), _at("/rest/myself")),
    "a dot at the end": Fault("path-not-normal", _at("/rest/api/."), _at("/rest")),
    # what for
    "Jira names the scope": answered(
        "scope-missing", "/rest/api/3/myself", 403, '{"message":"Request not in an authorized API scope"}'
    ),
    "an address that is not on the list": answered(
        "ip-not-allowed",
        "/rest/api/3/myself",
        403,
        '{"errorMessages":["The IP address has been rejected because it is not on the allowed list."]}',
    ),
    "an upload without a word": answered("xsrf-check", "/rest/api/3/myself", 403, "XSRF check failed"),
    "an app access rule": answered(
        "blocked-by-policy", "/rest/api/3/myself", 403, "Blocked by your organization's data security policy."
    ),
    "a login that failed too often": answered(
        "captcha", "/rest/api/3/myself", 403, X_Seraph_LoginReason="AUTHENTICATION_DENIED"
    ),
    "a CAPTCHA to solve": answered(
        "captcha", "/rest/api/3/auditing/record", 401, X_Authentication_Denied_Reason="CAPTCHA_CHALLENGE; x"
    ),
    "the descriptor lacks the scope": Fault(
        "scope-missing",
        call(
            app_token(f"DELETE&{CALL_PATH}&"),
            method="DELETE",
            url=f"{SITE_URL}{CALL_PATH}",
            scopes=("WRITE",),
        ),
        call(
            app_token(f"DELETE&{CALL_PATH}&"),
            method="DELETE",
            url=f"{SITE_URL}{CALL_PATH}",
            scopes=("ADMIN",),
        ),
    ),
    "401 for what administrators may": answered("needs-admin", "/rest/api/3/auditing/record", 401),
    "403 for what administrators may": answered("needs-admin", "/rest/api/2/workflow/search", 403),
    "403 without a reason": answered("needs-admin", "/rest/api/3/myself", 403),
    "401 without a reason": answered("app-not-installed", "/rest/api/3/myself", 401),
}

TO_APP = {
    "the app's key as the issuer": inbound("iss-is-app-key", site_token(iss=APP_KEY)),
    "a site that is not known": inbound("iss-unknown", site_token(iss=OTHER_SITE)),
    "no issuer": inbound("iss-unknown", site_token(iss=OMITTED)),
    "another secret": inbound("secret-mismatch", site_token(secret=OTHER_SECRET)),
    "the secret of another site": inbound(
        "secret-of-another-tenant", site_token(secret=OTHER_SECRET), other_secrets=_OTHERS
    ),
    "the secret decoded": Fault(
        "secret-is-base64-decoded",
        webhook(site_token(secret=_DECODED), **_IN_BASE64),
        webhook(site_token(secret=SECRET_IN_BASE64), **_IN_BASE64),
    ),
    "past its time": inbound("expired", site_token(iat=NOW - 211, exp=NOW - 31)),
    "null for a beginning": inbound("time-not-integer", site_token(nbf=None)),
    "from the future": inbound("not-yet-valid", site_token(iat=NOW + 31, exp=NOW + 180)),
    "in milliseconds": inbound("time-not-in-seconds", site_token(iat=NOW * 1000, exp=(NOW + 180) * 1000)),
    "valid for a day": inbound("lifetime-too-long", site_token(exp=NOW + 86_400)),
    "no hash": inbound("qsh-missing", site_token(qsh=OMITTED)),
    "a page's token for a webhook": inbound("qsh-is-context", site_token(qsh="context-qsh")),
    "a webhook's token from a page": Fault("qsh-is-not-context", from_page(site_token()), from_page()),
    "a page's token without a hash": Fault("qsh-missing", from_page(site_token(qsh=OMITTED)), from_page()),
    "signed as installs are": inbound(
        "alg-not-hs256", site_token(secret=atlassian_key(), algorithm="RS256", header={"kid": "x"})
    ),
    "not signed": inbound("alg-none", site_token(secret="", algorithm="none")),
    "an extension": inbound("crit-not-understood", site_token(header={"crit": []})),
    "Bearer": Fault("scheme-not-jwt", webhook(scheme="Bearer "), webhook()),
    "another site's event": Fault(
        "client-key-mismatch", enabled(payload(clientKey=OTHER_SITE)), enabled(payload())
    ),
    "nobody's event": Fault("client-key-mismatch", enabled(payload(clientKey=OMITTED)), enabled(payload())),
    "another site's token": Fault(
        "iss-unknown", enabled(token=site_token(ENABLED, iss=OTHER_SITE)), enabled(payload())
    ),
    "another app's event": Fault("app-key-mismatch", enabled(payload(key="com.example.other")), enabled()),
}

AT_INSTALL = {
    "signed by the site": at_install("alg-not-rs256", hs256(claims(qsh="x"))),
    "not signed": at_install("alg-none", install_token(header={"alg": "none"})),
    "an extension": at_install("crit-not-understood", install_token(header={"crit": ["exp"]})),
    "no kid": at_install("kid-missing", install_token(header={"kid": OMITTED})),
    "a path for a kid": at_install("kid-unsafe", install_token(header={"kid": "../secrets"})),
    "a number for a kid": at_install("kid-unsafe", install_token(header={"kid": 7})),
    "no audience": at_install("aud-missing", install_token(aud=OMITTED)),
    "an empty audience": at_install("aud-missing", install_token(aud=[])),
    "another app's audience": at_install("aud-mismatch", install_token(aud="https://other.example.com")),
    "another address besides": at_install(
        "aud-mismatch", install_token(aud=["https://app.example.com", "x"])
    ),
    "no object for an audience": at_install("aud-mismatch", install_token(aud={"app": 1})),
    "for another request": at_install("qsh-mismatch", install_token(qsh="0" * 64)),
    "of another site": at_install("iss-unknown", install_token(iss=OTHER_SITE)),
}
