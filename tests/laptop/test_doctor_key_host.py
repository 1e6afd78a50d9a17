"""`connect doctor --key-host`: whether Atlassian has signed a token, asked of a key host on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from connect_jwt.diagnosis.kinds import KEY_HOST_TELLS
from tests.laptop.doctor import run_doctor
from tests.unit.diagnosis.signed import APP_KEY, APP_URL, INSTALL, INSTALL_URL
from tests.unit.jwt.handmade import KID, NOW, SITE, atlassian_key, claims, qsh, rs256
from tests.unit.jwt.key_host import atlassian_pem

FORGES_KID = "forge/invocation-token/1"


class Keys(BaseHTTPRequestHandler):
    """One install key, and Forge's set with the same."""

    def do_GET(self) -> None:
        key = json.loads(RSAAlgorithm.to_jwk(atlassian_key().public_key()))
        answers = {
            f"/{KID}": atlassian_pem(),
            "/jwks.json": json.dumps({"keys": [key | {"kid": FORGES_KID, "use": "sig"}]}).encode(),
        }
        body = answers.get(self.path)
        self.send_response(503 if self.path.startswith("/down") else 200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def key_host() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def install(key: rsa.RSAPrivateKey, kid: str = KID) -> list[str]:
    token = rs256(claims(qsh=qsh(INSTALL), aud=[APP_URL]), key=key, kid=kid)
    request = ["--method", "POST", "--url", INSTALL_URL, "--base-url", APP_URL, "--at", str(NOW)]
    return [token, *request, "--app-key", APP_KEY, "--client-key", SITE, "--json"]


def other_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_without_it_the_question_stays_open_and_names_the_command() -> None:
    outcome = run_doctor(*install(atlassian_key()))
    assert (outcome.json["verdict"], outcome.json["unsettled"]) == ("unknown", [KEY_HOST_TELLS])
    assert "connect doctor --key-host" in KEY_HOST_TELLS


def test_an_install_that_atlassian_has_signed_is_accepted(key_host: str) -> None:
    outcome = run_doctor(*install(atlassian_key()), "--key-host", key_host)
    assert (outcome.code, outcome.json["verdict"], outcome.json["unsettled"]) == (0, "accepted", [])


def test_one_that_it_has_not_is_refused(key_host: str) -> None:
    outcome = run_doctor(*install(other_key()), "--key-host", key_host)
    assert (outcome.code, outcome.codes) == (1, ["signature-mismatch"])


def test_a_kid_that_the_host_does_not_know_is_named(key_host: str) -> None:
    outcome = run_doctor(*install(atlassian_key(), kid=KID.replace("0", "1")), "--key-host", key_host)
    assert (outcome.code, outcome.codes) == (1, ["kid-unknown"])


def test_a_host_that_gives_no_answer_leaves_it_open_in_one_line(key_host: str) -> None:
    outcome = run_doctor(*install(atlassian_key()), "--key-host", f"{key_host}/down")
    assert (outcome.code, outcome.stdout, outcome.stderr.count("\n")) == (1, "", 1)
    assert "try again" in outcome.stderr


@pytest.mark.parametrize(("is_genuine", "codes"), [(True, []), (False, ["signature-mismatch"])])
def test_a_token_of_forge_s_is_asked_of_its_key_set(
    key_host: str, codes: list[str], *, is_genuine: bool
) -> None:
    said = {"iss": "forge/invocation-token", "iat": NOW, "nbf": NOW, "exp": NOW + 25, "aud": "ari"}
    token = rs256(said, key=atlassian_key() if is_genuine else other_key(), kid=FORGES_KID)
    request = ["--method", "POST", "--url", f"{APP_URL}/forge/events", "--at", str(NOW), "--json"]
    outcome = run_doctor(
        *request, "--header", f"Authorization: Bearer {token}", "--key-host", f"{key_host}/jwks.json"
    )
    assert (outcome.codes, outcome.json["unsettled"]) == (codes, [])


def test_a_cloud_whose_forge_keys_nobody_names_is_said() -> None:
    said = {"iss": "forge/invocation-token", "iat": NOW, "exp": NOW + 25}
    token = rs256(said, key=atlassian_key(), kid=FORGES_KID)
    outcome = run_doctor(token, "--direction", "to-app", "--key-host", "government")
    assert (outcome.code, "give their URL" in outcome.stderr) == (1, True)
