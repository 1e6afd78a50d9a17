"""Lifecycle of a site: installed, reinstalled, disabled, uninstalled and back, in this order."""

from tests.e2e.foreign.test_foreign_lifecycle import *  # noqa: F403
