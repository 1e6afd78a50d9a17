"""Encodings and digests of a `qsh` claim; right is SHA-256 in 64 lower-case hex digits."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

Digest: TypeAlias = Callable[[bytes], bytes]

_NAMES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s")
_EXPECTED = "64 lower-case hex digits belong there"
_AROUND = re.compile(r"\s*(?:0x|\\x|sha-?256[=:-]|b)?[\"'`<\s]*(.*?)[\"'`>\s=]*", re.IGNORECASE | re.DOTALL)
_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_BASE64 = re.compile(r"[\w+/-]+={0,2}", re.ASCII)
_LONGEST = 1024
_SHORTEST = 8
"""Minimum length, in bytes, of a truncated hash: shorter ones match by chance."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One interpretation of a `qsh` claim.

    Attributes:
        value: the bytes of the hash, or its beginning
        code: of the encoding mistake, empty for none
        seen: the encoding, in words
    """

    value: bytes
    code: str = ""
    seen: str = ""


def readings(qsh: str) -> Iterator[Reading]:
    """Yield the bytes that a `qsh` may encode; nothing if no encoding fits."""
    if len(qsh) > _LONGEST:
        return
    if len(qsh) == 2 * hashlib.sha256().digest_size and qsh == qsh.lower() and _HEX.fullmatch(qsh):
        yield Reading(bytes.fromhex(qsh))
        return
    bare = found[1] if (found := _AROUND.fullmatch(qsh)) else qsh
    around = "" if bare == qsh.rstrip("=") else " with something around it"
    if _HEX.fullmatch(bare) and len(bare) % 2 == 0:
        capitals = " in capitals" if bare != bare.lower() else ""
        seen = f"qsh is {len(bare)} hex digits{capitals}{around}: {_EXPECTED}"
        yield Reading(bytes.fromhex(bare), "qsh-not-hex", seen)
    if _BASE64.fullmatch(bare):
        yield from _in_base64(bare, around)


def _in_base64(text: str, around: str) -> Iterator[Reading]:
    for altchars in (b"+/", b"-_"):
        try:
            value = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars)
        except (binascii.Error, ValueError):
            continue
        seen = f"qsh is base64 of {len(value)} bytes{around}: {_EXPECTED}"
        yield Reading(value, "qsh-not-hex", seen)
        if _HEX.fullmatch(value.decode("latin-1")) and len(value) % 2 == 0:
            in_hex = bytes.fromhex(value.decode())
            yield Reading(
                in_hex, "qsh-not-hex", f"qsh is base64 of {len(value)} hex digits{around}: {_EXPECTED}"
            )


def digests(size: int, key: bytes | None) -> dict[str, Digest]:
    """Return the digest functions of this size by name; the right one has an empty name.

    Args:
        size: in bytes; of a truncated hash, fewer than the digest has
        key: candidate key of an HMAC
    """
    full = hashlib.sha256().digest_size
    found: dict[str, Digest] = {}
    if _SHORTEST <= size <= full:
        found[""] = lambda text: hashlib.sha256(text).digest()[:size]
    if size == full:
        found |= _SHA256_LIKE
    if size == full and key is not None:
        found["HMAC-SHA-256 with the secret"] = partial(_hmac, key)
    return found | {name.upper(): _plain(name) for name in _NAMES if name != "sha256" and _size(name) == size}


def _size(name: str) -> int:
    return hashlib.new(name, usedforsecurity=False).digest_size


def _plain(name: str) -> Digest:
    return lambda text: hashlib.new(name, text, usedforsecurity=False).digest()


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


_SHA256_LIKE: dict[str, Digest] = {
    "SHA-256 of a SHA-256 in hex digits": lambda text: hashlib.sha256(
        hashlib.sha256(text).hexdigest().encode()
    ).digest(),
    "SHA-256 of a SHA-256": lambda text: hashlib.sha256(hashlib.sha256(text).digest()).digest(),
    "SHA-256 of the text in UTF-16": lambda text: hashlib.sha256(text.decode().encode("utf-16-le")).digest(),
    "SHA-256 of the text in Latin-1": lambda text: hashlib.sha256(
        text.decode().encode("latin-1", "replace")
    ).digest(),
    "SHA-256 of the text's base64": lambda text: hashlib.sha256(base64.b64encode(text)).digest(),
}
