"""Webhooks: whatever a site may send is taken, whoever else sends it is refused."""

from tests.e2e.foreign.test_foreign_webhooks import *  # noqa: F403
