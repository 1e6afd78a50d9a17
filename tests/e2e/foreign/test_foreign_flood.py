"""A flood of forged installs, each with a key id of its own."""

import time
import uuid

from connect_jira.auth.install_key_ids import AT_ONCE, PER_SECOND
from tests.e2e.foreign.app import App
from tests.e2e.foreign.drafts import Site
from tests.e2e.foreign.log import warnings

FORGED = 100


def test_it_costs_the_key_hosts_what_is_allowed_and_keeps_no_genuine_install_out(app: App) -> None:
    app.installed_site()
    asked_before = [len(app.jira.keys_asked(host)) for host in ("first", "second")]
    started = time.monotonic()
    statuses = set()
    for _ in range(FORGED):
        kid = f"generic-keypair/cs-migrations/{uuid.uuid4()}"
        start = len(app.log.lines)
        statuses.add(app.send(app.install(Site()).signed_with_key("stranger", kid=kid)).status)
        (warning,) = warnings(app.log.of_one_request(start))
        app.reasons[warning["reason"]] += 1
    allowed = AT_ONCE + PER_SECOND * (time.monotonic() - started) + 1
    asked = [len(app.jira.keys_asked(host)) for host in ("first", "second")]
    for before, after in zip(asked_before, asked, strict=True):
        assert AT_ONCE <= after - before <= allowed < FORGED
    assert statuses == {401, 503}
    assert app.reasons.keys() == {"kid-unknown", "key-id-limited"}
    app.installed_site()
