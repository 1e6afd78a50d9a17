"""The workflow that publishes the site does what docs/site.md says."""

from typing import Any

import yaml

from connect_build.site.__main__ import FOLDER
from connect_tools.project import PROJECT

WORKFLOW = PROJECT / ".github" / "workflows" / "site.yml"


def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return found


def test_what_make_site_builds_is_what_is_published() -> None:
    steps = jobs()["build"]["steps"]
    assert {"run": "make site"} in steps
    assert steps[-1]["uses"].startswith("actions/upload-pages-artifact@")
    assert steps[-1]["with"] == {"path": str(FOLDER.relative_to(PROJECT))}


def test_nothing_is_published_until_the_variable_says_so() -> None:
    assert jobs()["build"]["if"] == "vars.PUBLISH_SITE == 'true'"
    assert jobs()["publish"]["needs"] == "build"


def test_only_the_job_that_publishes_may() -> None:
    assert jobs()["build"]["permissions"] == {"contents": "read"}
    assert jobs()["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
