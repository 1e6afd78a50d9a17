"""A flood of forged installs, each with a key id of its own."""

from tests.e2e.foreign.test_foreign_flood import *  # noqa: F403
