"""The test kit of connect-lambda in an empty environment: pytest finds the fixtures by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.distributions.environments import PROJECT, Environment

pytestmark = pytest.mark.timeout(600)

TEST_OF_AN_APP = """
from connect_local.testing.payloads import issue_created


def test_a_new_issue_gets_a_note(jira, deliver):
    issue = jira.issue("EX-1")
    deliver(issue_created(issue))
    assert issue.properties["connect-lambda"]["event"] == "jira:issue_created"
"""


def test_an_app_is_tested_with_what_the_wheel_brings(
    environment: Callable[..., Environment], tmp_path: Path
) -> None:
    for part in ("functions", "layers", "descriptor", "template.yaml"):
        (tmp_path / part).symlink_to(PROJECT / part)
    (tmp_path / "test_app.py").write_text(TEST_OF_AN_APP, encoding="utf-8")
    kit = environment("connect-lambda[testing]")
    printed = kit.run("pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert (printed.returncode, "1 passed" in printed.stdout) == (0, True), printed.stdout + printed.stderr


def test_where_the_kit_is_not_installed_a_fixture_says_how(
    environment: Callable[..., Environment], tmp_path: Path
) -> None:
    (tmp_path / "test_app.py").write_text(TEST_OF_AN_APP.replace("from connect", "# from connect"), "utf-8")
    plain = environment("connect-lambda", "pytest")
    printed = plain.run("pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert printed.returncode == 1
    assert "pip install 'connect-lambda[testing]'" in printed.stdout
