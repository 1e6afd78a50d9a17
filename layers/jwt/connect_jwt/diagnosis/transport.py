"""Find the token in a request, and report problems that keep it from being read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

from connect_jwt.diagnosis.addresses import host_of, split
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.evidence import Evidence
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.diagnosis.surroundings import find_token, read_token
from connect_jwt.errors import TokenRefused

_CERTAIN = Certainty.CERTAIN
_BEFORE_TOKEN = re.compile(r"(?:([A-Za-z]\w*) +)?", re.ASCII)
_API_TOKEN = re.compile(r"AT[ACS]TT\w{8}", re.ASCII)
"""Prefixes of the API tokens that id.atlassian.com issues for people and service accounts."""

_PARTS = 3


@dataclass(frozen=True, slots=True)
class Carried:
    """A token as the request carries it.

    Attributes:
        token: without the text around it
        scheme: of the Authorization header, in lower case, empty for none; None if it is in no header
        decoration: description of the text around it
    """

    token: str
    scheme: str | None = None
    decoration: str = ""


def tokens_in(evidence: Evidence) -> list[Carried]:
    """Return every distinct token: the given one, the header's, the URL's.

    Credentials of another scheme are ignored when there is a token beside them.
    """
    others = [*_given(evidence.token), *_in_url(evidence)]
    in_header = [
        carried
        for carried in _in_header(evidence.header("Authorization"))
        if carried.scheme == "jwt" or not others
    ]
    unique: dict[str, Carried] = {}
    for carried in (*others[:1], *in_header, *others[1:]) if evidence.token else (*in_header, *others):
        unique.setdefault(carried.token, carried)
    return list(unique.values())


def check_transport(tokens: list[Carried]) -> Iterator[Finding]:
    """Report text around the token, other tokens, and text that is no token.

    Args:
        tokens: those that the request carries, at least one
    """
    if len(tokens) > 1:
        yield finding("token-twice", _CERTAIN, f"{len(tokens)} tokens that differ")
    first = tokens[0]
    if first.decoration:
        yield finding("token-decorated", _CERTAIN, first.decoration)
    try:
        read_token(first.token)
    except TokenRefused as refused:
        if _API_TOKEN.match(first.token):
            yield finding("api-token", _CERTAIN, "it begins as the API tokens of people do")
        else:
            yield finding(refused.reason, _CERTAIN, _how_malformed(first.token))


def is_opaque(carried: Carried, evidence: Evidence) -> bool:
    """Return whether it is an opaque access token of OAuth or Forge.

    An API token counts as one only at the gateway.
    """
    is_gateways = host_of(split(evidence.url or "")).startswith("api.")
    is_api_token = _API_TOKEN.match(carried.token) is not None
    return carried.scheme == "bearer" and "." not in carried.token and (is_gateways or not is_api_token)


def _given(text: str | None) -> Iterator[Carried]:
    if text:
        yield _taken_out(text, scheme=None) or Carried(text)


def _in_header(header: str | None) -> Iterator[Carried]:
    value = (header or "").strip()
    scheme, _, credentials = value.partition(" ")
    if carried := _taken_out(value, scheme=""):
        yield carried
    elif joined := find_token("".join(credentials.split())):
        yield Carried(joined.token, scheme.lower(), "a blank or a line break in the middle of the token")
    elif decoded := find_token(unquote_plus(credentials)):
        yield Carried(decoded.token, scheme.lower(), "percent-encoded dots in the token")
    elif credentials.strip() and scheme.lower() != "basic":
        yield Carried(credentials.strip(), scheme.lower())
    elif "." in scheme or _API_TOKEN.match(scheme):  # the bare token, without a scheme
        yield Carried(scheme, "")


def _in_url(evidence: Evidence) -> Iterator[Carried]:
    for parameter in split(evidence.url or "").query.split("&"):
        name, _, value = parameter.partition("=")
        if value and (name == "jwt" or ("%" in name and unquote_plus(name) == "jwt")):
            text = unquote_plus(value)
            found = find_token(text)
            yield Carried(found.token, None, found.decoration) if found else Carried(text)


def _taken_out(text: str, *, scheme: str | None) -> Carried | None:
    """Return the token in a text, with the scheme before it; None if there is none."""
    found = find_token(text)
    if found is None:
        return None
    before = _BEFORE_TOKEN.fullmatch(found.before)
    if before and not found.after.strip():
        return Carried(found.token, before[1].lower() if before[1] else scheme)
    words = set(re.findall(r"[a-z]+", found.before.lower()))
    return Carried(found.token, "bearer" if words == {"bearer"} else None, found.decoration)


def _how_malformed(token: str) -> str:
    """Describe a malformed token without showing any of it."""
    parts = token.split(".")
    size = f"{len(token)} characters"
    if len(parts) == _PARTS - 1:
        return f"{size} in two parts: the third, which is the signature, is cut off"
    if len(parts) != _PARTS:
        return f"{size} in {len(parts)} part{'s'[: len(parts) > 1]} where three belong"
    for name, part in zip(("header", "claims", "signature"), parts, strict=True):
        if re.fullmatch(r"[\w-]*={0,2}", part, re.ASCII) is None:
            return f"{size}, and the {name} has characters that base64url does not have"
    return f"{size} in three parts, of which the first two are not base64url of JSON objects"
