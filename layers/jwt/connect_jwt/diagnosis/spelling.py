"""Encodings of a request's parameters: escaping, order, and repeated names."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import product
from typing import TypeAlias
from urllib.parse import quote, quote_plus

Pair: TypeAlias = tuple[str, str]
Encode: TypeAlias = Callable[[str], str]
Order: TypeAlias = Callable[[Iterable[str]], Iterable[str]]
Join: TypeAlias = Callable[[str, list[str], Encode], str]

_UNRESERVED = "-._~"


def encoded(text: str) -> str:
    """Encode a name or a value correctly."""
    return quote(text, safe=_UNRESERVED, errors="replace")


def right(pairs: list[Pair]) -> str:
    """Encode parameters correctly."""
    return _written(pairs, encoded, _by_encoded_name)


def spelled(pairs: list[Pair]) -> Iterator[str]:
    """Yield the parameters encoded correctly, unchanged, and as a form."""
    orders: tuple[Order, ...] = (_by_encoded_name, list)
    encodings: tuple[Encode, ...] = (encoded, partial(quote_plus, errors="replace"), _as_it_is)
    for encode, order in product(encodings, orders):
        yield _written(pairs, encode, order)


def misspelled(pairs: list[Pair]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every wrong encoding, with the codes of its mistakes."""
    values = _by_name(pairs)
    repeats = _REPEATS if has_repeats(pairs) else _REPEATS[:1]
    orders = [(code, [*order(values)]) for code, order in _ORDERS]
    for code, *encodings in _ENCODINGS:
        of_name, of_value = cache(encodings[0]), cache(encodings[-1])
        for (repeat_code, join), (order_code, names) in product(repeats, orders):
            codes = tuple(filter(None, (repeat_code, code, order_code)))
            if codes:
                yield codes, "&".join(join(of_name(name), values[name], of_value) for name in names)


def has_repeats(pairs: list[Pair]) -> bool:
    """Return whether a name is repeated."""
    return len({name for name, _ in pairs}) < len(pairs)


def _written(pairs: list[Pair], encode: Encode, order: Order) -> str:
    values = _by_name(pairs)
    return "&".join(_joined(encode(name), values[name], encode) for name in order(values))


def _by_name(pairs: list[Pair]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name:
            values.setdefault(name, []).append(value)
    return values


def _as_it_is(text: str) -> str:
    return text


def _leaving(characters: str) -> Encode:
    return lambda text: quote(text, safe=f"{_UNRESERVED}{characters}", errors="replace")


def _lower_case_hex(text: str) -> str:
    first, *escaped = encoded(text).split("%")
    return first + "".join(f"%{part[:2].lower()}{part[2:]}" for part in escaped)


def _escape(text: str) -> str:
    """JavaScript's escape(), which has no UTF-8."""
    return re.sub(r"[^A-Za-z0-9@*_+./-]", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"%{code:02X}" if code < 256 else f"%u{code:04X}"  # noqa: PLR2004 - what fits into two digits


_CODE = "qsh-query-encoding"
_ENCODINGS: tuple[tuple[str, *tuple[Encode, ...]], ...] = (
    ("", encoded),
    (_CODE, lambda text: quote_plus(text, safe=_UNRESERVED, errors="replace")),
    (_CODE, lambda text: _leaving("* ")(text).replace(" ", "+").replace("~", "%7E")),  # Java's
    (_CODE, _leaving("!'()*")),  # JavaScript's encodeURIComponent
    (_CODE, _leaving("!'()*;/?:@&=+$,#")),  # its encodeURI
    (_CODE, _leaving("!()*;/?:@=$,[]")),  # what URLs are spelled with in a browser
    (_CODE, _leaving("/")),  # Python's quote
    (_CODE, _leaving(",")),
    (_CODE, _leaving(":")),
    (_CODE, _leaving(":/?#[]@!$&'()*+,;=")),  # curl's, and what is reserved
    (_CODE, lambda text: encoded(text).replace("~", "%7E")),
    (_CODE, lambda text: re.sub(r"[-._~]", lambda found: f"%{ord(found[0]):02X}", encoded(text))),
    (_CODE, _as_it_is),
    (_CODE, encoded, _as_it_is),
    (_CODE, _as_it_is, encoded),
    (_CODE, lambda text: encoded(encoded(text))),
    (_CODE, _lower_case_hex),
    (_CODE, lambda text: quote(text, safe=_UNRESERVED, encoding="latin-1", errors="replace")),
    (_CODE, _escape),
)


def _by_encoded_name(names: Iterable[str]) -> Iterable[str]:
    return sorted(names, key=encoded)


def _reversed(names: Iterable[str]) -> Iterable[str]:
    return sorted(names, key=encoded, reverse=True)


_ORDERS: tuple[tuple[str, Order], ...] = (
    ("", _by_encoded_name),
    ("qsh-parameter-order", sorted),
    ("qsh-parameter-order", partial(sorted, key=str.lower)),
    ("qsh-parameter-order", list),
    ("qsh-parameter-order", _reversed),
)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _joined(name: str, values: list[str], encode: Encode) -> str:
    return f"{name}={','.join(map(encode, sorted(values, key=_utf16)))}"


_REPEATS: tuple[tuple[str, Join], ...] = (
    ("", _joined),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={','.join(map(encode, values))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={','.join(sorted(map(encode, values)))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={'%2C'.join(map(encode, sorted(values)))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={'%2C'.join(map(encode, values))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={';'.join(map(encode, sorted(values)))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={', '.join(map(encode, sorted(values)))}"),
    ("qsh-repeated-values", lambda name, values, encode: f"{name}={''.join(map(encode, values))}"),
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
