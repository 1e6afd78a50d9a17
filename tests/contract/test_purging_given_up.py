"""A purge that is given up, since the site has installed the app again: the living site loses no message."""

import time
from collections.abc import Sequence

import pytest

from connect_cli.errors import CommandError
from connect_jira.aws.service import Aws
from connect_jira.worker.purges import Purges
from connect_jwt.identity import ClientKey
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.target_stack import Stack
from connect_tools.tenants.purging import Purging
from tests.contract.test_purging import App


@pytest.fixture
def app(cloud: LaptopCloud, aws: Aws, stack: Stack) -> App:
    app = App(cloud, aws, stack, "site")
    app.fill()
    return app


def test_no_worker_ever_sees_a_tombstone_of_a_site_that_has_installed_the_app_before_the_purge_begins(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = app.target()
    app.install()
    written: list[object] = []
    monkeypatch.setattr(Purges, "put", lambda _purges, keys, **_: written.append(keys))
    with pytest.raises(CommandError, match="has installed the app meanwhile"):
        Purging(app.stack, target, wait=lambda _seconds: None).purge(although_installed=False)
    assert written == []


def test_a_purge_that_is_given_up_leaves_no_tombstone_for_a_key_that_had_none(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.purges.put([app.client_key], purged_at=1)
    put = Purges.put

    def while_the_site_comes_back(purges: Purges, keys: Sequence[ClientKey], *, purged_at: int) -> None:
        put(purges, keys, purged_at=purged_at)
        app.install()

    monkeypatch.setattr(Purges, "put", while_the_site_comes_back)
    with pytest.raises(CommandError, match="has installed the app meanwhile"):
        app.purge()
    assert not app.purges.covers(ClientKey(app.forge_id), time.time() - 2)
    assert not app.purges.covers(app.client_key, time.time() - 2)
