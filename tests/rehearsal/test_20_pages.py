"""The pages inside Jira, and their calls."""

from tests.e2e.test_pages import *  # noqa: F403
