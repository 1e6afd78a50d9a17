"""The descriptor as Jira reads it."""

from tests.e2e.foreign.test_foreign_descriptor import *  # noqa: F403
