"""Distribution of the tests over several workers (`make test`): by file, the longest first."""

import gc
import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler.loadgroup import LoadGroupScheduling

from tests.progress import ProgressByFile

pytest.register_assert_rewrite("tests.e2e")  # which the rehearsal imports tests from

FOLDERS = (
    "e2e",
    "browser",
    "distributions",
    "contract",
    "laptop",
    "infrastructure",
    "interop",
    "reference",
    "app",
    "unit",
)
"""Files with few and long tests first: with the short ones in the end, the workers finish together."""


OF_THE_DEMONSTRATION = (
    "browser/pages",
    "browser/whole",
    "e2e",
    "infrastructure/test_way_to_jira.py",
    "laptop/test_check.py",
    "laptop/test_forge_manifest.py",
    "laptop/test_invoke.py",
    "laptop/test_watching.py",
    "rehearsal/test_15_main_job.py",
    "rehearsal/test_20_pages.py",
    "rehearsal/test_30_forge.py",
    "rehearsal/test_40_scanner.py",
    "rehearsal/test_60_drills.py",
    "rehearsal/test_65_foreign",
    "rehearsal/test_80_update.py",
    "soak",
    "unit/jira/test_forge_calls.py",
    "unit/jira/test_page_calls.py",
    "unit/pages",
)
"""Tests that need the demonstration, which `connect init --without-demo` takes away."""

_HAS_DEMONSTRATION = (Path(__file__).parents[1] / "functions" / "pages" / "greeting.py").exists()
collect_ignore = [] if _HAS_DEMONSTRATION else list(OF_THE_DEMONSTRATION)


class ByFileOrGroup(LoadGroupScheduling):  # type: ignore[misc]  # which has no types
    """A file's tests stay together, so its stack starts once; so do those of an `xdist_group`.

    All contract tests are one group: they share DynamoDB Local, whose start takes longer than most of them.
    """

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        if scope != nodeid:
            return scope
        file = nodeid.partition("::")[0]
        return "contract" if file.startswith("tests/contract/") else file


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than processors where few tests wait; four more where stacks and browsers mostly do."""
    processors = os.process_cpu_count() or 1
    return processors + (1 if all("unit" in Path(path).parts for path in config.args) else 4)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadGroupScheduling:
    return ByFileOrGroup(config, log)


@pytest.hookimpl(trylast=True)  # after what makes the terminal reporter
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal and config.getoption("numprocesses") and config.get_verbosity() == 0:
        config.pluginmanager.register(ProgressByFile(terminal))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        tests = Path(__file__).parent
        items.sort(
            key=lambda item: (
                item.get_closest_marker("slow") is None,
                FOLDERS.index(item.path.relative_to(tests).parts[0]),
            )
        )


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """Thousands of tests live until the end: the garbage collector need not look through them each time."""
    gc.collect()
    gc.freeze()
    gc.enable()
