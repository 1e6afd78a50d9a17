"""System tokens under KMS; moto's keys authenticate the encryption context as AWS's do."""

from typing import Any
from unittest.mock import Mock

import pytest

from connect_jira.errors import SecretDoesNotOpen, TemporarilyUnavailable
from connect_jira.forge.sealing import OPENED_SECONDS, TokenSealer
from connect_jwt.identity import AppKey
from connect_local.cloud import LaptopCloud

INSTALLATION = "ari:cloud:ecosystem::installation/8db33309-1d2e-4f6a-bb0c-6a0b6f6f2f11"
LONG = "eyJ" + "x" * 8000  # more than KMS encrypts by itself


@pytest.fixture
def kms(cloud: LaptopCloud) -> Any:
    return cloud.client("kms")


@pytest.fixture
def key_id(cloud: LaptopCloud) -> str:
    return cloud.attribute("SecretsKey", "Arn")


def sealer(kms: Any, key_id: str, app_key: str = "app") -> TokenSealer:
    return TokenSealer(kms, key_id=key_id, app_key=AppKey(app_key))


@pytest.mark.parametrize("token", ["t", LONG])
def test_a_sealed_token_opens_for_its_installation_and_shows_nothing(
    kms: Any, key_id: str, token: str
) -> None:
    sealed = sealer(kms, key_id).seal(INSTALLATION, token)
    assert LONG.encode() not in sealed
    assert sealer(kms, key_id).open(INSTALLATION, sealed) == token


def test_it_does_not_open_for_another_installation_or_app(kms: Any, key_id: str) -> None:
    sealed = sealer(kms, key_id).seal(INSTALLATION, LONG)
    with pytest.raises(SecretDoesNotOpen):
        sealer(kms, key_id).open(f"{INSTALLATION}0", sealed)
    with pytest.raises(SecretDoesNotOpen):
        sealer(kms, key_id, app_key="other-app").open(INSTALLATION, sealed)


def test_a_sealed_token_that_was_changed_does_not_open(kms: Any, key_id: str) -> None:
    sealed = sealer(kms, key_id).seal(INSTALLATION, LONG)
    for changed in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:-20], sealed[:50]):
        with pytest.raises(SecretDoesNotOpen):
            sealer(kms, key_id).open(INSTALLATION, changed)


def test_it_is_opened_once_in_some_minutes(kms: Any, key_id: str) -> None:
    now, counted = [0.0], Mock(wraps=kms)
    one = TokenSealer(counted, key_id=key_id, app_key=AppKey("app"), clock=lambda: now[0])
    sealed = one.seal(INSTALLATION, LONG)
    for _ in range(3):
        one.open(INSTALLATION, sealed)
    assert counted.decrypt.call_count == 1
    now[0] += OPENED_SECONDS + 1
    one.open(INSTALLATION, sealed)
    assert counted.decrypt.call_count == 2


def test_a_key_that_is_not_there_is_temporarily_unavailable(kms: Any) -> None:
    with pytest.raises(TemporarilyUnavailable, match="kms:GenerateDataKey failed"):
        sealer(kms, "alias/none").seal(INSTALLATION, "t")
