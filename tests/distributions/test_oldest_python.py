"""connect-jwt on the oldest Python that it supports: its wheel passes the tests of what is in it."""

from collections.abc import Callable

import pytest

from tests.distributions.environments import PROJECT, Environment, interpreter

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]


def test_the_oldest_python_passes_the_tests_of_connect_jwt(environment: Callable[..., Environment]) -> None:
    oldest = interpreter("3.11")
    testers = ("pytest", "pytest-socket", "pytest-timeout", "hypothesis", "atlassian-jwt")
    frameworks = ("flask", "fastapi", "httpx2", "django")
    tested = environment("connect-jwt[rsa]", *testers, *frameworks, python=oldest).run(
        *("python", "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", ".", "-p", "no:cacheprovider"),
        *("--confcutdir=tests/unit", "--import-mode=importlib", "-W", "error", "-o", "pythonpath=."),
        *("tests/unit/jwt", "tests/unit/diagnosis", "tests/distributions/test_readme.py"),
        cwd=PROJECT,
    )
    assert tested.returncode == 0, tested.stdout[-2000:]
