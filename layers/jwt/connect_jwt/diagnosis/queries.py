"""The query of a canonical request, written in the ways that people and libraries get it wrong."""

from collections.abc import Callable, Iterator
from itertools import combinations, product
from urllib.parse import quote, quote_plus, unquote, unquote_plus

type Variant = tuple[tuple[str, ...], str]
"""The codes of the mistakes, none for what is right, and a piece of a canonical request."""

type Pair = tuple[str, str]
type Encode = Callable[[str], str]

_MAX_PARAMETERS = 200  # of more, no variants are made
_MAX_SUBSETS = 8  # parameters of which every selection is tried


def wrong_queries(query: str, form: str) -> Iterator[Variant]:
    """The variants of a query, and of the fields of a form that are counted among its parameters."""
    parameters = [parameter for parameter in f"{query}&{form}".split("&") if parameter]
    if len(parameters) > _MAX_PARAMETERS:
        return
    raw = [parameter for parameter in parameters if not _is_token(parameter)]
    pairs = [*map(_pair, raw)]
    if form:
        yield ("qsh-form-body",), _right([_pair(part) for part in query.split("&") if not _is_token(part)])
    yield ("qsh-query-missing",), ""
    yield from _spellings(pairs)
    yield from _as_sent(raw)
    for token in ("", *(_pair(parameter)[1] for parameter in parameters if _is_token(parameter))):
        yield ("qsh-jwt-parameter-included",), _right([*pairs, ("jwt", token)])
    for selection in _selections(pairs):
        yield ("qsh-query-missing",), _right(selection)


def _pair(parameter: str) -> Pair:
    name, _, value = parameter.partition("=")
    return unquote_plus(name), unquote_plus(value)


def _is_token(parameter: str) -> bool:
    return _pair(parameter)[0] == "jwt"


def _selections(pairs: list[Pair]) -> Iterator[list[Pair]]:
    """Without what was added after signing: any, or one, or all but one, or those at the end."""
    many = len(pairs) > _MAX_SUBSETS
    for size in {1, len(pairs) - 1} if many else range(len(pairs) - 1, 0, -1):
        yield from map(list, combinations(pairs, size))
    if many:
        for size in range(len(pairs) - 2, 1, -1):
            yield pairs[:size]


def _as_sent(raw: list[str]) -> Iterator[Variant]:
    """With little or nothing changed; of more than two mistakes, the first two are named."""
    pairs = [*map(_pair, raw)]
    codes = ["qsh-repeated-values"] if _has_repeats(pairs) else []
    if any(parameter != _right([pair]) for parameter, pair in zip(raw, pairs, strict=True)):
        codes.append("qsh-query-encoding")
    for ordered in (sorted(raw), raw):
        yield tuple(codes[:2]) or ("qsh-parameter-order",), "&".join(ordered)
        yield tuple(dict.fromkeys([*codes, "qsh-query-encoding"]))[:2], unquote("&".join(ordered))
        if "qsh-parameter-order" not in codes:
            codes = [*codes, "qsh-parameter-order"]
    yield ("qsh-query-encoding",), _encode("&".join(raw))


def _spellings(pairs: list[Pair]) -> Iterator[Variant]:
    repeats = _REPEATS if _has_repeats(pairs) else _REPEATS[:1]
    for (repeat_code, repeat), (code, encode), (order_code, order) in product(repeats, _ENCODINGS, _ORDERS):
        codes = tuple(filter(None, (repeat_code, code, order_code)))
        if codes:
            yield codes, _spelled(pairs, encode, order, repeat)


def _has_repeats(pairs: list[Pair]) -> bool:
    return len({name for name, _ in pairs}) < len(pairs)


def _right(pairs: list[Pair]) -> str:
    return _spelled(pairs, _encode, _encode, _joined)


def _spelled(
    pairs: list[Pair],
    encode: Encode,
    order: Encode | None,
    repeat: Callable[[str, list[str], Encode], str],
) -> str:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name:
            values.setdefault(name, []).append(value)
    names = sorted(values, key=order) if order else values
    return "&".join(repeat(encode(name), values[name], encode) for name in names)


def _encode(text: str) -> str:
    return quote(text, safe="-._~", errors="replace")


def _leaving(characters: str) -> Encode:
    return lambda text: quote(text, safe=f"-._~{characters}", errors="replace")


def _lower_case_hex(text: str) -> str:
    first, *escaped = _encode(text).split("%")
    return first + "".join(f"%{part[:2].lower()}{part[2:]}" for part in escaped)


_ENCODINGS: tuple[tuple[str, Encode], ...] = (
    ("", _encode),
    ("qsh-query-encoding", lambda text: quote_plus(text, safe="-._~", errors="replace")),
    ("qsh-query-encoding", lambda text: _leaving("* ")(text).replace(" ", "+").replace("~", "%7E")),  # Java's
    ("qsh-query-encoding", _leaving("!'()*")),  # JavaScript's encodeURIComponent
    ("qsh-query-encoding", _leaving("!'()*;/?:@&=+$,#")),  # its encodeURI
    ("qsh-query-encoding", _leaving("!()*;/?:@=$,[]")),  # what URLs are spelled with in a browser
    ("qsh-query-encoding", _leaving("/")),  # Python's quote
    ("qsh-query-encoding", lambda text: _encode(text).replace("~", "%7E")),
    ("qsh-query-encoding", lambda text: text),
    ("qsh-query-encoding", lambda text: _encode(_encode(text))),
    ("qsh-query-encoding", _lower_case_hex),
)
_ORDERS: tuple[tuple[str, Encode | None], ...] = (
    ("", _encode),
    ("qsh-parameter-order", lambda name: name),
    ("qsh-parameter-order", str.lower),
    ("qsh-parameter-order", None),
)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _joined(name: str, values: list[str], encode: Encode) -> str:
    return f"{name}={','.join(map(encode, sorted(values, key=_utf16)))}"


_REPEATS: tuple[tuple[str, Callable[[str, list[str], Encode], str]], ...] = (
    ("", _joined),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={','.join(map(encode, values))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={','.join(sorted(map(encode, values)))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={'%2C'.join(map(encode, sorted(values)))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={'%2C'.join(map(encode, values))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={encode(values[-1])}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={encode(values[0])}"),
    (
        "qsh-repeated-values",
        lambda name, values, encode: "&".join(sorted(f"{name}={encode(value)}" for value in values)),
    ),
    (
        "qsh-repeated-values",
        lambda name, values, encode: "&".join(f"{name}={encode(value)}" for value in values),
    ),
)
