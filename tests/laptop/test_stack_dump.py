"""The place where a process was, as Python itself tells it."""

import subprocess
import sys
from pathlib import Path

from connect_local.laptop.stack_dump import VARIABLES, is_dump, place_in
from connect_tools.project import PROJECT

WAITING, HANGING = (PROJECT / "functions" / name for name in ("waiting.py", "hanging.py"))
DIES_BESIDE_A_THREAD = f"""
import os, threading
def run(source, file):
    exec(compile(source, file, "exec"), globals())
run("def wait():\\n    waits.set(); threading.Event().wait()", {str(WAITING)!r})
run("def hang():\\n    os.abort()", {str(HANGING)!r})
waits = threading.Event()
threading.Thread(target=wait, daemon=True).start()
waits.wait()
hang()
"""


def test_the_place_is_that_of_the_thread_that_works_and_not_of_one_that_waits(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DIES_BESIDE_A_THREAD]
    dump = subprocess.run(
        command, env=VARIABLES, cwd=tmp_path, capture_output=True, text=True, check=False
    ).stderr

    assert is_dump(dump)
    assert str(WAITING) in dump
    assert place_in(dump) == "functions/hanging.py:2 (hang)"
