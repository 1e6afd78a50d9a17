"""Atlassian's two key hosts as they answer, and as they do not."""

from tests.e2e.foreign.test_foreign_key_host import *  # noqa: F403
from tests.rehearsal.test_65_foreign.keys import full_bucket  # noqa: F401
