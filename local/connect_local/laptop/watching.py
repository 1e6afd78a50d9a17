"""Tells of files that have been saved, once they are at rest."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import DefaultFilter, watch

_AT_REST_MILLISECONDS = 40
_LONGEST_MILLISECONDS = 400
"""Some editors write a file twice, or write another and rename it: such changes are one."""


class Watching:
    """Watches folders and single files; what editors and Python keep beside them is ignored.

    Args:
        folders: with all that is below them
        files: by their folders, since an editor may put another file in the place of one
        on_change: takes the paths that have changed
    """

    def __init__(
        self, folders: Iterable[Path], files: Iterable[Path], on_change: Callable[[set[Path]], None]
    ) -> None:
        self._on_change = on_change
        self._stopping = threading.Event()
        names = {str(file) for file in files}
        self._threads = [
            threading.Thread(target=self._watch, args=[set(folders), DefaultFilter(), True], daemon=True),
            threading.Thread(
                target=self._watch,
                args=[{Path(name).parent for name in names}, lambda _change, path: path in names, False],
                daemon=True,
            ),
        ]

    def start(self) -> None:
        """Start watching."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _watch(self, paths: set[Path], watched: Callable[..., bool], recursive: bool) -> None:  # noqa: FBT001 - of `watch`
        for changes in watch(
            *paths,
            watch_filter=watched,
            recursive=recursive,
            step=_AT_REST_MILLISECONDS,
            debounce=_LONGEST_MILLISECONDS,
            stop_event=self._stopping,
            raise_interrupt=False,
        ):
            self._on_change({Path(path) for _, path in changes})
