"""Where the token is, and what is wrong before it can be read."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from connect_jwt.diagnosis.case import split
from connect_jwt.diagnosis.catalogue import finding
from connect_jwt.diagnosis.evidence import Evidence
from connect_jwt.diagnosis.findings import Certainty, Finding
from connect_jwt.errors import TokenRefused
from connect_jwt.tokens import parse_token

_CERTAIN = Certainty.CERTAIN


def tokens_in(evidence: Evidence) -> list[str]:
    """Every token the evidence holds, each once: the one that is given, the header's, the URL's.

    Beside a token, credentials of another scheme are something else.
    """
    in_url = _in_url(evidence)
    scheme, credentials = authorization(evidence)
    in_header = None if scheme != "jwt" and (evidence.token or in_url) else credentials
    return list(dict.fromkeys(filter(None, (evidence.token, in_header, *in_url))))


def _in_url(evidence: Evidence) -> list[str]:
    query = split(evidence.url or "").query
    return [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "jwt" and value]


def authorization(evidence: Evidence) -> tuple[str | None, str | None]:
    """The Authorization header's scheme, in small letters, and its credentials; None for what is missing."""
    header = evidence.header("Authorization")
    if header is None:
        return None, None
    scheme, _, credentials = header.strip().partition(" ")
    if not credentials and "." in scheme:  # the bare token, without a scheme
        return "", scheme
    return scheme.lower(), credentials.strip()


def check_transport(evidence: Evidence) -> Iterator[Finding]:
    """How the token travels, and whether it is one."""
    tokens = tokens_in(evidence)
    if not tokens:
        yield finding(
            "token-missing", _CERTAIN, "neither an Authorization header nor a jwt parameter has one"
        )
        return
    if len(tokens) > 1:
        yield finding("token-twice", _CERTAIN, f"{len(tokens)} tokens that differ")
    scheme, credentials = authorization(evidence)
    if scheme != "jwt" and credentials == tokens[0] and not _in_url(evidence):
        seen = f"the scheme is {scheme[:20]}" if scheme else "there is no scheme before the token"
        yield finding("scheme-not-jwt", _CERTAIN, seen)
    yield from _check_shape(tokens[0])


def _check_shape(token: str) -> Iterator[Finding]:
    try:
        parse_token(token)
    except TokenRefused as refused:
        parts = token.count(".") + 1
        yield finding(refused.reason, _CERTAIN, f"{len(token)} characters in {parts} part{'s'[: parts > 1]}")
