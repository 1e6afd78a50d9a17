"""Every mistake with the secret or the signature is named, and undoing it is the whole cure."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest

from connect_jwt.diagnosis import Certainty, Verdict, diagnose
from tests.unit.diagnosis.signed import (
    APP_KEY,
    PREVIOUS_SECRET,
    SECRET_IN_BASE64,
    app_token,
    call,
    secrets,
    site_token,
    webhook,
)
from tests.unit.jwt.handmade import SECRET, SITE

_VERBATIM, _OTHER = "secret-not-verbatim", "secret-is-another-value"
UUID_SECRET = "7512836e-9137-48ac-baaf-a1935b96e17a"

KEYS: dict[str, tuple[str, str, bytes]] = {
    "a line break": (_VERBATIM, SECRET, f"{SECRET}\n".encode()),
    "a line break of Windows": (_VERBATIM, SECRET, f"{SECRET}\r\n".encode()),
    "a blank": (_VERBATIM, SECRET, f"{SECRET} ".encode()),
    "a tab": (_VERBATIM, SECRET, f"{SECRET}\t".encode()),
    "blanks around it": (_VERBATIM, SECRET, f" {SECRET} ".encode()),
    "a line break before it": (_VERBATIM, SECRET, f"\n{SECRET}".encode()),
    "quotes": (_VERBATIM, SECRET, f'"{SECRET}"'.encode()),
    "single quotes": (_VERBATIM, SECRET, f"'{SECRET}'".encode()),
    "quotes and a line break": (_VERBATIM, SECRET, f'"{SECRET}"\n'.encode()),
    "typographic quotes": (_VERBATIM, SECRET, f"\u201c{SECRET}\u201d".encode()),
    "a byte order mark": (_VERBATIM, SECRET, f"\ufeff{SECRET}".encode()),
    "a byte order mark and a line break": (_VERBATIM, SECRET, f"\ufeff{SECRET}\n".encode()),
    "Python's bytes": (_VERBATIM, SECRET, f"b'{SECRET}'".encode()),
    "UTF-16": (_VERBATIM, SECRET, SECRET.encode("utf-16")),
    "UTF-16, little-endian": (_VERBATIM, SECRET, SECRET.encode("utf-16-le")),
    "UTF-16, big-endian": (_VERBATIM, SECRET, SECRET.encode("utf-16-be")),
    "Latin-1": (_VERBATIM, f"{SECRET}é", f"{SECRET}é".encode("latin-1")),
    "its base64": (_VERBATIM, SECRET, base64.b64encode(SECRET.encode())),
    "its hex digits": (_VERBATIM, SECRET, SECRET.encode().hex().encode()),
    "what its hex digits stand for": (
        _VERBATIM,
        "0123456789abcdef" * 4,
        bytes.fromhex("0123456789abcdef" * 4),
    ),
    "percent-encoded": (
        _VERBATIM,
        f"{SECRET}+/",
        f"{SECRET}+/".replace(" ", "%20").replace("+/", "%2B%2F").encode(),
    ),
    "percent-decoded": (_VERBATIM, f"{SECRET}%41", f"{SECRET}A".encode()),
    "in capitals": (_VERBATIM, SECRET, SECRET.upper().encode()),
    "without hyphens": (_VERBATIM, UUID_SECRET, UUID_SECRET.replace("-", "").encode()),
    "the first 32 characters": (_VERBATIM, SECRET, SECRET[:32].encode()),
    "its hash": (_VERBATIM, UUID_SECRET, hashlib.sha256(UUID_SECRET.encode()).digest()),
    "trimmed": (_VERBATIM, f"{SECRET} \n", SECRET.encode()),
    "decoded": ("secret-is-base64-decoded", SECRET_IN_BASE64, base64.b64decode(SECRET_IN_BASE64)),
    "nothing": (_OTHER, SECRET, b""),
    "undefined": (_OTHER, SECRET, b"undefined"),
    "None": (_OTHER, SECRET, b"None"),
    "its name": (_OTHER, SECRET, b"sharedSecret"),
    "the clientKey": (_OTHER, SECRET, SITE.encode()),
    "the app's key": (_OTHER, SECRET, APP_KEY.encode()),
}
each_key = pytest.mark.parametrize(("code", "secret", "key"), KEYS.values(), ids=KEYS)


def signed(key: bytes, token: str) -> str:
    """A token with its signature by this key."""
    text = token.rpartition(".")[0]
    return f"{text}.{base64url(hmac.digest(key, text.encode(), 'sha256'))}"


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@each_key
def test_what_was_done_to_the_secret_is_named(code: str, secret: str, key: bytes) -> None:
    right = app_token(secret=secret)
    diagnosis = diagnose(call(signed(key, right), secrets=secrets(secret)))
    assert [(found.code, found.certainty) for found in diagnosis.findings] == [(code, Certainty.CERTAIN)]
    assert diagnosis.unsettled == ()
    assert diagnose(call(right, secrets=secrets(secret))).verdict is Verdict.ACCEPTED


KEPT = {
    "a line break": f"{SECRET}\n",
    "quotes": f'"{SECRET}"',
    "quotes and a line break": f'"{SECRET}"\n',
    "blanks": f" {SECRET} ",
    "a byte order mark": f"\ufeff{SECRET}",
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "hex digits": SECRET.encode().hex(),
    "percent-encoded": SECRET.replace(" ", "%20"),
}


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_what_the_app_has_kept_changed_is_named_and_the_cure_is_the_app_s(kept: str) -> None:
    (found,) = diagnose(webhook(site_token(), secrets=secrets(kept))).findings
    assert found.code in {_VERBATIM, "secret-is-base64-decoded"}
    assert found.fix.startswith("Keep sharedSecret as")


def test_both_mistakes_with_a_previous_secret_are_named() -> None:
    token = signed(f"{PREVIOUS_SECRET}\n".encode(), app_token())
    diagnosis = diagnose(call(token, secrets=secrets(SECRET, PREVIOUS_SECRET)))
    assert [found.code for found in diagnosis.findings] == [_VERBATIM, "secret-previous"]


_ENCODED, _MADE = "signature-not-base64url", "signature-not-hs256"
SIGNATURES: dict[str, tuple[str, Callable[[bytes, bytes], str]]] = {
    "hex digits": (_ENCODED, lambda key, text: hmac.digest(key, text, "sha256").hex()),
    "hex digits in capitals": (_ENCODED, lambda key, text: hmac.digest(key, text, "sha256").hex().upper()),
    "base64url of hex digits": (
        _ENCODED,
        lambda key, text: base64url(hmac.digest(key, text, "sha256").hex().encode()),
    ),
    "base64 twice": (
        _ENCODED,
        lambda key, text: base64url(base64.b64encode(hmac.digest(key, text, "sha256"))),
    ),
    "SHA-512": (_MADE, lambda key, text: base64url(hmac.digest(key, text, "sha512"))),
    "SHA-384": (_MADE, lambda key, text: base64url(hmac.digest(key, text, "sha384"))),
    "SHA-1": (_MADE, lambda key, text: base64url(hmac.digest(key, text, "sha1"))),
    "SHA-512 in hex digits": (_MADE, lambda key, text: hmac.digest(key, text, "sha512").hex()),
    "key and text swapped": (_MADE, lambda key, text: base64url(hmac.digest(text, key, "sha256"))),
    "no HMAC": (_MADE, lambda key, text: base64url(hashlib.sha256(text + key).digest())),
    "no secret": (_MADE, lambda _, text: base64url(hashlib.sha256(text).digest())),
    "the claims alone": (
        _MADE,
        lambda key, text: base64url(hmac.digest(key, text.partition(b".")[2], "sha256")),
    ),
    "a dot too many": (_MADE, lambda key, text: base64url(hmac.digest(key, text + b".", "sha256"))),
    "the JSON": (
        _MADE,
        lambda key, text: base64url(hmac.digest(key, b".".join(map(_json, text.split(b"."))), "sha256")),
    ),
    "nothing": ("signature-missing", lambda *_: ""),
}
each_signature = pytest.mark.parametrize(("code", "sign"), SIGNATURES.values(), ids=SIGNATURES)


def _json(segment: bytes) -> bytes:
    return base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))


def _with_signature(sign: Callable[[bytes, bytes], str]) -> str:
    text = app_token().rpartition(".")[0]
    return f"{text}.{sign(SECRET.encode(), text.encode())}"


@each_signature
def test_how_else_it_was_signed_is_named(code: str, sign: Callable[[bytes, bytes], str]) -> None:
    diagnosis = diagnose(call(_with_signature(sign)))
    assert [(found.code, found.certainty) for found in diagnosis.findings] == [(code, Certainty.CERTAIN)]
    assert diagnosis.verdict is Verdict.REFUSED


@each_signature
def test_a_signature_that_no_secret_makes_is_refused_without_one(
    code: str, sign: Callable[[bytes, bytes], str]
) -> None:
    token = _with_signature(sign)
    codes = [found.code for found in diagnose(call(token, secrets=())).findings]
    has_the_length = len(token.rpartition(".")[2]) == len(base64url(bytes(32)))
    assert codes == ([] if has_the_length else [code])


def test_signature_and_secret_may_both_be_wrong() -> None:
    text = app_token().rpartition(".")[0]
    signature = hmac.digest(f"{SECRET}\n".encode(), text.encode(), "sha256").hex()
    codes = [found.code for found in diagnose(call(f"{text}.{signature}")).findings]
    assert codes == [_ENCODED, _VERBATIM]


def test_nothing_of_a_secret_is_said() -> None:
    for code, secret, key in KEYS.values():
        evidence = call(signed(key, app_token(secret=secret)), secrets=secrets(secret))
        words = " ".join(f"{found.seen} {found.why} {found.fix}" for found in diagnose(evidence).findings)
        assert secret not in words, code
