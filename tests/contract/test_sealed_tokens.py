"""System tokens under KMS; moto's keys authenticate the encryption context as AWS's do."""

import pytest

from connect_jira.aws.service import Aws
from connect_jira.errors import SecretDoesNotOpen, TemporarilyUnavailable
from connect_jira.installations.sealing import TOKEN_OPENED_SECONDS, SecretsKey, SystemTokenSealer
from connect_jwt.identity import AppKey
from connect_local.laptop.moto_cloud import LaptopCloud
from tests.contract.counted import Counted

INSTALLATION = "ari:cloud:ecosystem::installation/8db33309-1d2e-4f6a-bb0c-6a0b6f6f2f11"
LONG = "eyJ" + "x" * 8000  # more than KMS encrypts by itself


@pytest.fixture
def kms(aws: Aws) -> Counted:
    return Counted(aws.service("kms"))


@pytest.fixture
def key_id(cloud: LaptopCloud) -> str:
    return cloud.attribute("SecretsKey", "Arn")


def sealer(
    kms: Counted, key_id: str, app_key: str = "app", now: list[float] | None = None
) -> SystemTokenSealer:
    clock = now or [0.0]
    key = SecretsKey(kms, key_id=key_id, app_key=AppKey(app_key))  # type: ignore[arg-type]
    return SystemTokenSealer(key, clock=lambda: clock[0])


@pytest.mark.parametrize("token", ["t", LONG])
def test_a_sealed_token_opens_for_its_installation_and_shows_nothing(
    kms: Counted, key_id: str, token: str
) -> None:
    sealed = sealer(kms, key_id).seal(INSTALLATION, token)
    assert LONG.encode() not in sealed
    assert sealer(kms, key_id).open(INSTALLATION, sealed) == token


def test_it_does_not_open_for_another_installation_or_app(kms: Counted, key_id: str) -> None:
    sealed = sealer(kms, key_id).seal(INSTALLATION, LONG)
    with pytest.raises(SecretDoesNotOpen):
        sealer(kms, key_id).open(f"{INSTALLATION}0", sealed)
    with pytest.raises(SecretDoesNotOpen):
        sealer(kms, key_id, app_key="other-app").open(INSTALLATION, sealed)


def test_a_sealed_token_that_was_changed_does_not_open(kms: Counted, key_id: str) -> None:
    sealed = sealer(kms, key_id).seal(INSTALLATION, LONG)
    for changed in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:-20], sealed[:50]):
        with pytest.raises(SecretDoesNotOpen):
            sealer(kms, key_id).open(INSTALLATION, changed)


def test_it_is_opened_once_in_some_minutes(kms: Counted, key_id: str) -> None:
    now = [0.0]
    one = sealer(kms, key_id, now=now)
    sealed = one.seal(INSTALLATION, LONG)
    for _ in range(3):
        one.open(INSTALLATION, sealed)
    assert kms.calls["Decrypt"] == 1
    now[0] += TOKEN_OPENED_SECONDS + 1
    one.open(INSTALLATION, sealed)
    assert kms.calls["Decrypt"] == 2


def test_a_key_that_is_not_there_is_temporarily_unavailable(kms: Counted) -> None:
    with pytest.raises(TemporarilyUnavailable, match="kms:GenerateDataKey failed"):
        sealer(kms, "alias/none").seal(INSTALLATION, "t")
