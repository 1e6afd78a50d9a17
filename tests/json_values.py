"""Any JSON, and a document of which any part is another JSON."""

import copy
import functools
from typing import Any

from hypothesis import strategies as st

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def mutations(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document with up to three of its members left out or replaced by any JSON."""
    mutated: Any = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        *within, name = draw(st.sampled_from(_paths(mutated)))
        holder: Any = functools.reduce(lambda value, each: value[each], within, mutated)
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[name]
        else:
            holder[name] = draw(ANY_JSON)
    return dict(mutated)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of each member of a JSON value, however deep."""
    named = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for name, inner in named for each in ((*path, name), *_paths(inner, (*path, name)))]
