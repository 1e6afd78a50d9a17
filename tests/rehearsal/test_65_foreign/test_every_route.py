"""A token that is wrong is refused on every route, whoever signs there, and nothing comes of the request."""

from tests.e2e.foreign.test_foreign_every_route import *  # noqa: F403
