"""Bars beside one another, as SVG that is drawn by hand: readable on a light page and on a dark one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _RIGHT, _BAR, _TOP = 860, 110, 18, 64
_CHARACTER = 7.2
"""Approximate width of a character."""

_COLOURS = {"ours": "#1868DB", "peer": "#8590A2", "floor": "#B3DF72"}
_LEGEND = {"ours": "this project", "peer": "to compare with", "floor": "a part of it alone"}
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#172B4D}.h{font-weight:600;font-size:15px}"
    "@media(prefers-color-scheme:dark){text{fill:#DEE4EA}}"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: of the bar
        value: its length
        low: start of its whisker
        high: end of its whisker
        kind: `ours`, `peer` or `floor`
    """

    label: str
    value: float
    low: float
    high: float
    kind: str


def bars(title: str, unit: str, groups: Mapping[str, Sequence[Bar]]) -> str:
    """A chart.

    Args:
        title: of the chart
        unit: of the values
        groups: the bars of each group; every group has a scale of its own
    """
    shown = [bar for group in groups.values() for bar in group]
    left = _CHARACTER * max(len(bar.label) for bar in shown) + 8
    parts, y = [_legend({bar.kind for bar in shown})], _TOP
    for name, group in groups.items():
        if name:
            parts.append(f'<text x="0" y="{y + 13}" class="h">{escape(name)}</text>')
            y += 24
        scale = (_WIDTH - left - _RIGHT) / max(bar.high for bar in group)
        for bar in group:
            parts.append(_drawn(bar, left, y, scale, unit))
            y += _BAR + 8
        y += 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img" '
        f'aria-label="{escape(title)}"><style>{_STYLE}</style>'
        f'<text x="0" y="18" class="h">{escape(title)}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _legend(kinds: set[str]) -> str:
    x, y, parts = 0.0, 30, []
    for kind, meaning in _LEGEND.items():
        if kind in kinds:
            parts.append(
                f'<rect x="{x:.1f}" y="{y + 2}" width="12" height="12" fill="{_COLOURS[kind]}" rx="2"/>'
            )
            parts.append(f'<text x="{x + 18:.1f}" y="{y + 13}">{meaning}</text>')
            x += 42 + _CHARACTER * len(meaning)
    parts.append(_whisker(x, x + 24, y + 8))
    parts.append(
        f'<text x="{x + 30:.1f}" y="{y + 13}">all but the lowest and the highest tenth of the rounds</text>'
    )
    return "".join(parts)


def _drawn(bar: Bar, left: float, y: int, scale: float, unit: str) -> str:
    end = left + bar.high * scale
    return (
        f'<text x="{left - 8:.1f}" y="{y + 13}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect x="{left:.1f}" y="{y}" width="{bar.value * scale:.1f}" height="{_BAR}" '
        f'fill="{_COLOURS[bar.kind]}" rx="2"/>'
        f"{_whisker(left + bar.low * scale, end, y + _BAR / 2)}"
        f'<text x="{end + 6:.1f}" y="{y + 13}">{_short(bar.value)} {escape(unit)}</text>'
    )


def _whisker(low: float, high: float, y: float) -> str:
    ends = "".join(f"M{x:.1f} {y - 4}v8" for x in (low, high))
    return f'<path d="M{low:.1f} {y}H{high:.1f}{ends}" stroke="#E2483D" stroke-width="1.5"/>'


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"  # noqa: PLR2004 - three figures will do
