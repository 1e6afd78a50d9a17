import random
from typing import Any

import pytest

from bench.scale.parameters import Memory
from bench.scale.remembering import TenantMemory
from connect_jira.auth.tenants import Tenants
from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.installations.secret_sealing import Sealer
from connect_jira.installations.secrets_key import SecretsKey
from connect_jwt.identity import AppKey, ClientKey


def test_a_site_is_read_and_opened_once_in_each_lifetime() -> None:
    memory = TenantMemory(Memory(row_seconds=300, secret_seconds=300))

    asked = [memory.look_up(7, now) for now in range(0, 3000, 10)]

    assert sum(each.reads for each in asked) == 10
    assert sum(each.decrypts for each in asked) == 10


def test_a_longer_life_of_secrets_saves_decrypts_and_no_reads() -> None:
    memory = TenantMemory(Memory(row_seconds=300, secret_seconds=3000))

    asked = [memory.look_up(7, now) for now in range(0, 3000, 10)]

    assert (sum(each.reads for each in asked), sum(each.decrypts for each in asked)) == (10, 1)


def test_the_least_used_gives_way_when_there_are_too_many() -> None:
    memory = TenantMemory(Memory(row_entries=2))
    for tenant in (1, 2, 1, 3):
        memory.look_up(tenant, 0)

    assert memory.look_up(1, 1).reads == 0
    assert memory.look_up(2, 1).reads == 1


def test_what_has_ended_gives_way_before_what_has_not() -> None:
    memory = TenantMemory(Memory(row_entries=2, row_seconds=10))
    memory.look_up(1, 0)
    memory.look_up(2, 5)
    memory.look_up(1, 6)  # used last, ends first
    memory.look_up(3, 11)

    assert memory.look_up(2, 12).reads == 0


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
    sealer = Sealer(key, clock=lambda: now)
    no_forge: Any = None  # no site here came by Forge
    tenants = Tenants(store, sealer, app_key=app, forge=no_forge, clock=lambda: now)  # type: ignore[arg-type]
    memory = TenantMemory(Memory())
    chosen = random.Random(3)  # noqa: S311 - the same sites each time
    reads = decrypts = 0

    # Rows end and give way in all of it, secrets end; of 15,000 sites more are seen in an hour than are kept.
    for _ in range(40_000):
        now += chosen.expovariate(8)
        site = int(sites * chosen.random() ** shape)
        tenants.credentials(ClientKey(f"site-{site}"))
        asked = memory.look_up(site, now)
        reads += asked.reads
        decrypts += asked.decrypts

    assert (reads, decrypts) == (store.reads, kms.decrypts)
    assert 0 < decrypts < reads < 40_000
