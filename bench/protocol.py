"""The protocol beside Atlassian's own libraries, and beside PyJWT alone, which knows nothing of requests."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import atlassian_jwt
import jwt
from atlassian_jwt.url_utils import hash_url
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from rich.progress import Progress

from bench.node import PEERS, Node
from bench.requests import BASE_URL, METHOD, PATHS
from bench.sampling import Figure, Measure, batch_size, interleaved, seconds_of
from connect_jwt.canonical import query_string_hash, split_url
from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_jwt.signing import SigningIdentity, sign_request
from connect_jwt.tokens import parse_token
from connect_jwt.verifying import SignedRequest, verify_install_token, verify_request_token

OURS, PYPI, NPM, FLOOR = "connect_jwt", "PyPI atlassian-jwt", "npm atlassian-jwt", "PyJWT alone"
OPERATIONS = {
    "qsh": "the hash of a request",
    "sign": "hash and sign a request, HS256",
    "verify": "verify a token and its hash, HS256",
    "install": "verify an install's token and its hash, RS256, with the key at hand",
}
_SITE, _APP = ClientKey("1f2e3d4c-0000-4000-8000-5b6a79880123"), AppKey("com.example.app")
_SECRET = SharedSecret("a-shared-secret-of-a-bench-" + "x" * 37)
_AUDIENCE = "https://abc123.execute-api.eu-west-1.amazonaws.com"
_LIFETIME = 3000


@dataclass(frozen=True, slots=True)
class _Keys:
    private: rsa.RSAPrivateKey
    public: rsa.RSAPublicKey

    @property
    def public_pem(self) -> str:
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self.public.public_bytes(encoding, form).decode()

    def known(self, _kid: object) -> rsa.RSAPublicKey:
        return self.public

    public_key = known


class _PyPi(atlassian_jwt.Authenticator):  # type: ignore[misc]  # it has no types
    def __init__(self, algorithm: str, key: object) -> None:
        super().__init__(algorithms=(algorithm,))
        self._key = key

    def get_shared_secret(self, client_key: str) -> object:  # noqa: ARG002 - one site
        return self._key


def measure(rounds: int, progress: Progress) -> dict[str, dict[str, Figure]]:
    """Microseconds for each operation, request and library, as `operation/request/library`."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    keys = _Keys(private, private.public_key())
    with Node(PEERS / "atlassian_jwt.mjs") as node:
        measures: dict[str, Measure] = {}
        for request, path in PATHS.items():
            for (name, library), operation in _python(path, keys).items():
                measures[f"{name}/{request}/{library}"] = partial(_in_python, operation)
            for name, question in _questions(path, keys).items():
                measures[f"{name}/{request}/{NPM}"] = _in_node(node, name, question)
        return interleaved(measures, rounds=rounds, progress=progress, title="protocol")


def _in_python(operation: Callable[[], object]) -> dict[str, float]:
    return {"microseconds": seconds_of(operation) * 1e6}


def _in_node(node: Node, operation: str, question: dict[str, object]) -> Measure:
    ask = partial(node.ask, operation=operation, **question)
    ask(times=1000)  # the compiler's warming up
    times = batch_size(partial(ask, times=1))

    def measured() -> dict[str, float]:
        return {"microseconds": ask(times=times) / times}

    return measured


def _token(path: str, algorithm: str, key: Any) -> str:  # noqa: ANN401 - a secret or a private key
    now = int(time.time())
    claims = {
        "iss": _SITE,
        "iat": now,
        "exp": now + _LIFETIME,
        "qsh": hash_url(METHOD, path),
        "aud": _AUDIENCE,
    }
    if algorithm == "HS256":
        del claims["aud"]
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "bench"})


def _python(path: str, keys: _Keys) -> dict[tuple[str, str], Callable[[], object]]:
    secret, url = _SECRET.reveal(), f"{BASE_URL}{path}"
    target = split_url(path)
    request = SignedRequest(METHOD, *target)
    identity = SigningIdentity(app_key=_APP, base_url=BASE_URL, shared_secret=_SECRET)
    token, install = _token(path, "HS256", secret), _token(path, "RS256", keys.private)
    header, install_header = {"Authorization": f"JWT {token}"}, {"Authorization": f"JWT {install}"}
    now, qsh = int(time.time()), query_string_hash(METHOD, *target)
    claims = {"iss": _APP, "iat": now, "exp": now + 180, "qsh": qsh}
    by_secret, by_key = _PyPi("HS256", secret), _PyPi("RS256", keys.public)
    return {
        ("qsh", OURS): lambda: query_string_hash(METHOD, *split_url(path)),
        ("qsh", PYPI): lambda: hash_url(METHOD, path),
        ("sign", OURS): lambda: sign_request(identity, METHOD, url, now=time.time()),
        ("sign", PYPI): lambda: atlassian_jwt.encode_token(METHOD, path, _APP, secret, timeout_secs=180),
        ("sign", FLOOR): lambda: jwt.encode(claims, secret, algorithm="HS256"),
        ("verify", OURS): lambda: verify_request_token(
            parse_token(token), request=request, secrets=(_SECRET,), now=time.time()
        ),
        ("verify", PYPI): lambda: by_secret.authenticate(METHOD, path, header),
        ("verify", FLOOR): lambda: jwt.decode(token, secret, algorithms=["HS256"]),
        ("install", OURS): lambda: verify_install_token(
            parse_token(install),
            request=request,
            keys=keys,
            audiences=(_AUDIENCE,),
            now=time.time(),
        ),
        ("install", PYPI): lambda: by_key.authenticate(METHOD, path, install_header),
        ("install", FLOOR): lambda: jwt.decode(
            install, cast("Any", keys.public), algorithms=["RS256"], audience=_AUDIENCE
        ),
    }


def _questions(path: str, keys: _Keys) -> dict[str, dict[str, object]]:
    asked: dict[str, object] = {"method": METHOD, "url": path}
    secret = _SECRET.reveal()
    return {
        "qsh": asked,
        "sign": asked | {"issuer": _APP, "secret": secret},
        "verify": asked | {"secret": secret, "token": _token(path, "HS256", secret)},
        "install": asked | {"publicKey": keys.public_pem, "token": _token(path, "RS256", keys.private)},
    }
