"""`installed`, forged: by others than Atlassian, for other apps, about other sites, with other secrets."""

from tests.e2e.foreign.test_foreign_install import *  # noqa: F403
