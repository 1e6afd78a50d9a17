"""The requests of the marketplace's scanner."""

from tests.e2e.test_scanner import *  # noqa: F403
