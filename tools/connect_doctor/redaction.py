"""Redaction of output: secrets, signatures, whole tokens, and control characters for terminals."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connect_jwt.diagnosis import Evidence

_HIDDEN = "[hidden]"
_TOKEN = re.compile(r"\beyJ[\w-]*(?:\.[\w=-]*){1,2}", re.ASCII)
_JWT_PARAMETER = re.compile(r"(?<![\w-])(jwt=)[^&\s#,]+", re.IGNORECASE)
DOT = r"(?:\.|%2[Ee])"
"""Pattern of a dot of a token, which may be encoded for a URL."""

API_TOKEN = re.compile(r"\b(AT[ACS]TT)[\w=-]+", re.ASCII)
"""An API token of Atlassian's; its beginning says what it is."""

_USERINFO = re.compile(r"(://)[^/?#\s\"']+@")
_CREDENTIAL = (
    r"(?:(?:access|refresh|id|api|auth|session)[_-]?token|(?:client|shared)[_-]?secret"
    r"|pass(?:word|wd|phrase)|api[_-]?key)"
)
_NOT_A_JWT = rf"(?!e[\w-]{{15,}}={{0,2}}{DOT})"
_PARAMETER = re.compile(
    rf"((?:(?<![\w-]){_CREDENTIAL}|(?<=[?&])code)=){_NOT_A_JWT}[^&#\s\"']+", re.ASCII | re.IGNORECASE
)
_MEMBER = re.compile(rf'(\\?"{_CREDENTIAL}\\?"\s*:\s*\\?"){_NOT_A_JWT}[^"\\]+', re.ASCII | re.IGNORECASE)
_MIN_LENGTH = 8
"""Shorter strings are parts of ordinary words, and no secret is so short."""

_MAX_DEPTH = 32


def without_tokens(text: str) -> str:
    """A text in which nothing shaped like a token is left, nor a `jwt` parameter's value."""
    return _JWT_PARAMETER.sub(rf"\g<1>{_HIDDEN}", _TOKEN.sub(_HIDDEN, text))


def without_credentials(text: str, *, hidden: str = _HIDDEN) -> str:
    """A text without passwords, API tokens, and what is named like a secret; a JWT stays.

    Args:
        text: such as a URL, a form, or an answer
        hidden: takes their place
    """
    text = API_TOKEN.sub(rf"\g<1>{hidden}", text)
    for credential in (_PARAMETER, _MEMBER):
        text = credential.sub(rf"\g<1>{hidden}", text)
    return _USERINFO.sub(rf"\g<1>{hidden}@", text)


def visible(text: str) -> str:
    """A text without characters that a terminal would obey or a file could not hold."""
    return "".join(
        character if character.isprintable() else json.dumps(character)[1:-1] for character in text
    )


class Redaction:
    """Knows what is secret in the evidence, and takes it out of whatever is printed."""

    def __init__(self, evidence: Evidence) -> None:
        hidden = {text for text in _hidden(evidence) if len(text) >= _MIN_LENGTH}
        self._hidden = sorted(hidden, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text, fit to be printed."""
        for secret in self._hidden:
            text = text.replace(secret, _HIDDEN)
        return without_credentials(without_tokens(text))

    def value(self, value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON value
        """The JSON value, fit to be printed as JSON."""
        if depth > _MAX_DEPTH:
            return "…"
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {self.text(name): self.value(member, depth + 1) for name, member in value.items()}
            case list():
                return [self.value(member, depth + 1) for member in value]
            case float() if not math.isfinite(value):  # what Python reads, but JSON does not have
                return str(value)
            case _:
                return value


def _hidden(evidence: Evidence) -> Iterable[str]:
    for secret in (*evidence.secrets, *evidence.other_secrets.values()):
        yield secret.reveal()
    authorization = evidence.header("Authorization") or ""
    tokens = [evidence.token or "", authorization, *authorization.split(), *_in_query(evidence.url or "")]
    for token in tokens:
        yield token
        yield token.rpartition(".")[2]


def _in_query(url: str) -> list[str]:
    query = urlsplit(url).query
    return [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "jwt"]
