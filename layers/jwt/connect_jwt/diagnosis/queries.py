"""Queries of a canonical request, with the mistakes that people and libraries make."""

import json
from collections.abc import Iterator
from itertools import combinations
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from connect_jwt.diagnosis.bodies import Variant, queries_with_body
from connect_jwt.diagnosis.spelling import Encode, Pair, encoded, has_repeats, misspelled, right

_MAX_PARAMETERS = 200  # above this, no variants are made
_MAX_SUBSETS = 8  # up to this many parameters, every selection is tried
_ENCODING = ("qsh-query-encoding",)
_CHANGES: tuple[Encode, ...] = (
    unquote,
    unquote_plus,
    lambda query: query.replace("+", "%20"),
    lambda query: quote(query, safe="=&", errors="replace"),
)
_ADDED = (
    *(("lic", "active"), ("expand", ""), ("startAt", "0"), ("maxResults", "50"), ("maxResults", "100")),
    *(("user_id", ""), ("user_key", ""), ("undefined", ""), ("_", "")),
)
"""Parameters that clients and frameworks hash without sending them, or the reverse."""

NOT_SET = ("undefined", "null", "None", "")
"""Values that stand for an unset variable."""


def wrong_queries(query: str, form: str, body: str) -> Iterator[Variant]:
    """Yield wrong variants of a query, with the form fields that count as parameters.

    Args:
        query: as sent
        form: the form fields that count as parameters, empty for none
        body: the body that does not count, empty for none
    """
    parameters = [parameter for parameter in f"{query}&{form}".split("&") if parameter]
    if len(parameters) > _MAX_PARAMETERS:
        return
    raw = [parameter for parameter in parameters if not _is_token(parameter)]
    pairs = [*map(_pair, raw)]
    if form:
        yield ("qsh-form-body",), right([_pair(part) for part in query.split("&") if not _is_token(part)])
    yield ("qsh-query-missing",), ""
    for word in NOT_SET[:-1]:
        yield ("qsh-part-missing",), word
    for added in _ADDED:
        yield ("qsh-query-missing",), right([*pairs, added])
    yield from misspelled(pairs)
    yield from _as_sent(raw)
    yield from _read_otherwise(raw)
    for token in (*NOT_SET, *(_pair(parameter)[1] for parameter in parameters if _is_token(parameter))):
        yield ("qsh-jwt-parameter-included",), right([*pairs, ("jwt", token)])
    for selection in _selections(pairs):
        yield ("qsh-query-missing",), right(selection)
    if body:
        yield from queries_with_body(pairs, body)


def _pair(parameter: str) -> Pair:
    name, _, value = parameter.partition("=")
    return unquote_plus(name), unquote_plus(value)


def _is_token(parameter: str) -> bool:
    return _pair(parameter)[0] == "jwt"


def _selections(pairs: list[Pair]) -> Iterator[list[Pair]]:
    """Yield the parameters without those added after signing: any, one, all but one, or the last ones."""
    many = len(pairs) > _MAX_SUBSETS
    for size in {1, len(pairs) - 1} if many else range(len(pairs) - 1, 0, -1):
        yield from map(list, combinations(pairs, size))
    if many:
        for size in range(len(pairs) - 2, 1, -1):
            yield pairs[:size]


def _as_sent(raw: list[str]) -> Iterator[Variant]:
    """Yield the query nearly as sent; of more than two mistakes, the first two are named."""
    pairs = [*map(_pair, raw)]
    codes = ["qsh-repeated-values"] if has_repeats(pairs) else []
    if any(parameter != right([pair]) for parameter, pair in zip(raw, pairs, strict=True)):
        codes.append("qsh-query-encoding")
    for ordered in (sorted(raw), raw, sorted(raw, reverse=True)):
        yield tuple(codes[:2]) or ("qsh-parameter-order",), "&".join(ordered)
        for change in _CHANGES:
            yield tuple(dict.fromkeys([*codes, "qsh-query-encoding"]))[:2], change("&".join(ordered))
        if "qsh-parameter-order" not in codes:
            codes = [*codes, "qsh-parameter-order"]
    for text in ("&".join(raw), "&".join(sorted(raw)), right(pairs)):
        yield _ENCODING, encoded(text)
        yield _ENCODING, quote_plus(text, errors="replace")
        yield _ENCODING, text.replace("&", "&amp;")


def _read_otherwise(raw: list[str]) -> Iterator[Variant]:
    """Yield the query parsed by other rules than those of forms, or written as an object."""
    parts = [parameter.partition("=") for parameter in raw]
    yield _ENCODING, right([(unquote(name), unquote(value)) for name, _, value in parts])  # a plus is a plus
    yield _ENCODING, right([_pair(unquote_plus(parameter)) for parameter in raw])  # decoded twice
    yield _ENCODING, right([(name, value) for name, _, value in parts])  # encoded once more
    pairs = [*map(_pair, raw)]
    yield _ENCODING, right([(name, part) for name, value in pairs for part in value.split(",")])
    by_value = sorted(pairs, key=lambda pair: pair[1])
    yield ("qsh-parameter-order",), "&".join(f"{encoded(name)}={encoded(value)}" for name, value in by_value)
    yield ("qsh-repeated-values",), right([(name.removesuffix("[]"), value) for name, value in pairs])
    yield ("qsh-repeated-values",), right([(f"{name}[]", value) for name, value in pairs])
    for separators in ((",", ":"), (", ", ": ")):
        yield _ENCODING, json.dumps(dict(pairs), separators=separators)
    yield ("qsh-letter-case",), right(pairs).lower()
