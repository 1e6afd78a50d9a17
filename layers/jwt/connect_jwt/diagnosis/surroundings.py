"""Tokens with something around them, or in a place that the receiver does not read."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from connect_jwt.diagnosis.addresses import is_authorization_server, split
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.evidence import Evidence
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.errors import TokenRefused
from connect_jwt.invocations import ISSUER as FORGE_ISSUER
from connect_jwt.invocations import MAX_FORGE_TOKEN_BYTES
from connect_jwt.tokens import UnverifiedToken, parse_token

_LONGEST = 64 * 1024
_MOST_SHAPES = 8
_SHAPE = re.compile(r"(?<![\w-])[\w-]++={0,2}\.[\w-]++={0,2}\.[\w-]*+={0,2}(?!\.[\w-])", re.ASCII)
_BEGINNING = "eyJ"
"""Beginning of every token made by a library: base64url of a JSON object's first name."""

_KNOWN = re.compile(
    r"""(?: \b(jwt|bearer|token|authorization|authentication|auth|access|id|session|basic|b)\b
          | [\s"'`<>(){}\[\]:=,;.|*&?!\\/_\ufeff\u200b\u2018\u2019\u201c\u201d\xab\xbb] | %20 | %22 )*""",
    re.VERBOSE | re.IGNORECASE,
)
"""Text around a token that may be shown; anything else may be a secret."""

_MOST_SHOWN = 40
_OTHERS_TOKENS = ("cookie", "x-forge-oauth-")
"""Headers whose tokens prove nothing here."""

_FIELDS = frozenset({"jwt", "token", "assertion", "authorization"})
_ASSERTION = "in the body's field assertion"


@dataclass(frozen=True, slots=True)
class Found:
    """A token in a text, with the text before and after it."""

    token: str
    before: str
    after: str

    @property
    def decoration(self) -> str:
        """Describe the text around the token for a person; empty for none."""
        around = ((self.before, "before"), (self.after, "after"))
        return " and ".join(f"{_shown(text)} {where} the token" for text, where in around if text)


def find_token(text: str) -> Found | None:
    """Return the first token in a text; None if there is none near its beginning."""
    text = text[:_LONGEST]
    for number, shape in enumerate(_SHAPE.finditer(text)):
        if number == _MOST_SHAPES:
            break
        for start in (shape.start(), shape.start() + shape[0].find(_BEGINNING)):
            token = text[start : shape.end()]
            if _is_token(token):
                return Found(token, text[:start], text[shape.end() :])
    return None


def found_elsewhere(evidence: Evidence) -> tuple[list[Finding], Evidence] | None:
    """Find a token outside the places that Jira or an app reads, and return the request with it moved there.

    An assertion in the body is left alone: the authorization server reads it there.
    """
    for place, text, url in _places(evidence):
        found = find_token(text)
        if found is not None:
            is_right = place == _ASSERTION and is_authorization_server(split(url or ""))
            misplaced = finding("token-misplaced", Certainty.CERTAIN, f"the token is {place}")
            return [] if is_right else [misplaced], replace(evidence, token=found.token, url=url)
    return None


def read_token(text: str) -> UnverifiedToken:
    """Parse a token, up to the size limit. Forge's may be larger than a site's.

    Raises:
        TokenRefused: it is too large, or is no compact JWT
    """
    token = parse_token(text, max_bytes=MAX_FORGE_TOKEN_BYTES)
    return token if token.claims.get("iss") == FORGE_ISSUER else parse_token(text)


def _is_token(text: str) -> bool:
    try:
        read_token(text)
    except TokenRefused:
        return False
    return True


def _shown(text: str) -> str:
    text = text.strip() or "a blank"
    if find_token(text):
        return "another token"
    return text if len(text) <= _MOST_SHOWN and _KNOWN.fullmatch(text) else f"{len(text)} characters"


def _places(evidence: Evidence) -> Iterator[tuple[str, str, str | None]]:
    """Yield each place where people have put a token, its text, and the URL without it."""
    url = evidence.url
    if url is not None and len(url) <= _LONGEST:
        yield from _places_in_url(url)
    for name, value in evidence.headers.items():
        if name.lower() != "authorization" and not name.lower().startswith(_OTHERS_TOKENS):
            yield f"in the header {_shown_name(name)}", value, url
    for name, value in _fields(evidence.body or ""):
        if name.lower() in _FIELDS:
            yield f"in the body's field {name}", value, url


def _places_in_url(url: str) -> Iterator[tuple[str, str, str]]:
    address, _, query = url.partition("?")
    first, question_mark, rest = query.partition("?")
    if question_mark and find_token(rest):
        name = first.rpartition("&")[2].partition("=")[0]
        value_of = f"the value of {_shown_name(name)}" if "=" in first.rpartition("&")[2] else "a name"
        seen = f"behind a second ?, so that what follows it is read as a part of {value_of}"
        yield seen, unquote(rest), _without_jwt(f"{address}?{first}&{rest}")
    parts, with_ampersands = split(url), url.replace("&amp;", "&")
    for parameter in parts.query.split("&"):
        name, _, value = parameter.partition("=")
        yield f"in the parameter {_shown_name(name)}", unquote(value), with_ampersands
    yield "behind the #, which is never sent", unquote(parts.fragment), url.partition("#")[0]
    yield "in the path", unquote(parts.path), url


def _without_jwt(url: str) -> str:
    address, _, query = url.partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != "jwt"]
    return f"{address}?{'&'.join(kept)}"


def _shown_name(name: str) -> str:
    return name if re.fullmatch(r"[\w;.-]{1,40}", name, re.ASCII) else "with another name"


def _fields(body: str) -> Iterator[tuple[str, str]]:
    """Yield the string fields of a form or of a JSON object."""
    body = body[:_LONGEST]
    if body.lstrip().startswith("{"):
        yield from _members(body)
    else:
        yield from parse_qsl(body)


def _members(body: str) -> Iterator[tuple[str, str]]:
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return
    for name, value in document.items():
        if isinstance(value, str):
            yield name, value
