"""Secrets under KMS; moto's keys authenticate the encryption context as AWS's do."""

import pytest

from connect_jira.aws.service import Aws
from connect_jira.errors import SecretDoesNotOpen, TemporarilyUnavailable
from connect_jira.installations.sealing import OPENED_SECONDS, SecretsKey, SharedSecretSealer
from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_local.laptop.moto_cloud import LaptopCloud
from tests.contract.counted import Counted

SITE, OTHER_SITE = ClientKey("site"), ClientKey("other-site")
SECRET = SharedSecret("ü" * 40)


@pytest.fixture
def kms(aws: Aws) -> Counted:
    return Counted(aws.service("kms"))


@pytest.fixture
def key_id(cloud: LaptopCloud) -> str:
    return cloud.attribute("SecretsKey", "Arn")


@pytest.fixture
def another_key(cloud: LaptopCloud) -> str:
    arn: str = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def sealer(
    kms: Counted, key_id: str, other: str = "", *, app_key: str = "app", now: list[float] | None = None
) -> SharedSecretSealer:
    clock = now or [0.0]
    key = SecretsKey(kms, key_id=key_id, other_key_id=other, app_key=AppKey(app_key))  # type: ignore[arg-type]
    return SharedSecretSealer(key, clock=lambda: clock[0])


def test_a_sealed_secret_opens_for_its_site_and_shows_nothing(kms: Counted, key_id: str) -> None:
    sealed = sealer(kms, key_id).seal(SITE, SECRET)
    assert SECRET.key_bytes() not in sealed
    assert sealer(kms, key_id).open(SITE, sealed) == SECRET


def test_it_does_not_open_for_another_site_or_app(kms: Counted, key_id: str) -> None:
    sealed = sealer(kms, key_id).seal(SITE, SECRET)
    with pytest.raises(SecretDoesNotOpen):
        sealer(kms, key_id).open(OTHER_SITE, sealed)
    with pytest.raises(SecretDoesNotOpen):
        sealer(kms, key_id, app_key="other-app").open(SITE, sealed)


def test_what_was_opened_for_one_site_is_not_found_by_another(kms: Counted, key_id: str) -> None:
    one = sealer(kms, key_id)
    sealed = one.seal(SITE, SECRET)
    one.open(SITE, sealed)
    with pytest.raises(SecretDoesNotOpen):
        one.open(OTHER_SITE, sealed)


def test_it_is_opened_once_in_an_hour(kms: Counted, key_id: str) -> None:
    now = [0.0]
    one = sealer(kms, key_id, now=now)
    sealed = one.seal(SITE, SECRET)
    for _ in range(3):
        one.open(SITE, sealed)
        now[0] += OPENED_SECONDS / 3 - 1
    assert kms.calls["Decrypt"] == 1
    now[0] += 4
    one.open(SITE, sealed)
    assert kms.calls["Decrypt"] == 2


def test_a_secret_is_not_found_by_what_replaced_it(kms: Counted, key_id: str) -> None:
    one, new = sealer(kms, key_id), SharedSecret("n" * 40)
    before, after = one.seal(SITE, SECRET), one.seal(SITE, new)
    assert [one.open(SITE, sealed) for sealed in (before, after, before)] == [SECRET, new, SECRET]
    assert kms.calls["Decrypt"] == 2


def test_a_key_that_is_not_there_is_temporarily_unavailable(kms: Counted) -> None:
    with pytest.raises(TemporarilyUnavailable, match="kms:Encrypt failed: NotFoundException"):
        sealer(kms, "alias/none").seal(SITE, SECRET)


def test_while_a_key_is_replaced_both_open_by_one_request_whichever_seals(
    kms: Counted, key_id: str, another_key: str
) -> None:
    sealed = {key: sealer(kms, key).seal(SITE, SECRET) for key in (key_id, another_key)}
    for of_two in (sealer(kms, key_id, another_key), sealer(kms, another_key, key_id)):
        kms.calls.clear()
        assert [of_two.open(SITE, secret) for secret in sealed.values()] == [SECRET, SECRET]
        assert kms.calls["Decrypt"] == len(sealed)


def test_the_other_key_does_not_seal(kms: Counted, key_id: str, another_key: str) -> None:
    sealed = sealer(kms, key_id, another_key).seal(SITE, SECRET)
    assert sealer(kms, key_id).open(SITE, sealed) == SECRET


def test_a_third_key_opens_nothing(cloud: LaptopCloud, kms: Counted, key_id: str, another_key: str) -> None:
    third = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    sealed = sealer(kms, third).seal(SITE, SECRET)
    with pytest.raises(SecretDoesNotOpen):
        sealer(kms, key_id, another_key).open(SITE, sealed)
