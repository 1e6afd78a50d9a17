"""The canonical request that a hash was made from, found by making the mistakes that people make."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote, unquote

from connect_jwt.canonical import canonical_request, hash_of
from connect_jwt.diagnosis.queries import Variant, wrong_queries

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_PREFIXES = ("prod", "dev", "staging", "Prod", "Stage", "default", "wiki", "jira")
_MOST_MISTAKES = 2
_MAX_LENGTH = 8 * 1024
"""No server takes a longer path or query, and what is hashed thousands of times should not be long."""

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The request as it was sent.

    Attributes:
        method: the HTTP method
        origin: scheme and host, empty when they are not known
        raw_path: the whole path
        base_path: the path of the receiver's base URL
        path: the path that is to be hashed
        query: verbatim
        form: the fields of a form that the receiver counts as parameters, empty for none
        prefix_code: what it is called when the base URL's path was hashed
    """

    method: str
    origin: str
    raw_path: str
    base_path: str
    path: str
    query: str
    form: str
    prefix_code: str

    @property
    def parameters(self) -> str:
        """The query and the form, as the receiver counts them."""
        return "&".join(filter(None, (self.query, self.form)))


@dataclass(frozen=True, slots=True)
class Match:
    """A canonical request that has the hash, and the mistakes that lead to it."""

    canonical: str
    codes: tuple[str, ...]


def find(qsh: str, sent: Sent) -> Match | None:
    """What was hashed, with as few mistakes as explain it; None when nothing that is tried does."""
    if not _HASH.fullmatch(qsh) or len(sent.path) + len(sent.parameters) > _MAX_LENGTH:
        return None
    for codes, canonical in _candidates(sent):
        if hash_of(canonical) == qsh:
            return Match(canonical, codes)
    return None


def _candidates(sent: Sent) -> Iterator[Variant]:
    """The right one, those with one mistake, and those with two."""
    method, path, query = canonical_request(sent.method, sent.path, sent.parameters).split("&", 2)
    if not query:
        yield (), f"{method}&{path}"  # without the ampersand at the end
    methods = _by_mistakes(method, _wrong_methods(method))
    paths = _by_mistakes(path, _wrong_paths(sent))
    queries = _by_mistakes(query, wrong_queries(sent.query, sent.form))
    for total in range(_MOST_MISTAKES + 1):
        for shares in product(range(total + 1), repeat=3):
            if sum(shares) == total:
                yield from _assembled(methods[shares[0]], paths[shares[1]], queries[shares[2]])


def _by_mistakes(right: str, wrong: Iterable[Variant]) -> list[list[Variant]]:
    """Each piece once, by the number of mistakes in it."""
    codes_of: dict[str, tuple[str, ...]] = {right: ()}
    for codes, piece in wrong:
        if len(codes) < len(codes_of.get(piece, (*codes, ""))):
            codes_of[piece] = codes
    return [
        [(codes, piece) for piece, codes in codes_of.items() if len(codes) == number]
        for number in range(_MOST_MISTAKES + 1)
    ]


def _assembled(methods: list[Variant], paths: list[Variant], queries: list[Variant]) -> Iterator[Variant]:
    for (of_method, method), (of_path, path), (of_query, query) in product(methods, paths, queries):
        yield (*of_method, *of_path, *of_query), f"{method}&{path}&{query}"


def _wrong_methods(right: str) -> Iterator[Variant]:
    for method in (*_METHODS, right.lower()):
        yield ("qsh-method",), method


def _wrong_paths(sent: Sent) -> Iterator[Variant]:
    path = sent.path.rstrip("/")
    _, _, rest = path.lstrip("/").partition("/")
    prefixed = [sent.raw_path, sent.base_path + sent.path, *(f"/{prefix}{path}" for prefix in _PREFIXES)]
    for other in [*prefixed, f"/{rest}"] if rest else prefixed:
        yield (sent.prefix_code,), canonical_request("", other, "")[1:-1]
    for other in (sent.path, f"{path}/", path, path.lstrip("/")):
        yield ("qsh-trailing-slash",), _without_ampersands(other)
    for other in (unquote(path), _encoded(unquote(path)), _encoded(path)):
        yield ("qsh-decoded-path",), _without_ampersands(other)
    yield ("qsh-decoded-path",), path
    if sent.origin:
        for address in (f"{sent.origin}{sent.raw_path}", sent.origin.partition("//")[2] + sent.raw_path):
            for other in (address, address.rstrip("/"), f"{address}?{sent.query}"):
                yield ("qsh-full-url",), other


def _without_ampersands(path: str) -> str:
    return path.replace("&", "%26")


def _encoded(path: str) -> str:
    return quote(path, safe="/-._~", errors="replace")
