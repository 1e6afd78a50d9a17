"""One line for each file of tests as soon as it is done, where several workers share the tests."""

from collections import Counter, defaultdict
from collections.abc import Generator

import pytest

type Status = tuple[str, str, str | tuple[str, dict[str, bool]]]


class ProgressByFile:
    """Prints a file's name, its results and its seconds in the place of a dot for each test.

    Without workers pytest prints a file's dots behind its name; with them the dots have no order and no name.
    """

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal
        self._expected: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self._results: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._reporting = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Each worker collects all tests."""
        self._expected = Counter(map(_file, ids))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        file = _file(report.nodeid)
        self._seconds[file] += report.duration
        self._reporting = True
        yield
        self._reporting = False
        if report.when == "teardown":
            self._done[file] += 1
            if self._done[file] == self._expected[file]:
                self._tell(file)

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Generator[None, Status, Status]:
        category, letter, word = yield
        if not self._reporting:
            return category, letter, word
        if letter:
            self._results[_file(report.nodeid)][category] += 1
        return category, "", ""

    def _tell(self, file: str) -> None:
        share = self._done.total() / self._expected.total()
        results = ", ".join(f"{number} {category}" for category, number in self._results[file].items())
        self._terminal.write_line(f"[{share:4.0%}] {file}: {results} in {self._seconds[file]:.1f} s")


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
