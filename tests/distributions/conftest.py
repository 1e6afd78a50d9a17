import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.distributions.environments import Environment, build_wheels


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the wheels, as `make wheels` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    build_wheels(folder)
    return folder


@pytest.fixture(scope="session")
def environment(wheels: Path) -> Iterator[Callable[..., Environment]]:
    """Makes empty environments with what is named installed, one for all tests that name the same."""
    made: dict[tuple[str, ...], Environment] = {}
    with TemporaryDirectory() as folders:

        def environment_with(*requirements: str, python: str = sys.executable) -> Environment:
            wanted = (python, *requirements)
            if wanted not in made:
                folder = Path(folders, str(len(made)))
                made[wanted] = Environment.with_installed(folder, requirements, wheels=wheels, python=python)
            return made[wanted]

        yield environment_with
