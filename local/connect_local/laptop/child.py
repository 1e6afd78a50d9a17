"""The process of a function: ends with the stack that started it, and passes over breakpoints.

Started as `python -m connect_local.laptop.child awslambdaric functions.webhooks.app.handler`.
"""

import os
import runpy
import signal
import sys
import threading

ALIVE = "LAPTOP_STACK_ALIVE"
"""Environment variable: a file descriptor that comes to its end when the stack does."""


def main() -> None:
    """Run the runtime that the command line names."""
    if descriptor := os.environ.pop(ALIVE, None):
        threading.Thread(target=_end_with, args=[int(descriptor)], daemon=True).start()
    sys.breakpointhook = _pass_over
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def _pass_over(*_: object, **__: object) -> None:
    """Say so: nobody is at this process's keyboard."""
    caller = sys._getframe(1)  # noqa: SLF001 - the documented way to a caller's frame
    place = f"{os.path.relpath(caller.f_code.co_filename)}:{caller.f_lineno}"
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"].removesuffix("Function")
    print(  # noqa: T201 - for the log
        f"breakpoint() at {place} is passed over here: "
        f"connect invoke {name} --last stops there, with this event",
        flush=True,
    )


if __name__ == "__main__":
    main()
