"""`connect init` on a repository. Each file is replaced whole, so that an interrupted run can be repeated."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from connect_cli.errors import CommandError
from connect_tools.init.demonstration import FILES, REGISTRATIONS, without_modules, without_registrations
from connect_tools.init.identity import AppIdentity
from connect_tools.init.places import (
    DESCRIPTOR,
    TEMPLATE,
    Change,
    in_descriptor,
    in_descriptor_before,
    in_event,
    in_peers_descriptor,
    in_readme,
    in_samconfig,
    in_template,
    in_template_before,
)

_SAMPLES = "events/*.json"
_PLACES: dict[str, Change] = {
    TEMPLATE: in_template,
    "samconfig.toml": in_samconfig,
    "README.md": in_readme,
    _SAMPLES: in_event,
    "bench/peers/ace/atlassian-connect.json": in_peers_descriptor,
    DESCRIPTOR: in_descriptor,
}
"""In the order in which they are changed: see `Former`."""

_EXAMPLES_WEBSITE = '"https://example.com"'


def make_own(folder: Path, identity: AppIdentity, *, keep_demonstration: bool = True) -> list[str]:
    """Give the app of a repository another key, name and vendor.

    Args:
        folder: the repository
        identity: the app's
        keep_demonstration: False takes the demonstration away

    Returns:
        a line for each file that was changed or removed, and for what is still to do

    Raises:
        CommandError: a file is missing or malformed, and nothing was changed; or a file cannot be written
    """
    changes = list(_changes(folder, identity))
    done = [_replace(folder, file, text) for file, text in changes]
    if not keep_demonstration:
        done += [_replace(folder, file, text) for file, text in _without_demonstration(folder)]
        done += [_remove(folder, file) for file in FILES if (folder / file).exists()]
    lines = list(dict.fromkeys(done)) or [f"nothing to change: the app is {identity.key} already"]
    if _EXAMPLES_WEBSITE in _read(folder / DESCRIPTOR):
        lines.append(f"{DESCRIPTOR} still has the example's website: give yours with --vendor-url")
    return lines


def _changes(folder: Path, identity: AppIdentity) -> Iterator[tuple[str, str]]:
    with _named(TEMPLATE):
        former = in_template_before(_read(folder / TEMPLATE))
    with _named(DESCRIPTOR):
        former |= in_descriptor_before(_read(folder / DESCRIPTOR))
    for pattern, change in _PLACES.items():
        for path in sorted(folder.glob(pattern)):
            file = path.relative_to(folder).as_posix()
            with _named(file):
                text = _read(path)
                changed = change(text, former, identity)
            if changed != text:
                yield file, changed


def _without_demonstration(folder: Path) -> Iterator[tuple[str, str]]:
    for file in (*REGISTRATIONS, DESCRIPTOR):
        with _named(file):
            text = _read(folder / file)
            changed = without_modules(text) if file == DESCRIPTOR else without_registrations(file, text)
        if changed != text:
            yield file, changed


@contextmanager
def _named(file: str) -> Iterator[None]:
    """Name the file in what is wrong with it."""
    try:
        yield
    except CommandError as wrong:
        raise CommandError(f"{file} {wrong}") from wrong


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except OSError as failure:
        raise CommandError(f"cannot be read: {failure.strerror}") from failure
    except UnicodeDecodeError as other:
        raise CommandError("is not UTF-8") from other


def _replace(folder: Path, name: str, text: str) -> str:
    file = folder / name
    temporary = file.with_name(f".{file.name}.new")
    try:
        temporary.write_bytes(text.encode())
        temporary.chmod(file.stat().st_mode)
        temporary.replace(file)
    except OSError as failure:
        raise CommandError(f"{name} cannot be written: {failure.strerror}") from failure
    finally:
        with suppress(OSError):
            temporary.unlink()
    return f"changed {name}"


def _remove(folder: Path, name: str) -> str:
    try:
        (folder / name).unlink()
    except OSError as failure:
        raise CommandError(f"{name} cannot be removed: {failure.strerror}") from failure
    return f"removed {name}"
