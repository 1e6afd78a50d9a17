"""The README's snippets of connect-jwt work, on requests that its own code has not signed."""

import base64
import importlib
import json
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import atlassian_jwt
import jwt
import pytest
import urllib3
from atlassian_jwt.url_utils import hash_url
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

README = Path(__file__).parents[2] / "distributions" / "connect-jwt" / "README.md"
FRAMEWORKS = ["flask", "fastapi", "django"]
APP = "https://app.example.com"
APP_KEY, CLIENT_KEY = "com.example.my-app", "9c5b3c0e-2f7d-3a1b-8e7c-1d2f4a6b8c90"
SITE, SECRET = "https://example.atlassian.net", "what only this site and the app know, and this test"
KEY_HOSTS = ("asap-distribution.us-west-2.prod.atl-asap.net", "connect-install-keys.atlassian.com")
FORGE_KEYS = "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json"
FORGE_APP = "ari:cloud:ecosystem::app/8db33809-1f69-49b6-85f8-b8a6d4cd7e5d"
CLOUD_ID = "11111111-2222-3333-4444-555555555555"
KID = f"generic-keypair/cs-migrations/installation-key-pair--{uuid.uuid4()}"
ATLASSIANS, SOMEBODYS = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def files() -> dict[str, str]:
    """The Python files of the README, by their names."""
    return dict(re.findall(r"(?ms)^```python\n# (\w+\.py)\n(.*?)^```$", README.read_text("utf-8")))


@dataclass
class Internet:
    """Atlassian's key hosts, and a Jira that takes notes; in the place of urllib3's pool."""

    keys_are_there: bool = True
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def request(self, method: str, url: str, headers: Mapping[str, str], **_: Any) -> urllib3.HTTPResponse:
        self.asked.append((method, url, headers))
        content, status = BytesIO(self._content(url)), self._status(url)
        return urllib3.HTTPResponse(content, status=status, preload_content=False)

    def _status(self, url: str) -> int:
        return 200 if url.startswith(SITE) or self.keys_are_there else 503

    def _content(self, url: str) -> bytes:
        public = ATLASSIANS.public_key()
        if url == FORGE_KEYS:
            key = RSAAlgorithm.to_jwk(public, as_dict=True) | {"kid": "forge", "use": "sig", "alg": "RS256"}
            return json.dumps({"keys": [key]}).encode()
        if url in {f"https://{host}/{KID}" for host in KEY_HOSTS}:
            return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        assert url.startswith(SITE), url
        return b"{}"


Send = Callable[[str, Mapping[str, str], bytes], tuple[int, bytes]]


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Internet]:
    """The README's files can be imported, and have this in the place of the internet."""
    internet = Internet()
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.syspath_prepend(str(tmp_path))
        patched.setattr(urllib3, "PoolManager", lambda: internet)
        yield internet
    for name in files():
        sys.modules.pop(name.removesuffix(".py"), None)


@pytest.fixture(params=FRAMEWORKS)
def send(request: pytest.FixtureRequest, internet: Internet) -> Send:  # noqa: ARG001 - the files are there
    """Sends a POST request to the app in one of the frameworks."""
    sender: Send = globals()[f"to_{request.param}"](importlib.import_module(f"{request.param}_app"))
    return sender


def to_flask(module: Any) -> Send:
    def send(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        answer = module.app.test_client().post(url, headers=headers, data=body)
        return answer.status_code, answer.data

    return send


def to_fastapi(module: Any) -> Send:
    from fastapi.testclient import TestClient

    def send(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        answer = TestClient(module.app).post(url, headers=headers, content=body)
        return answer.status_code, answer.content

    return send


def to_django(module: Any) -> Send:
    import django
    from django.conf import settings
    from django.test import Client
    from django.urls import set_urlconf

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"])
        django.setup()

    def send(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        settings.ROOT_URLCONF = module
        set_urlconf(module)
        kind = "application/json"
        answer = Client(enforce_csrf_checks=True).post(url, body, content_type=kind, headers=headers)
        return answer.status_code, answer.content

    return send


def install_token(key: rsa.RSAPrivateKey = ATLASSIANS, **others: Any) -> str:
    now = int(time.time())
    claims = {"iss": CLIENT_KEY, "aud": [APP], "iat": now, "exp": now + 180}
    claims |= {"qsh": hash_url("POST", "/installed")} | others
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KID})


def installed(send: Send, token: str, **others: str) -> tuple[int, bytes]:
    body = {"clientKey": CLIENT_KEY, "key": APP_KEY, "baseUrl": SITE, "sharedSecret": SECRET} | others
    headers = {"Authorization": f"JWT {token}", "Content-Type": "application/json"}
    return send("/installed", headers, json.dumps(body).encode())


def created(send: Send, secret: str = SECRET, query: str = "?user=%20a%2Bb&user=c") -> tuple[int, bytes]:
    token = atlassian_jwt.encode_token("POST", f"/issue-created{query}", CLIENT_KEY, secret)
    headers = {"Authorization": f"JWT {token}", "Content-Type": "application/json"}
    return send(f"/issue-created{query}", headers, json.dumps({"issue": {"key": "EX-1"}}).encode())


def invoked(send: Send, key: rsa.RSAPrivateKey = ATLASSIANS, app_id: str = FORGE_APP) -> tuple[int, bytes]:
    now = int(time.time())
    app = {
        "id": app_id,
        "version": "1",
        "installationId": f"ari:cloud:ecosystem::installation/{uuid.uuid4()}",
        "apiBaseUrl": f"https://api.atlassian.com/ex/jira/{CLOUD_ID}",
        "environment": {"type": "DEVELOPMENT", "id": f"ari:cloud:ecosystem::environment/{uuid.uuid4()}"},
        "module": {"type": "core:trigger", "key": "created"},
    }
    claims = {"iss": "forge/invocation-token", "aud": app_id, "iat": now, "nbf": now, "exp": now + 25}
    claims |= {"jti": str(uuid.uuid4()), "app": app}
    token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "forge"})
    return send("/forge", {"Authorization": f"Bearer {token}"}, b"")


def test_an_install_a_webhook_and_the_call_that_follows(send: Send, internet: Internet) -> None:
    assert installed(send, install_token()) == (204, b"")
    assert created(send) == (204, b"")
    method, url, headers = internet.asked[-1]
    assert (method, url) == ("GET", f"{SITE}/rest/api/3/issue/EX-1")
    claims = jwt.decode(headers["Authorization"].removeprefix("JWT "), SECRET, algorithms=["HS256"])
    assert (claims["iss"], claims["qsh"]) == (APP_KEY, hash_url("GET", "/rest/api/3/issue/EX-1"))


def test_an_invocation_of_forge(send: Send) -> None:
    status, body = invoked(send)
    assert (status, json.loads(body)) == (200, {"site": CLOUD_ID})


def test_what_fails_its_proof_is_refused_without_a_word(send: Send) -> None:
    signed = install_token()
    assert installed(send, install_token(SOMEBODYS)) == (401, b"")
    assert installed(send, install_token(aud=["https://elsewhere.example.com"])) == (401, b"")
    assert installed(send, signed, key="com.example.another-app") == (401, b"")
    assert installed(send, signed, baseUrl="https://example.atlassian.net.example.com") == (401, b"")
    assert created(send) == (401, b""), "nobody has installed the app"
    assert installed(send, signed) == (204, b"")
    assert installed(send, signed, sharedSecret="of whoever recorded it, and sends it again") == (401, b"")
    assert created(send, "a secret, but not the one that the site gave") == (401, b"")
    assert created(send) == (204, b"")
    assert invoked(send, SOMEBODYS) == (401, b"")
    assert invoked(send, app_id="ari:cloud:ecosystem::app/00000000-0000-0000-0000-000000000000") == (401, b"")
    assert send("/forge", {}, b"") == (401, b"")


def test_jira_sends_again_what_cannot_be_verified_just_now(send: Send, internet: Internet) -> None:
    internet.keys_are_there = False
    assert installed(send, install_token()) == (503, b"")
    internet.keys_are_there = True
    assert installed(send, install_token()) == (204, b"")


def test_a_refusal_is_explained(internet: Internet) -> None:  # noqa: ARG001 - the files are there
    claims = base64.urlsafe_b64encode(json.dumps({"iss": CLIENT_KEY, "iat": 1, "exp": 2}).encode()).decode()
    header = base64.urlsafe_b64encode(b'{"alg":"HS256"}').decode().rstrip("=")
    token = f"{header}.{claims.rstrip('=')}.{'A' * 43}"
    explained = importlib.import_module("why").why(token, "GET", f"{SITE}/rest/api/3/myself")
    assert any(line.startswith("iss-is-client-key: ") for line in explained), explained
