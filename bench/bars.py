"""Bars beside one another, as SVG that is drawn by hand: readable on a light page and on a dark one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _LEFT, _RIGHT, _BAR, _TOP = 860, 270, 110, 18, 44
_COLOURS = {"ours": "#1868DB", "peer": "#8590A2", "floor": "#B3DF72"}
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#172B4D}.h{font-weight:600;font-size:15px}"
    "@media(prefers-color-scheme:dark){text{fill:#DEE4EA}}"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: what it is of
        value: how long it is
        low: where its whisker begins
        high: where its whisker ends
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
        title: what it shows
        unit: of the values
        groups: the bars of each group; every group has a scale of its own
    """
    parts: list[str] = []
    y = _TOP
    for name, group in groups.items():
        if name:
            parts.append(f'<text x="0" y="{y + 13}" class="h">{escape(name)}</text>')
            y += 24
        scale = (_WIDTH - _LEFT - _RIGHT) / max(bar.high for bar in group)
        for bar in group:
            parts.append(_drawn(bar, y, scale, unit))
            y += _BAR + 8
        y += 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img" '
        f'aria-label="{escape(title)}"><style>{_STYLE}</style>'
        f'<text x="0" y="18" class="h">{escape(title)}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _drawn(bar: Bar, y: int, scale: float, unit: str) -> str:
    middle, end = y + _BAR / 2, _LEFT + bar.high * scale
    return (
        f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect x="{_LEFT}" y="{y}" width="{bar.value * scale:.1f}" height="{_BAR}" '
        f'fill="{_COLOURS[bar.kind]}" rx="2"/>'
        f'<path d="M{_LEFT + bar.low * scale:.1f} {middle}H{end:.1f}" stroke="#AE2E24" stroke-width="1.5"/>'
        f'<text x="{end + 6:.1f}" y="{y + 13}">{_short(bar.value)} {escape(unit)}</text>'
    )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"  # noqa: PLR2004 - three figures will do
