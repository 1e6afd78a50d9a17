"""A flood of forged installs, after all others: for a while it uses up the key ids that may be asked for."""

from tests.e2e.foreign.test_foreign_flood import *  # noqa: F403
from tests.rehearsal.test_65_foreign.keys import full_bucket  # noqa: F401
