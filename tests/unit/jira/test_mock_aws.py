"""A test of an app's own may use moto's `mock_aws`: with boto3 there is nothing to start and no port."""

import os
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from connect_jira.aws.service import Aws
from connect_jira.errors import SecretDoesNotOpen
from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.installations.sealing import SecretsKey, SharedSecretSealer
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import AppKey, ClientKey, SharedSecret

SITE, OTHER_SITE = ClientKey("site"), ClientKey("other-site")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_SDK", "boto3")
    with mock_aws():
        yield Aws(os.environ)


def test_an_installation_is_sealed_kept_and_opened_again(aws: Aws) -> None:
    boto3.client("dynamodb").create_table(
        TableName="installations",
        AttributeDefinitions=[{"AttributeName": "clientKey", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "clientKey", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key_id = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    store = InstallationStore(aws.service("dynamodb"), table="installations")
    sealer = SharedSecretSealer(SecretsKey(aws.service("kms"), key_id=key_id, app_key=AppKey("app")))
    installation = Installation(
        site=Site(client_key=SITE, base_url="https://site.atlassian.net"),
        state=InstallationState.ENABLED,
        sealed_secret=sealer.seal(SITE, SharedSecret("s" * 40)),
        signed_at=0,
        tokens_used={},
        updated_at=0,
    )

    store.write(installation)

    kept = store.read(SITE)
    assert kept == installation
    assert kept.sealed_secret is not None
    fresh = SharedSecretSealer(SecretsKey(aws.service("kms"), key_id=key_id, app_key=AppKey("app")))
    assert fresh.open(SITE, kept.sealed_secret) == SharedSecret("s" * 40)
    with pytest.raises(SecretDoesNotOpen):
        fresh.open(OTHER_SITE, kept.sealed_secret)
