"""Atlassian's two key hosts as they answer, and as they do not."""

from tests.e2e.foreign.test_foreign_key_host import *  # noqa: F403
