"""Figures that are read on a light page and on a dark one: SVG whose colours follow the reader's choice."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#1b1f24"
MUTED = "#5b6470"
GRID = "#e3e6ea"
PAPER = "#fdfdfe"
BLUE = "#2563c9"
ORANGE = "#c04e0a"
GREEN = "#0b7a5e"
VIOLET = "#7442c8"

_DARK = {
    INK: "#e8ebef",
    MUTED: "#a2acb8",
    GRID: "#343b45",
    PAPER: "#14181d",
    BLUE: "#7fb2ff",
    ORANGE: "#ffa35c",
    GREEN: "#4ed3a8",
    VIOLET: "#c3a4ff",
}
_STYLE: dict[Any, Any] = {  # matplotlib names its keys one by one
    "svg.fonttype": "none",
    "svg.hashsalt": "connect-lambda",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": MUTED,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": PAPER,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 2.2,
    "lines.solid_capstyle": "round",
}


@contextmanager
def figure(path: Path, *, finding: str, more: str, height: float, panels: int = 1) -> Iterator[list[Axes]]:
    """Draw into axes, side by side; the file is written at the end.

    Args:
        path: where to
        finding: the title, a sentence that says what is to be seen
        more: a line below it
        height: inches; the width is 9
        panels: how many axes
    """
    with mpl.rc_context(_STYLE):
        drawn = Figure(figsize=(9, height))
        axes = drawn.subplots(1, panels, squeeze=False, sharey=True)[0]
        drawn.subplots_adjust(
            left=0.115, right=0.97, top=1 - 0.95 / height, bottom=0.62 / height, wspace=0.08
        )
        drawn.text(0.02, 1 - 0.36 / height, finding, fontsize=14, fontweight="bold")
        drawn.text(0.02, 1 - 0.62 / height, more, fontsize=10.5, color=MUTED)
        yield list(axes)
        text = io.StringIO()
        drawn.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    path.write_text(_for_dark_pages_too(text.getvalue(), finding), encoding="utf-8")


def say(axes: Axes, text: str, *, at: tuple[float, float], color: str, to: str = "right") -> None:
    """Label something directly: to the right or left of where it is, or above or below it."""
    right = 7 * ((to != "left") - (to == "left"))
    up = 5 * ((to == "above") - (to == "below"))
    axes.annotate(
        text,
        at,
        xytext=(0 if up else right, up),
        textcoords="offset points",
        color=color,
        fontsize=10.5,
        ha="right" if to == "left" else "left",
        va={"above": "bottom", "below": "top"}.get(to, "center"),
    )


def _for_dark_pages_too(svg: str, title: str) -> str:
    rules = "".join(
        f'[style*="{paint}: {light}"]{{{paint}:{dark} !important}}'
        for light, dark in _DARK.items()
        for paint in ("fill", "stroke")
    )
    own = f"<title>{title}</title><style>@media (prefers-color-scheme: dark){{{rules}}}</style>"
    svg = re.sub(r"(<svg [^>]*>)", lambda found: found[1] + own, svg, count=1)
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)
