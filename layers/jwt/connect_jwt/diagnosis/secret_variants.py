"""Wrong keys made from a secret, and signatures that are not HS256's."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

Key: TypeAlias = tuple[str, str, bytes]
"""The code of the mistake, a description, and the key that it leads to."""

_ENDS = {
    "a line break after it": "\n",
    "a line break of Windows after it": "\r\n",
    "a carriage return after it": "\r",
    "a blank after it": " ",
    "a tab after it": "\t",
    "a NUL after it": "\0",
    "a comma after it": ",",
    "a semicolon after it": ";",
    "a backslash and an n after it": "\\n",
}
_AROUND = {
    "double quotes around it": ('"', '"'),
    "single quotes around it": ("'", "'"),
    "backticks around it": ("`", "`"),
    "typographic quotes around it": ("\u201c", "\u201d"),
    "angle brackets around it": ("<", ">"),
    "blanks around it": (" ", " "),
    "a blank before it": (" ", ""),
    "a tab before it": ("\t", ""),
    "a line break before it": ("\n", ""),
    "a byte order mark before it": ("\ufeff", ""),
    "Python's b'' around it": ("b'", "'"),
    "its name before it": ("sharedSecret=", ""),
    "the word secret before it": ("secret=", ""),
    "Bearer before it": ("Bearer ", ""),
}
_MISSING = ("", "undefined", "null", "None", "nil", "false", "[object Object]", "sharedSecret", "secret")
"""Values of an unset variable, or its name."""

_LENGTHS = (16, 32, 64)
_VERBATIM = "secret-not-verbatim"
_HS256_BYTES = 32
_BASE64_OF_HS256 = re.compile(rb"[\w+/-]{43}=?", re.ASCII)
_OF_LENGTH = {
    16: "MD5 has as many",
    20: "SHA-1 has as many",
    28: "SHA-224 has as many",
    48: "SHA-384 has as many, or 64 hex digits read as base64url",
    64: "SHA-512 has as many, or 64 hex digits encoded once more",
    256: "RSA has as many",
}


def changed(secret: str) -> Iterator[Key]:
    """Yield the keys that come of changing a secret."""
    for key in _base64_decoded(secret):
        yield "secret-is-base64-decoded", "what the secret decodes to", key
    for words, end in _ENDS.items():
        yield _VERBATIM, f"the secret with {words}", _utf8(f"{secret}{end}")
    for words, (before, after) in _AROUND.items():
        yield _VERBATIM, f"the secret with {words}", _utf8(f"{before}{secret}{after}")
        yield _VERBATIM, f"the secret with {words}, and a line break", _utf8(f"{before}{secret}{after}\n")
    for words, change in _CHANGES.items():
        try:
            yield _VERBATIM, words, change(secret)
        except (ValueError, binascii.Error):  # a UnicodeError is a ValueError
            continue
    for length in _LENGTHS:
        yield _VERBATIM, f"the first {length} characters of the secret", _utf8(secret[:length])


def other_values(*named: tuple[str, str | None]) -> Iterator[Key]:
    """Yield keys that are not a secret at all.

    Args:
        named: other known values of the request, each with its name
    """
    for text in _MISSING:
        words = f"the word {text}" if text else "an empty secret"
        yield "secret-is-another-value", words, _utf8(text)
    for words, value in named:
        if value:
            yield "secret-is-another-value", words, _utf8(value)


def how_else_signed(signature: bytes, signing_input: bytes, key: bytes) -> tuple[str, str] | None:
    """Return code and description of another signature made with this key; None if it is none."""
    digest = hmac.digest(key, signing_input, "sha256")
    for words, written in _spellings(digest):
        if signature == written:
            return "signature-not-base64url", words
    for words, made in _other_signatures(signing_input, key):
        if len(signature) in _spelled_lengths(len(made)) and (
            signature in {made, *(written for _, written in _spellings(made))}
        ):
            return "signature-not-hs256", words
    return None


def cannot_be_hs256(signature: bytes) -> tuple[str, str] | None:
    """Return code and description of a signature that no key makes with HS256; None if one may."""
    if not signature:
        return "signature-missing", "the third part of the token is empty"
    if len(signature) == _HS256_BYTES:
        return None
    if _is_hex(base64.urlsafe_b64encode(signature)) or _is_hex(signature):
        return "signature-not-base64url", "the signature is written in hex digits"
    if _BASE64_OF_HS256.fullmatch(signature):
        return "signature-not-base64url", "the signature is encoded twice"
    known = _OF_LENGTH.get(len(signature))
    seen = f"the signature has {len(signature)} bytes and HS256's has {_HS256_BYTES}"
    return "signature-not-hs256", f"{seen}; {known}" if known else seen


def _is_hex(text: bytes) -> bool:
    return len(text) == 2 * _HS256_BYTES and all(digit in b"0123456789abcdefABCDEF" for digit in text)


def _spellings(digest: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes that base64url decodes to for other encodings of the digest."""
    for in_hex in (digest.hex(), digest.hex().upper()):
        if len(in_hex) % 4 == 0:
            yield "the signature is written in hex digits", base64.b64decode(in_hex)
        yield "the signature is the base64url of hex digits", in_hex.encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield "the signature is encoded twice", encode(digest)
        yield "the signature is encoded twice", encode(digest).rstrip(b"=")


@cache
def _spelled_lengths(size: int) -> frozenset[int]:
    return frozenset({size, *(len(written) for _, written in _spellings(bytes(size)))})


def _other_signatures(signing_input: bytes, key: bytes) -> Iterator[tuple[str, bytes]]:
    for name in ("sha512", "sha384", "sha1", "sha224", "md5"):
        yield f"HMAC with {name.upper()}", hmac.digest(key, signing_input, name)
    yield "HMAC with the key for the text and the text for the key", hmac.digest(signing_input, key, "sha256")
    yield "SHA-256 of text and secret, no HMAC", hashlib.sha256(signing_input + key).digest()
    yield "SHA-256 of secret and text, no HMAC", hashlib.sha256(key + signing_input).digest()
    yield "SHA-256 without the secret", hashlib.sha256(signing_input).digest()
    header, _, claims = signing_input.partition(b".")
    for words, text in (
        ("HMAC of the claims alone", claims),
        ("HMAC of the header alone", header),
        ("HMAC of both parts without the dot", header + claims),
        ("HMAC with a dot too many at the end", signing_input + b"."),
        ("HMAC with a line break at the end", signing_input + b"\n"),
        ("HMAC of the JSON, not of its base64url", _decoded(header) + b"." + _decoded(claims)),
        ("HMAC of the claims' JSON", _decoded(claims)),
        ("HMAC of both parts with their padding", _padded(header) + b"." + _padded(claims)),
    ):
        yield words, hmac.digest(key, text, "sha256")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _base64_decoded(secret: str) -> Iterator[bytes]:
    text = secret.rstrip("=")
    for altchars in (b"+/", b"-_"):
        try:
            yield base64.b64decode(text + "=" * (-len(text) % 4), altchars=altchars)
        except (binascii.Error, ValueError):
            continue


def _decoded(segment: bytes) -> bytes:
    return base64.urlsafe_b64decode(_padded(segment))


def _padded(segment: bytes) -> bytes:
    return segment + b"=" * (-len(segment) % 4)


_CHANGES: dict[str, Callable[[str], Any]] = {
    "the secret without the blanks around it": lambda secret: _utf8(secret.strip()),
    "the secret without its quotes": lambda secret: _utf8(secret.strip().strip("\"'`")),
    "the secret without its byte order mark": lambda secret: _utf8(secret.strip("\ufeff \r\n")),
    "the base64 of the secret": lambda secret: base64.b64encode(_utf8(secret)),
    "the base64 of the secret and a line break": lambda secret: base64.b64encode(_utf8(f"{secret}\n")),
    "the base64url of the secret": lambda secret: base64.urlsafe_b64encode(_utf8(secret)).rstrip(b"="),
    "what the secret's hex digits stand for": bytes.fromhex,
    "the secret in hex digits": lambda secret: _utf8(secret).hex().encode(),
    "the secret in UTF-16": lambda secret: secret.encode("utf-16"),
    "the secret in UTF-16, little-endian": lambda secret: secret.encode("utf-16-le"),
    "the secret in UTF-16, big-endian": lambda secret: secret.encode("utf-16-be"),
    "the secret in UTF-32": lambda secret: secret.encode("utf-32-le"),
    "the secret in Latin-1": lambda secret: secret.encode("latin-1"),
    "the secret percent-encoded": lambda secret: quote(_utf8(secret), safe="").encode(),
    "the secret percent-decoded": lambda secret: _utf8(unquote(secret)),
    "the secret with its plus signs read as blanks": lambda secret: _utf8(secret.replace("+", " ")),
    "the secret in small letters": lambda secret: _utf8(secret.lower()),
    "the secret in capitals": lambda secret: _utf8(secret.upper()),
    "the secret without its hyphens": lambda secret: _utf8(secret.replace("-", "")),
    "the secret's SHA-256": lambda secret: hashlib.sha256(_utf8(secret)).digest(),
    "the secret's SHA-256 in hex digits": lambda secret: hashlib.sha256(_utf8(secret)).hexdigest().encode(),
    "the secret's first half": lambda secret: _utf8(secret[: len(secret) // 2]),
    "the secret without its last character": lambda secret: _utf8(secret[:-1]),
    "the secret without its first character": lambda secret: _utf8(secret[1:]),
    "the secret twice": lambda secret: _utf8(secret * 2),
}
