"""Against `jose`, which Atlassian's own Node framework verifies invocation tokens with."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from connect_jwt.errors import TokenRefused
from connect_jwt.forge_keys import ForgeKeys
from connect_jwt.invocations import MAX_FORGE_TOKEN_BYTES, verify_invocation_token
from connect_jwt.origins import InvocationOrigin
from connect_jwt.tokens import parse_token
from tests.node import NodeFailed, NodeProcess
from tests.unit.jwt.invocations import API, APP, FORGE_KID, JTI, OTHER_APP, app_claim, key_set
from tests.unit.jwt.key_host import KeyHost, answer

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("audience", [APP, [APP]], ids=["text", "list"])
def test_the_token_and_the_key_set_that_it_makes_we_accept(forge: NodeProcess, audience: object) -> None:
    token = forge.ask("signFit", claims=claims(aud=audience), privateKey=PRIVATE, kid=FORGE_KID)
    assert verify(forge, token) == JTI
    assert forge.ask("verifyFit", token=token, jwks=jwks(forge), audience=APP)["jti"] == JTI


REFUSED: dict[str, dict[str, object]] = {
    "expired": {"iat": -90, "nbf": -90, "exp": -60},
    "not yet valid": {"nbf": 60, "exp": 90},
    "another app's": {"aud": OTHER_APP},
    "another issuer's": {"iss": "forge/context-token"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_we_both_refuse(forge: NodeProcess, changes: dict[str, object]) -> None:
    now = int(time.time())
    absolute = {name: now + value if isinstance(value, int) else value for name, value in changes.items()}
    token = forge.ask("signFit", claims=claims(**absolute), privateKey=PRIVATE, kid=FORGE_KID)
    with pytest.raises(TokenRefused):
        verify(forge, token)
    with pytest.raises(NodeFailed):
        forge.ask("verifyFit", token=token, jwks=jwks(forge), audience=APP)


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    times = {"iat": now, "nbf": now, "exp": now + 25}
    return {"iss": "forge/invocation-token", "aud": APP, "jti": JTI, "app": app_claim()} | times | changes


def jwks(forge: NodeProcess) -> dict[str, object]:
    return {"keys": [forge.ask("publicJwk", publicKey=PUBLIC, kid=FORGE_KID)]}


def verify(forge: NodeProcess, token: str) -> str:
    key_host = KeyHost(answer(key_set(forge.ask("publicJwk", publicKey=PUBLIC, kid=FORGE_KID))))
    keys = ForgeKeys("https://forge-keys.example/jwks.json", http=key_host)
    verified = verify_invocation_token(
        parse_token(token, max_bytes=MAX_FORGE_TOKEN_BYTES),
        origins={InvocationOrigin.FORGE},
        keys=keys,
        app_id=APP,
        api_urls=(API,),
        now=time.time(),
    )
    return verified.jti
