import random
from typing import Any

import pytest

from bench.scale.environments import Environment, Fleet
from bench.scale.model import Model
from connect_jira.auth.tenants import Tenants
from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.installations.sealing import SecretsKey, SharedSecretSealer
from connect_jwt.identity import AppKey, ClientKey


def test_a_site_is_read_and_opened_once_in_each_lifetime() -> None:
    environment = Environment(Model(row_seconds=300, secret_seconds=600), 0.0)

    asked = [environment.look_up(7, now) for now in range(0, 3000, 10)]

    assert [sum(each) for each in zip(*asked, strict=True)] == [10, 5]


def test_an_environment_takes_one_event_at_a_time() -> None:
    fleet = Fleet(Model())

    assert fleet.take(0.0) is not fleet.take(0.0)
    assert (fleet.busy, fleet.busiest, fleet.cold_starts) == (2, 2, 2)


def test_the_most_recently_used_environment_is_next() -> None:
    fleet = Fleet(Model())
    first, second = fleet.take(0.0), fleet.take(0.0)
    fleet.give_back(first, 1.0)
    fleet.give_back(second, 2.0)

    assert fleet.take(3.0) is second


def test_an_idle_environment_goes_after_its_time() -> None:
    fleet = Fleet(Model(idle_seconds=600))
    first, second = fleet.take(0.0), fleet.take(0.0)
    fleet.give_back(first, 0.0)
    fleet.give_back(second, 500.0)

    assert fleet.take(700.0) is second
    assert fleet.take(700.0) is not first


def test_an_old_environment_goes_though_it_is_used() -> None:
    fleet = Fleet(Model(lifetime_seconds=100))
    first = fleet.take(0.0)
    for now in (50.0, 99.0):
        fleet.give_back(first, now)
        assert fleet.take(now) is first
    fleet.give_back(first, 99.5)

    assert fleet.take(100.0) is not first


def test_work_is_counted_in_environments_times_seconds() -> None:
    fleet = Fleet(Model())
    first, second = fleet.take(0.0), fleet.take(0.0)
    fleet.give_back(first, 3.0)
    fleet.give_back(second, 5.0)
    fleet.end_counting(9.0)

    assert fleet.busy_seconds == 2 * 3 + 1 * 2


class _Store:
    def __init__(self) -> None:
        self.reads = 0

    def read(self, client_key: ClientKey) -> Installation:
        self.reads += 1
        return Installation(
            site=Site(client_key=client_key, base_url="https://site.atlassian.net"),
            state=InstallationState.ENABLED,
            sealed_secret=client_key.encode(),
            signed_at=0,
            tokens_used={},
            updated_at=0,
        )


class _Kms:
    def __init__(self) -> None:
        self.decrypts = 0

    def call(self, operation: str, **_: Any) -> dict[str, bytes]:
        assert operation == "Decrypt"
        self.decrypts += 1
        return {"Plaintext": b"s" * 40}


@pytest.mark.parametrize(("sites", "shape"), [(50, 2.0), (1_500, 3.0), (15_000, 1.0)])
def test_it_asks_as_often_as_the_layers_do(sites: int, shape: float) -> None:
    now = 0.0
    store, kms = _Store(), _Kms()
    app = AppKey("app")
    key = SecretsKey(kms, key_id="key", app_key=app)  # type: ignore[arg-type]
    sealer = SharedSecretSealer(key, clock=lambda: now)
    tenants = Tenants(store, sealer, app_key=app, clock=lambda: now)  # type: ignore[arg-type]
    environment = Environment(Model(), 0.0)
    chosen = random.Random(3)  # noqa: S311 - the same sites each time
    reads = decrypts = 0

    # Rows end and give way in all of it, secrets end; of 15,000 sites more are seen in an hour than are kept.
    for _ in range(40_000):
        now += chosen.expovariate(8)
        site = int(sites * chosen.random() ** shape)
        tenants.signing_identity(ClientKey(f"site-{site}"))
        read, decrypted = environment.look_up(site, now)
        reads += read
        decrypts += decrypted

    assert (reads, decrypts) == (store.reads, kms.decrypts)
    assert 0 < decrypts < reads < 40_000
