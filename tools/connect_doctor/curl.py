"""A curl command, as a browser or Postman exports it or a person types it, read as the request it sends.

Files that it names are not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from connect_doctor.shell import commands
from connect_doctor.unusable import BadInput
from connect_jwt.diagnosis import Evidence

_CURL = re.compile(r"(?:.*[/\\])?curl(?:\.exe)?", re.IGNORECASE)
_LETTERS_WITH_VALUE = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")
_LONG = {
    "d": "data",
    "F": "form",
    "G": "get",
    "H": "header",
    "I": "head",
    "T": "upload-file",
    "u": "user",
    "X": "request",
}
_WITHOUT_VALUE = re.compile(
    r"""no-.* | get | head | location(-trusted)? | compressed | silent | show-error | verbose | include
      | insecure | fail(-with-body)? | globoff | path-as-is | http[123].* | ipv[46] | tlsv.* | ssl(-reqd)?
      | raw | no-buffer | basic | digest | ntlm | negotiate | anyauth | remote-(header-)?name
      | progress-bar""",
    re.VERBOSE,
)
_VALUES_LIKE_URLS = frozenset(("url", "referer", "proxy", "preproxy", "doh-url", "proxy-header", "header"))
_LIKE_URL = re.compile(r"https?://|localhost\b|[\w-]+(\.[\w-]+)+(:\d+)?(/|$)", re.IGNORECASE)
_FORM = frozenset(("form", "form-string"))
_FIELDS = frozenset(("data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"))
_DATA = _FORM | _FIELDS | {"upload-file"}
_BASIC = "Basic credentials"
"""Stands for what -u makes, which is nobody's business and yields to a header that is given."""

_THIS_MACHINE = re.compile(r"(localhost|127\.)", re.IGNORECASE)


@dataclass(slots=True)
class _Command:
    """The options that decide what is sent."""

    urls: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    method: str | None = None


def is_curl(text: str) -> bool:
    """Return whether a text begins like a curl command, perhaps after a prompt."""
    return (
        re.match(r"\s*(?:[$%>#]\s+|PS [^>\n]*>\s*|[A-Za-z]:[^>\n]*>\s*)?curl(?:\.exe)?\s", text) is not None
    )


def read_curl(text: str) -> Evidence:
    """The request of the first curl command in a text.

    Raises:
        BadInput: there is none, or it has no URL
    """
    command = _Command()
    for name, value in _options(_arguments(text)):
        _apply(command, name, value)
    if not command.urls:
        raise BadInput("the curl command has no URL")
    as_query = "get" in command.used
    query = command.query + (command.data if as_query else [])
    body = None if as_query or not command.data else "&".join(command.data)
    return Evidence(
        method=command.method or _implied_method(command.used),
        url=_url(command.urls[0], query),
        headers=command.headers | ({} if as_query else _implied_headers(command)),
        body=body,
    )


def _arguments(text: str) -> list[str]:
    for words in commands(text):
        for position, word in enumerate(words):
            if _CURL.fullmatch(word):
                return words[position + 1 :]
    raise BadInput("that is no curl command: it begins with curl")


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """The options and their values in order; `url` for each word that is none."""
    waiting = words[::-1]
    while waiting:
        word = waiting.pop()
        if word in {"--next", "-:"}:
            return
        if word.startswith("--"):
            name = word[2:]
            yield name, waiting.pop() if waiting and _takes_value(name, waiting[-1]) else ""
        elif word.startswith("-") and len(word) > 1:
            yield from _letters(word[1:], waiting)
        else:
            yield "url", word


def _letters(letters: str, waiting: list[str]) -> Iterator[tuple[str, str]]:
    for position, letter in enumerate(letters):
        name = _LONG.get(letter, letter)
        if letter in _LETTERS_WITH_VALUE:
            yield name, letters[position + 1 :] or (waiting.pop() if waiting else "")
            return
        yield name, ""


def _takes_value(name: str, following: str) -> bool:
    """Return whether the next word is this option's value; curl has more options than are known here."""
    if name in _DATA or name in _VALUES_LIKE_URLS:
        return True
    if _WITHOUT_VALUE.fullmatch(name):
        return False
    return not following.startswith("-") and not _LIKE_URL.match(following)


def _apply(command: _Command, name: str, value: str) -> None:
    command.used.add(name)
    match name:
        case "url":
            command.urls.append(value)
        case "request":
            command.method = value.upper()
        case "header":
            _add_header(command.headers, value)
        case "user":
            command.headers.setdefault("Authorization", _BASIC)
        case "oauth2-bearer":
            command.headers.setdefault("Authorization", f"Bearer {value}")
        case "data-urlencode":
            command.data.append(_encoded(value))
        case "url-query":
            command.query.append(value[1:] if value.startswith("+") else _encoded(value))
        case "data" | "data-ascii" | "data-binary" if value.startswith("@"):
            pass  # a file
        case "data" | "data-ascii" | "data-binary" | "data-raw" | "json":
            command.data.append(value)


def _add_header(headers: dict[str, str], header: str) -> None:
    name, colon, value = header.partition(":")
    name, value = name.strip(), value.strip()
    if colon and value:
        same = next((known for known in headers if known.lower() == name.lower()), name)
        is_given = same in headers and headers[same] != _BASIC
        headers[same] = f"{headers[same]}, {value}" if is_given else value


def _encoded(given: str) -> str:
    """Encode `content`, `=content` and `name=content` as --data-urlencode does."""
    name, equals, content = given.partition("=")
    encoded = quote(content if equals else given, safe="-._~").replace("%20", "+")
    return f"{name}={encoded}" if equals and name else encoded


def _implied_method(used: set[str]) -> str:
    if "head" in used:
        return "HEAD"
    if "get" in used or not used & _DATA:
        return "GET"
    return "PUT" if "upload-file" in used else "POST"


def _implied_headers(command: _Command) -> dict[str, str]:
    if any(name.lower() == "content-type" for name in command.headers):
        return {}
    if "json" in command.used:
        return {"Content-Type": "application/json"}
    if command.used & _FORM:
        return {"Content-Type": "multipart/form-data"}
    if command.used & _FIELDS:
        return {"Content-Type": "application/x-www-form-urlencoded"}
    return {}


def _url(given: str, query: list[str]) -> str:
    url = given.partition("#")[0]
    if "://" not in url:  # curl would say http, and Jira's answer to that is https
        url = f"{'http' if _THIS_MACHINE.match(url) else 'https'}://{url}"
    added = "&".join(query)
    return f"{url}{'&' if '?' in url else '?'}{added}" if added else url
