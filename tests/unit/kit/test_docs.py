"""docs/testing.md shows a test that passes, and fixtures that there are."""

import inspect
import re

from connect_local.testing import payloads, plugin
from connect_tools.project import PROJECT

PAGE = (PROJECT / "docs" / "testing.md").read_text(encoding="utf-8")


def test_the_test_on_the_page_is_one_of_the_app_s() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    test = shown.partition("def ")[2]
    assert test in (PROJECT / "tests" / "app" / "test_new_issue.py").read_text(encoding="utf-8")


def test_the_fixtures_in_the_table_are_the_plugin_s() -> None:
    named = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    defined = {name for name, value in vars(plugin).items() if "fixture" in type(value).__name__.lower()}
    assert set(named) == {name for name in defined if not name.startswith("connect_")}


def test_the_events_on_the_page_are_there() -> None:
    paragraph = PAGE.partition("## The events")[2].partition("##")[0]
    for name in re.findall(r"`([a-z_]+)(?:\([^`]*\))?`", paragraph):
        assert inspect.isfunction(getattr(payloads, name)), name
