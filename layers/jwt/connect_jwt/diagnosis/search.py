"""The canonical request that a hash was made from, found by making the mistakes that people make."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from connect_jwt.canonical import canonical_request

type Pair = tuple[str, str]
type Variant = tuple[str, str]
"""A code, empty for what is right, and a piece of a canonical request."""

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
_MAX_SUBSETS = 8  # parameters of which every selection is tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The request as it was sent.

    Attributes:
        method: the HTTP method
        origin: scheme and host, empty when they are not known
        raw_path: the whole path
        path: the path that is to be hashed
        query: verbatim
        form: the fields of a form that the receiver counts as parameters, empty for none
        prefix_code: what it is called when the base URL's path was hashed
    """

    method: str
    origin: str
    raw_path: str
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
    right = canonical_request(sent.method, sent.path, sent.parameters)
    _, right_path, right_query = right.split("&", 2)
    methods = [("", sent.method.upper())]
    methods += [("qsh-method", method) for method in _METHODS if method != sent.method.upper()]
    methods += [("qsh-method", sent.method.lower())]
    paths = [("", right_path), *_paths(sent)]
    queries = [("", right_query), *_queries(sent)]
    candidates = product(methods, paths, queries)
    for canonical, codes in sorted(_assembled(candidates), key=lambda candidate: len(candidate[1])):
        if hashlib.sha256(canonical.encode(errors="replace")).hexdigest() == qsh:
            return Match(canonical, codes)
    return None


def _assembled(
    candidates: Iterator[tuple[Variant, Variant, Variant]],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for (method_code, method), (path_code, path), (query_code, query) in candidates:
        codes = tuple(filter(None, (method_code, path_code, query_code)))
        if not method_code or len(codes) == 1:
            yield f"{method}&{path}&{query}", codes


def _paths(sent: Sent) -> Iterator[Variant]:
    path = sent.path.rstrip("/") or "/"
    yield sent.prefix_code, sent.raw_path.rstrip("/")
    _, _, rest = path.lstrip("/").partition("/")
    if rest:
        yield sent.prefix_code, f"/{rest}"
    for stage in ("prod", "dev", "staging", "Prod", "Stage", "default", "wiki", "jira"):
        yield sent.prefix_code, f"/{stage}{path}".rstrip("/")
    if sent.origin:
        for address in (f"{sent.origin}{sent.raw_path}", sent.origin.partition("//")[2] + sent.raw_path):
            yield "qsh-full-url", address
            yield "qsh-full-url", address.rstrip("/")
    yield "qsh-trailing-slash", f"{path.rstrip('/')}/"
    yield "qsh-trailing-slash", path.strip("/")
    yield "qsh-decoded-path", unquote(path)
    yield "qsh-decoded-path", quote(unquote(path), safe="/-._~")
    yield "qsh-decoded-path", quote(path, safe="/-._~")


def _queries(sent: Sent) -> Iterator[Variant]:
    pairs, token_pairs = _pairs(sent.parameters), [("jwt", ""), *_pairs(sent.query, token=True)]
    if sent.form:
        yield "qsh-form-body", _right(_pairs(sent.query))
    if pairs:
        yield "qsh-query-missing", ""
    for token_pair in token_pairs:
        yield "qsh-jwt-parameter-included", _right([*pairs, token_pair])
    for encode in _ENCODINGS:
        yield "qsh-query-encoding", _joined(pairs, encode)
    yield "qsh-query-encoding", sent.query
    yield "qsh-query-encoding", unquote(sent.query)
    yield "qsh-query-encoding", _encode(sent.query)
    yield "qsh-parameter-order", _joined(pairs, _encode, order=None)
    yield "qsh-parameter-order", _joined(pairs, _encode, order=lambda name: name)
    for join in _REPEATS:
        yield "qsh-repeated-values", _joined(pairs, _encode, join=join)
    yield (
        "qsh-repeated-values",
        "&".join(sorted(f"{_encode(name)}={_encode(value)}" for name, value in pairs)),
    )
    for selection in _selections(pairs):
        yield "qsh-query-missing", _right(selection)


def _selections(pairs: list[Pair]) -> Iterator[list[Pair]]:
    names = list(dict.fromkeys(name for name, _ in pairs))
    sizes = range(len(names) - 1, 0, -1) if len(names) <= _MAX_SUBSETS else [len(names) - 1, 1]
    for size in sizes:
        for kept in combinations(names, size):
            yield [pair for pair in pairs if pair[0] in kept]


def _pairs(query: str, *, token: bool = False) -> list[Pair]:
    pairs = []
    for parameter in filter(None, query.split("&")):
        name, _, value = parameter.partition("=")
        if (unquote_plus(name) == "jwt") is token:
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return pairs


def _encode(text: str) -> str:
    return quote(text, safe="-._~", errors="replace")


def _lower_case_hex(text: str) -> str:
    return "".join(part.lower() if part.startswith("%") else part for part in _escapes(_encode(text)))


def _escapes(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        length = 3 if text[position] == "%" else 1
        yield text[position : position + length]
        position += length


_ENCODINGS: tuple[Callable[[str], str], ...] = (
    lambda text: quote_plus(text, safe="-._~", errors="replace"),
    lambda text: quote_plus(text, safe="-._*", errors="replace").replace("~", "%7E"),  # Java's URLEncoder
    lambda text: quote(text, safe="-._~!'()*", errors="replace"),  # JavaScript's encodeURIComponent
    lambda text: quote(text, safe="-._~/", errors="replace"),  # Python's quote
    lambda text: _encode(text).replace("~", "%7E"),
    lambda text: text,
    lambda text: _encode(_encode(text)),
    _lower_case_hex,
)


_REPEATS: tuple[Callable[[list[str]], str], ...] = (
    lambda values: ",".join(map(_encode, values)),
    lambda values: ",".join(sorted(map(_encode, values))),
    lambda values: "%2C".join(map(_encode, sorted(values))),
    lambda values: _encode(values[-1]),
    lambda values: _encode(values[0]),
)


def _right(pairs: list[Pair]) -> str:
    return _joined(pairs, _encode)


def _joined(
    pairs: list[Pair],
    encode: Callable[[str], str],
    *,
    order: Callable[[str], str] | None = _encode,
    join: Callable[[list[str]], str] | None = None,
) -> str:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name:
            values.setdefault(name, []).append(value)
    names = sorted(values, key=order) if order else list(values)
    return "&".join(
        f"{encode(name)}={join(values[name]) if join else ','.join(map(encode, sorted(values[name])))}"
        for name in names
    )
