"""The code on the site's pages is right: what it signs is taken by Atlassian's libraries and the doctor, and
what those sign is taken by it. Python and JavaScript have to do the same.
"""

import importlib.util
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import atlassian_jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connect_build.site.codes import chapters
from connect_build.site.fixes import FIXES, FOLDER, fixes_of
from connect_jwt.diagnosis import Evidence, Verdict, diagnose
from connect_jwt.errors import ConnectError
from connect_jwt.identity import SharedSecret
from connect_jwt.tokens import parse_token
from tests.interop.peers import NodePeer
from tests.node import NodeFailed, NodeProcess, node_process
from tests.unit.jwt.handmade import atlassian_key
from tests.unit.jwt.key_host import KeyHost, atlassian_pem, keys_of

SITE, APP_KEY, APP_URL = "1d3c1a55-90a9-4bd7-8d06-36b4b4c84f16", "com.example.app", "https://app.example.com"
SECRET = "a secret that both implementations were given, clé included"
INSTALLED = {
    "key": APP_KEY,
    "clientKey": SITE,
    "sharedSecret": SECRET,
    "baseUrl": "https://site.atlassian.net/wiki",
    "oauthClientId": "xY3",
}
KID = "generic-keypair/cs-migrations/installation-key-pair--0123456789abcdef"
CALLS = {
    "no query": ("GET", "/rest/api/3/myself"),
    "a query in any order": ("GET", "/rest/api/3/search/jql?maxResults=50&jql=project%20%3D%20Planets"),
    "repeated values": ("DELETE", "/rest/api/3/x?id=10&id=9&id=%3A1"),
    "what is encoded": ("PUT", "/rest/api/3/x?q=a+b%20c*~&z=%E5%AE%AE"),
}
Ask = Callable[..., Any]


def python(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    """The JavaScript, beside Atlassian's package."""
    folder = tmp_path_factory.mktemp("fixes")
    packages = Path(__file__).parents[1] / "node_modules"
    (folder / "node_modules").symlink_to(packages)
    for script in (*FOLDER.glob("*.mjs"), Path(__file__).with_name("fixes.mjs")):
        shutil.copy(script, folder)
    with node_process(folder / "fixes.mjs") as process:
        yield process


@pytest.fixture(params=["Python", "JavaScript"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """A fix in one of the two languages."""
    if request.param == "Python":
        return in_python
    node: NodeProcess = request.getfixturevalue("node")
    return node.ask


def in_python(operation: str, **given: Any) -> Any:
    return IN_PYTHON[operation](**given)


def site_of_in_python(secrets: Any, method: str, url: str, authorization: str | None) -> Any:
    path, _, query = url.partition("?")
    return python("verify_a_webhook").site_of(secrets, method, path, query, authorization)


def install_in_python(
    app_key: str,
    base_url: str,
    path: str,
    authorization: str,
    body: str,
    **_: Any,
) -> Any:
    module = python("verify_an_install")
    return module.install(app_key, base_url, path, authorization, body, keys_of(KeyHost()))


def assertion_in_python(installed: Any, account_id: str) -> Any:
    url, form = python("act_as_a_user").token_request(installed, account_id)
    return [url, dict(parse_qsl(form))]


def again_in_python(answers: list[tuple[int, dict[str, str]]]) -> dict[str, Any]:
    waits: list[float] = []
    signed: list[dict[str, str]] = []

    def authorization() -> dict[str, str]:
        signed.append({"Authorization": f"JWT {len(signed)}"})
        return signed[-1]

    def send(_: dict[str, str]) -> SimpleNamespace:
        status, headers = answers.pop(0)
        return SimpleNamespace(status=status, headers=headers)

    answer = python("call_again").call(send, authorization, waits.append)
    return {"status": answer.status, "signed": len(signed), "waits": waits}


ACCESS = python("call_with_an_access_token")
IN_PYTHON: dict[str, Callable[..., Any]] = {
    "signed": lambda installed, method, url: python("sign_a_call").authorization(installed, method, url),
    "siteOf": site_of_in_python,
    "install": install_in_python,
    "userOf": lambda **given: list(python("verify_a_page_s_call").user_of(**given)),
    "assertion": assertion_in_python,
    "byForge": lambda base, token, path: list(
        python("call_with_an_access_token").by_forge(base, token, path)
    ),
    "byUser": lambda base, token, path: list(ACCESS.by_user(base, token, path)),
    "again": again_in_python,
}


def refused(ask: Ask, operation: str, **given: Any) -> bool:
    try:
        ask(operation, **given)
    except (NodeFailed, ConnectError, ValueError):
        return True
    return False


def claims(**more: object) -> dict[str, object]:
    now = int(time.time())
    return {"iss": SITE, "iat": now, "exp": now + 180, **more}


@pytest.mark.parametrize(("method", "target"), CALLS.values(), ids=CALLS)
def test_a_signed_call_is_what_atlassian_s_libraries_sign_and_the_doctor_has_nothing_to_say(
    ask: Ask, npm_peer: NodePeer, method: str, target: str
) -> None:
    url = f"{INSTALLED['baseUrl']}{target}"
    header = ask("signed", installed=INSTALLED, method=method, url=url)
    token = header["Authorization"].removeprefix("JWT ")
    said = npm_peer.verified_claims(token, SECRET)
    assert said["qsh"] == npm_peer.qsh(method, url, INSTALLED["baseUrl"])
    assert said["qsh"] == atlassian_jwt.url_utils.hash_url(method, target)
    assert (said["iss"], said["exp"] - said["iat"], "sub" in said) == (APP_KEY, 180, False)
    evidence = Evidence(
        method=method,
        url=url,
        headers=header,
        app_key=APP_KEY,
        client_key=SITE,
        base_url=INSTALLED["baseUrl"],
        secrets=(SharedSecret(SECRET),),
        now=time.time(),
    )
    assert diagnose(evidence).verdict is Verdict.ACCEPTED


WEBHOOK = "/webhooks/issue?project=Planets&id=2&id=1"


def test_a_webhook_that_atlassian_s_library_has_signed_is_taken_and_no_other(
    ask: Ask, npm_peer: NodePeer
) -> None:
    qsh = npm_peer.qsh("POST", WEBHOOK)
    right = {"secrets": {SITE: SECRET}, "method": "POST", "url": WEBHOOK}

    def signed(secret: str = SECRET, **changes: object) -> str:
        return f"JWT {npm_peer.sign_hs256(claims(**{'qsh': qsh, **changes}), secret)}"

    assert ask("siteOf", **right, authorization=signed()) == SITE
    assert (
        ask("siteOf", **right | {"url": f"{WEBHOOK}&jwt={signed().removeprefix('JWT ')}"}, authorization=None)
        == SITE
    )
    for wrong in (
        signed(f"{SECRET} "),
        signed(qsh="context-qsh"),
        signed(iss=APP_KEY),
        signed(iss="__proto__"),
        signed(iat=1, exp=181),
        signed(exp=None),
    ):
        assert refused(ask, "siteOf", **right, authorization=wrong)
    assert refused(ask, "siteOf", **right | {"url": "/webhooks/other"}, authorization=signed())
    assert refused(ask, "siteOf", **right | {"method": "PUT"}, authorization=signed())


def test_an_install_that_is_signed_with_atlassian_s_key_is_taken_and_no_other(
    ask: Ask, npm_peer: NodePeer
) -> None:
    path = "/lifecycle/installed"
    qsh = npm_peer.qsh("POST", path)
    private = atlassian_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    right = {
        "app_key": APP_KEY,
        "base_url": APP_URL,
        "path": path,
        "body": json.dumps(INSTALLED),
        "public_key": atlassian_pem().decode(),
    }

    def signed(**changes: object) -> str:
        said = claims(**{"qsh": qsh, "aud": [f"{APP_URL}/"], **changes})
        return f"JWT {npm_peer.sign_rs256(said, private, KID)}"

    assert ask("install", **right, authorization=signed()) == INSTALLED
    for wrong in (
        signed(aud=["https://other.example.com"]),
        signed(aud=None),
        signed(qsh="0" * 64),
        signed(iat=1, exp=181),
        signed(iss="another"),
        f"JWT {npm_peer.sign_hs256(claims(qsh=qsh, aud=[APP_URL]), SECRET)}",
    ):
        assert refused(ask, "install", **right, authorization=wrong)
    for body in (INSTALLED | {"clientKey": "another"}, INSTALLED | {"key": "another"}):
        assert refused(ask, "install", **right | {"body": json.dumps(body)}, authorization=signed())


def test_a_page_s_call_is_taken_with_a_context_token_only(ask: Ask, npm_peer: NodePeer) -> None:
    right = {"secrets": {SITE: SECRET}}

    def signed(**changes: object) -> str:
        said = claims(**{"qsh": "context-qsh", "sub": "557058:a1", "context": {}, **changes})
        return f"JWT {npm_peer.sign_hs256(said, SECRET)}"

    assert ask("userOf", **right, authorization=signed()) == [SITE, "557058:a1"]
    for wrong in (signed(qsh="0" * 64), signed(iat=1, exp=181), signed(iss="another")):
        assert refused(ask, "userOf", **right, authorization=wrong)


def test_the_page_sends_the_token_that_jira_gives_it(node: NodeProcess) -> None:
    path, options = node.ask("pageCall", token="a-token", path="/api/greeting")
    assert (path, options["headers"]) == ("/api/greeting", {"Authorization": "JWT a-token"})


def test_an_assertion_is_verified_by_atlassian_s_library_and_is_where_it_belongs(
    ask: Ask, npm_peer: NodePeer
) -> None:
    url, form = ask("assertion", installed=INSTALLED, account_id="5b10ac8d")
    said = npm_peer.verified_claims(form["assertion"], SECRET)
    assert said["sub"] == "urn:atlassian:connect:useraccountid:5b10ac8d"
    assert diagnose(Evidence(method="POST", url=url, token=form["assertion"], now=time.time())).findings == ()
    assert parse_token(form["assertion"]).header["alg"] == "HS256"


@pytest.mark.parametrize(
    ("by", "base"),
    [("byForge", f"https://api.atlassian.com/ex/jira/{SITE}"), ("byUser", "https://site.atlassian.net")],
)
def test_an_access_token_goes_as_bearer_where_the_doctor_finds_nothing(ask: Ask, by: str, base: str) -> None:
    url, header = ask(by, base=base, token="an-opaque-access-token", path="/rest/api/3/myself")
    assert diagnose(Evidence(method="GET", url=url, headers=header)).findings == ()


def test_a_call_waits_as_long_as_jira_says_and_signs_each_attempt_anew(ask: Ask) -> None:
    patient = [(429, {"Retry-After": "7"}), (503, {}), (200, {})]
    found = ask("again", answers=patient)
    assert (found["status"], found["signed"], found["waits"][0]) == (200, 3, 7)
    assert 2 < found["waits"][1] < 6
    assert ask("again", answers=[(401, {})])["signed"] == 1
    assert ask("again", answers=[(429, {})] * 6)["signed"] == 5


def test_every_fix_is_in_both_languages_and_on_a_page() -> None:
    files = {file.name for file in FOLDER.iterdir() if file.is_file()}
    assert files == {f"{fix.name}.{ending}" for fix in FIXES for ending in ("py", "mjs")}
    codes = [code for chapter in chapters() for code in chapter.codes]
    for fix in FIXES:
        assert [code for code in codes if fix in fixes_of(code)]
        for beginning in fix.codes:
            assert [code for code in codes if code.startswith(beginning)], beginning
