"""URLs as they are sent, made by Hypothesis: paths, names and values of any text, encoded as clients do."""

import string
from collections.abc import Callable
from functools import partial
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

UNRESERVED = string.ascii_letters + string.digits + "-._~"

_SPELLINGS: list[Callable[[str], str]] = [
    quote_plus,  # a form's
    partial(quote, safe=""),  # RFC 3986, strictly
    partial(quote, safe="/:@!$'()*,;?"),  # … and leniently
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),  # every byte, in lower case
]


def any_text(*, min_size: int = 0) -> st.SearchStrategy[str]:
    """Any text that can be sent: lone surrogates have no UTF-8."""
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=min_size, max_size=8)


def text_in_one_order(*, min_size: int = 0) -> st.SearchStrategy[str]:
    """Text that sorts by code point as by UTF-16 unit: without what lies above the surrogates in the BMP."""
    characters = st.characters(max_codepoint=0xD7FF) | st.characters(min_codepoint=0x10000)
    return st.text(characters, min_size=min_size, max_size=8)


def paths(*, characters: str) -> st.SearchStrategy[str]:
    segments = st.text(characters, min_size=1, max_size=6) | st.sampled_from(["%20", "%2F", "%26", "a&b"])
    path = st.lists(segments, min_size=1, max_size=3).map("/".join)
    return st.builds("/{}{}".format, path, st.sampled_from(["", "/"]))


def queries(*, names: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Names that often repeat, and now and then no equals sign."""
    name = st.sampled_from(["a", "b", "ab", "A", "jwt", "JWT"]) | names
    spellings, without_value = st.sampled_from(_SPELLINGS), st.sampled_from(["", "="])
    return st.lists(st.builds(_parameter, spellings, name, values, without_value), max_size=5).map("&".join)


def _parameter(spell: Callable[[str], str], name: str, value: str, without_value: str) -> str:
    return f"{spell(name)}{'=' if value else without_value}{spell(value)}"
