"""The doubles of the app are those of the tests of connect_jira."""

from tests.unit.jira.conftest import _metrics, _no_sockets, app, backend, environment, install_key  # noqa: F401
