"""Search for the canonical request behind a hash, by making the mistakes that people make."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, product
from typing import TypeAlias
from urllib.parse import quote, unquote, unquote_plus

from connect_jwt.canonical import canonical_request
from connect_jwt.diagnosis.bodies import Variant
from connect_jwt.diagnosis.hash_spellings import Reading, digests, readings
from connect_jwt.diagnosis.queries import NOT_SET, wrong_queries

Shape: TypeAlias = tuple[tuple[str, ...], Callable[[str, str, str], str]]
"""The code of a mistake, and how method, path and query are joined."""

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_PREFIXES = ("prod", "dev", "staging", "Prod", "Stage", "default", "wiki", "jira")
_MOST_MISTAKES = 2
_MOST_SEGMENTS = 12
_VERSIONS = ("2", "3", "latest", "1.0")
_VERSION = re.compile(r"/(?:\d+(?:\.\d+)?|latest)/")
_ESCAPED = re.compile(r"%[0-9A-F]{2}")
_MAX_LENGTH = 8 * 1024
"""No server takes a longer path or query, and thousands of hashes of it would be slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The request as it was sent.

    Attributes:
        method: the HTTP method
        origin: scheme and host, empty if unknown
        raw_path: the whole path
        base_path: the path of the receiver's base URL
        path: the path to hash
        query: verbatim
        fragment: never sent
        form: the form fields that count as parameters, empty for none
        body: the body that does not count
        prefix_code: code of the mistake of hashing the base URL's path
    """

    method: str
    origin: str
    raw_path: str
    base_path: str
    path: str
    query: str
    fragment: str
    form: str
    body: str
    prefix_code: str

    @property
    def parameters(self) -> str:
        """The query and the form fields that count as parameters."""
        return "&".join(filter(None, (self.query, self.form)))


@dataclass(frozen=True, slots=True)
class Match:
    """A canonical request with the claimed hash, and the mistakes that lead to it.

    Attributes:
        canonical: the canonical request
        codes: of the mistakes
        seen: a more exact description than the code's, for those that have one
    """

    canonical: str
    codes: tuple[str, ...]
    seen: dict[str, str] = field(default_factory=dict)


def find(qsh: str, sent: Sent, key: bytes | None = None) -> Match | None:
    """Return the hashed request with the fewest mistakes that explain it; None if no variant fits.

    Args:
        qsh: the claim
        sent: the request
        key: candidate key of an HMAC
    """
    if len(sent.path) + len(sent.parameters) > _MAX_LENGTH:
        return None
    pieces = _pieces(sent)
    likely = _each_once(chain(_candidates(pieces, 0), _candidates(pieces, 1), _whole(sent)))
    for reading in readings(qsh):
        for words, digest in digests(len(reading.value), key).items():
            for text, (codes, canonical) in likely.items():
                if digest(text) == reading.value:
                    return _match(canonical, codes, reading, words)
            is_usual = not words and not reading.code
            for codes, canonical in _candidates(pieces, 2) if is_usual else ():
                if digest(canonical.encode(errors="replace")) == reading.value:
                    return _match(canonical, codes, reading, words)
    return None


def _each_once(candidates: Iterable[Variant]) -> dict[bytes, Variant]:
    """Return the first candidate of each text: many mistakes make the same of a request."""
    found: dict[bytes, Variant] = {}
    for candidate in candidates:
        found.setdefault(candidate[1].encode(errors="replace"), candidate)
    return found


def _match(canonical: str, codes: tuple[str, ...], reading: Reading, words: str) -> Match:
    seen = {reading.code: reading.seen} if reading.code else {}
    if words:
        seen["qsh-other-digest"] = f"the hash is {words}, and SHA-256 belongs there"
    return Match(canonical, tuple(dict.fromkeys((*seen, *codes))), seen)


def _pieces(sent: Sent) -> list[list[list[Variant]]]:
    """Return methods, paths and queries, each by its number of mistakes."""
    method, path, query = canonical_request(sent.method, sent.path, sent.parameters).split("&", 2)
    body = sent.body if len(sent.body) <= _MAX_LENGTH else ""
    return [
        _by_mistakes(method, _wrong_methods(method)),
        _by_mistakes(path, _wrong_paths(sent)),
        _by_mistakes(query, wrong_queries(sent.query, sent.form, body)),
    ]


def _candidates(pieces: list[list[list[Variant]]], mistakes: int) -> Iterator[Variant]:
    """Yield the canonical requests with this number of mistakes."""
    for shape in _SHAPES if mistakes else _SHAPES[:1]:
        in_pieces = mistakes - len(shape[0])
        for shares in product(range(in_pieces + 1), repeat=len(pieces)):
            if sum(shares) == in_pieces:
                chosen = (piece[share] for piece, share in zip(pieces, shares, strict=True))
                yield from _assembled(shape, *chosen)


def _by_mistakes(right: str, wrong: Iterable[Variant]) -> list[list[Variant]]:
    """Return each piece once, by its number of mistakes."""
    codes_of: dict[str, tuple[str, ...]] = {right: ()}
    for codes, piece in wrong:
        if len(codes) < len(codes_of.get(piece, (*codes, ""))):
            codes_of[piece] = codes
    return [
        [(codes, piece) for piece, codes in codes_of.items() if len(codes) == number]
        for number in range(_MOST_MISTAKES + 1)
    ]


def _assembled(
    shape: Shape, methods: list[Variant], paths: list[Variant], queries: list[Variant]
) -> Iterator[Variant]:
    code, join = shape
    for (of_method, method), (of_path, path), (of_query, query) in product(methods, paths, queries):
        yield (*code, *of_method, *of_path, *of_query), join(method, path, query)


def _wrong_methods(right: str) -> Iterator[Variant]:
    for method in (*_METHODS, right.lower(), right.title()):
        yield ("qsh-method",), method
    for word in NOT_SET:
        yield ("qsh-part-missing",), word


def _wrong_paths(sent: Sent) -> Iterator[Variant]:
    path = sent.path.rstrip("/")
    segments = path.split("/")[1:]
    prefixed = [sent.raw_path, sent.base_path + sent.path, *(f"/{prefix}{path}" for prefix in _PREFIXES)]
    behind = [f"/{'/'.join(segments[number:])}" for number in range(1, min(len(segments), _MOST_SEGMENTS))]
    for other in (*prefixed, *behind):
        yield (sent.prefix_code,), canonical_request("", other, "")[1:-1]
    for version in _VERSIONS if _VERSION.search(path) else ():
        yield ("qsh-other-version",), _without_ampersands(_VERSION.sub(f"/{version}/", path, count=1))
    for other in (sent.path, f"{path}/", path, path.lstrip("/"), f"/{path}", f"{path.lstrip('/')}/"):
        yield ("qsh-trailing-slash",), _without_ampersands(other)
    for other in (
        unquote(path),
        _encoded(unquote(path)),
        _encoded(path),
        unquote_plus(path),
        quote(path, safe="", errors="replace"),
    ):
        yield ("qsh-decoded-path",), _without_ampersands(other)
    yield ("qsh-decoded-path",), path
    yield ("qsh-decoded-path",), _ESCAPED.sub(lambda found: found[0].lower(), path)
    if sent.fragment:
        yield ("qsh-decoded-path",), f"{path}#{sent.fragment}"
    for other in (path.lower(), path.upper()):
        yield ("qsh-letter-case",), _without_ampersands(other)
    for address in _addresses(sent):
        for other in (
            address,
            address.rstrip("/"),
            f"{address}?{sent.query}",
            quote(address, safe="", errors="replace"),
        ):
            yield ("qsh-full-url",), other
    for word in (*NOT_SET, "/"):
        yield ("qsh-part-missing",), word


def _whole(sent: Sent) -> Iterator[Variant]:
    """Yield the request as sent, without splitting it into method, path and query."""
    target = f"{sent.raw_path}?{sent.query}" if sent.query else sent.raw_path
    for template in ("{}", "{method}&{}", "{method} {}", "{method} {} HTTP/1.1"):
        yield ("qsh-separators",), template.format(target, method=sent.method.upper())
        for address in _addresses(sent):
            url = f"{address}?{sent.query}" if sent.query else address
            for other in (url, address):
                yield ("qsh-full-url",), template.format(other, method=sent.method.upper())


def _addresses(sent: Sent) -> list[str]:
    host = sent.origin.partition("//")[2]
    return [f"{origin}{sent.raw_path}" for origin in (sent.origin, host, f"//{host}")] if host else []


def _without_ampersands(path: str) -> str:
    return path.replace("&", "%26")


def _encoded(path: str) -> str:
    return quote(path, safe="/-._~", errors="replace")


def _asked(query: str) -> str:
    return f"?{query}" if query else ""


def _right(method: str, path: str, query: str) -> str:
    return f"{method}&{path}&{query}"


_SEPARATORS: tuple[Callable[[str, str, str], str], ...] = (
    lambda method, path, query: f"{method}&{path}?{query}",
    lambda method, path, query: f"{method}&{path}&?{query}",
    lambda method, path, query: f"{method}&{path}?{query}&",
    lambda method, path, query: f"{method}&{path}{_without_ampersands(_asked(query))}&",
    lambda method, path, query: f"{method}&{path}&{query}&",
    lambda method, path, query: f"{method}&{path}&{query}\n",
    lambda method, path, query: f"{method}&{path}&{query}\r\n",
    lambda method, path, query: f"{method}&{path}&{query} ",
    lambda method, path, query: f'"{method}&{path}&{query}"',
    lambda method, path, _query: f"{method}&{path}",
    lambda method, path, query: f"{method}&{path}{_asked(query)}",
    lambda method, path, query: f"{method}&{path}{query}",
    lambda method, path, query: f"{method} {path}{_asked(query)}",
    lambda method, path, query: f"{method}{path}{query}",
    lambda method, path, query: f"{method}{path}{_asked(query)}",
    lambda _method, path, query: f"{path}&{query}",
    lambda _method, path, query: f"{path}{_asked(query)}",
    lambda _method, _path, query: query,
    lambda method, path, query: f"{method}%26{path}%26{query}",
    lambda method, path, query: f"{method}&amp;{path}&amp;{query}",
    *(
        lambda method, path, query, mark=mark: f"{method}{mark}{path}{mark}{query}"
        for mark in (" & ", " ", "\n", "\r\n", "|", ":", "+", ",", "&&", ";")
    ),
)
_SHAPES: tuple[Shape, ...] = (
    ((), _right),
    *((("qsh-separators",), join) for join in _SEPARATORS),
    (("qsh-letter-case",), lambda *parts: _right(*parts).lower()),
    (("qsh-letter-case",), lambda *parts: _right(*parts).upper()),
)
