"""The consistency check of `connect up`: when it starts, and after each edit, in a process of its own."""

import subprocess
import sys
import threading
from collections.abc import Callable

from connect_tools.project import PROJECT


class Checking:
    """Runs the check as often as it is asked for, one at a time, and tells what it has not told before.

    Attributes:
        faults: that the last run has found

    Args:
        tell: takes each fault
        mended: called when none is left
    """

    def __init__(self, *, tell: Callable[[str], None], mended: Callable[[], None]) -> None:
        self._tell = tell
        self._mended = mended
        self.faults: tuple[str, ...] = ()
        self._told: set[str] = set()
        self._wanted = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def again(self) -> None:
        """Check again, soon."""
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            checked = subprocess.run(
                [sys.executable, "-m", "connect_local.check"],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            faults = checked.stderr.splitlines()
            if any(line.startswith("Traceback ") for line in faults):
                faults = [f"The check itself fails: {faults[-1]}"]
            for fault in faults:
                if fault not in self._told:
                    self._tell(fault)
            if self._told and not faults:
                self._mended()
            self._told = set(faults)
            self.faults = tuple(faults)
