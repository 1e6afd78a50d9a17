"""`docs/performance.md`: its tables and plots. The text around them is written by hand."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench import cold, protocol, sdk, warm
from bench.bars import Bar, bars
from bench.cold import BARE
from bench.outputs import PAGES, destination
from bench.requests import PATHS

PAGE = PAGES / "performance.md"

type _Results = dict[str, Any]


def write(results: _Results, *, write: bool) -> Path:
    """Put what there is of the results into the page, and draw the plots; where the page is now.

    Args:
        results: by part
        write: into docs, not into copies in `.bench`
    """
    text = PAGE.read_text(encoding="utf-8")
    for part, table in _TABLES.items():
        if part in results:
            begin, end = f"<!-- bench:{part} -->\n", "<!-- /bench -->"
            before, _, rest = text.partition(begin)
            text = f"{before}{begin}\n{table(results[part])}\n\n{end}{rest.partition(end)[2]}"
    page = destination(PAGE, write=write)
    page.write_text(text, encoding="utf-8")
    plots = page.with_suffix("")
    plots.mkdir(exist_ok=True)
    for part, plot in _PLOTS.items():
        if part in results:
            (plots / f"{part}.svg").write_text(plot(results[part]), encoding="utf-8")
    return page


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---", *["--:"] * (len(names) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _spread(figure: dict[str, float], digits: int = 0) -> str:
    median, low, high = (f"{figure[name]:.{digits}f}" for name in ("median", "low", "high"))
    return f"{median} ({low} to {high})"


def _machine(measured: dict[str, str]) -> str:
    return _table(("", "version"), ([name, value] for name, value in measured.items()))


def _protocol(measured: _Results) -> str:
    libraries = (protocol.OURS, protocol.PYPI, protocol.NPM, protocol.FLOOR)
    rows = []
    for operation, what in protocol.OPERATIONS.items():
        for request in PATHS:
            figures = [measured.get(f"{operation}/{request}/{library}") for library in libraries]
            rows.append(
                [
                    f"{what}: {request}",
                    *(_spread(figure["microseconds"], 1) if figure else "" for figure in figures),
                ]
            )
    return _table(("µs of the processor", *libraries), rows)


def _cold(measured: _Results) -> str:
    columns = ("ready", "first answer", "processor", "megabytes")
    rows = [[name, *(_spread(measured[name][column]) for column in columns)] for name in _in_order(measured)]
    return _table(("ms, and MB at the most", *columns), rows)


def _in_order(measured: _Results) -> list[str]:
    functions = [
        name for function in cold.FUNCTIONS for name in sorted(measured) if name.startswith(function)
    ]
    return [name for name in (BARE, *functions, cold.BOTO3, cold.EVERYTHING, *cold.ACE) if name in measured]


def _warm(measured: _Results) -> str:
    names = [BARE, warm.SENDING, warm.SENDING_BY_BOTO3, *cold.FUNCTIONS, warm.CALL]
    rows = [
        [
            name,
            _spread(measured[name]["processor"], 2),
            _spread(measured[name]["wall"], 2),
            _spread(measured[name]["megabytes"]),
        ]
        for name in names
        if name in measured
    ]
    return _table(("for each event", "processor, ms", "wall, ms", "MB at the most"), rows)


def _sdk(measured: _Results) -> str:
    rows = []
    for function in sdk.FUNCTIONS:
        direct, boto3 = (measured[f"{function}/{client}"] for client in sdk.CLIENTS)
        for figure, what in sdk.FIGURES.items():
            digits = 2 if figure.startswith("warm") else 0
            ratio = boto3[figure]["median"] / direct[figure]["median"]
            rows.append(
                [
                    f"`{function}`: {what}",
                    _spread(direct[figure], digits),
                    _spread(boto3[figure], digits),
                    f"{ratio:.1f}",
                ]
            )
    return _table(("", *sdk.CLIENTS, "ratio"), rows)


def _aws(measured: dict[str, dict[str, int]]) -> str:
    rows = [
        [case, ", ".join(f"{times} {operation}" for operation, times in sorted(calls.items())) or "none"]
        for case, calls in measured.items()
    ]
    return _table(("event", "requests"), rows)


def _size(measured: dict[str, dict[str, int]]) -> str:
    rows = [
        [name, f"{size['zipped'] / 1024:,.1f}", f"{size['unzipped'] / 1024:,.1f}"]
        for name, size in measured.items()
    ]
    return _table(("KB", "zipped", "unzipped"), rows)


def _protocol_plot(measured: _Results) -> str:
    libraries = {protocol.OURS: "ours", protocol.PYPI: "peer", protocol.NPM: "peer", protocol.FLOOR: "floor"}
    groups = {
        what: [
            _bar(library, measured[name]["microseconds"], kind)
            for library, kind in libraries.items()
            if (name := f"{operation}/typical/{library}") in measured
        ]
        for operation, what in protocol.OPERATIONS.items()
    }
    return bars("A typical request, JQL in its query", "µs", groups)


def _cold_plot(measured: _Results) -> str:
    ours, peers = (
        dict.fromkeys(cold.FUNCTIONS, "ours"),
        dict.fromkeys([cold.BOTO3, cold.EVERYTHING, *cold.ACE], "peer"),
    )
    group = _measured({BARE: "floor"} | ours | peers, measured, "first answer")
    return bars("From the start of a process to its first answer", "ms", {"": group})


def _warm_plot(measured: _Results) -> str:
    ours = dict.fromkeys([*cold.FUNCTIONS, warm.CALL], "ours")
    group = _measured(
        {BARE: "floor", warm.SENDING: "floor", warm.SENDING_BY_BOTO3: "peer"} | ours, measured, "processor"
    )
    return bars("The processor's time for an event of a warm function", "ms", {"": group})


def _measured(kinds: dict[str, str], measured: _Results, figure: str) -> list[Bar]:
    return [_bar(name, measured[name][figure], kind) for name, kind in kinds.items() if name in measured]


def _bar(label: str, figure: dict[str, float], kind: str) -> Bar:
    return Bar(label, figure["median"], figure["low"], figure["high"], kind)


_TABLES: dict[str, Callable[[Any], str]] = {
    "machine": _machine,
    "protocol": _protocol,
    "cold": _cold,
    "warm": _warm,
    "sdk": _sdk,
    "aws": _aws,
    "size": _size,
}
_PLOTS: dict[str, Callable[[Any], str]] = {
    "protocol": _protocol_plot,
    "cold": _cold_plot,
    "warm": _warm_plot,
}
