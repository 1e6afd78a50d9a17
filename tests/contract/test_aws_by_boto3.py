"""Features that only the boto3 client has; the direct client refuses to start with them."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bench.stand_ins import Aws as AwsOverTls
from bench.trust import Trust
from connect_jira.aws.failures import AwsFailed
from connect_jira.aws.service import Aws
from connect_jira.errors import AwsNotConfigured, TemporarilyUnavailable
from connect_tools.aws_environment import forget_real_aws
from tests.contract.scripted import OPENED, Scripted


@pytest.fixture(autouse=True)
def _by_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_real_aws()
    monkeypatch.setenv("AWS_SDK", "boto3")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    service = Scripted(monkeypatch.setenv)
    yield service
    service.stop()


class Proxy:
    """A proxy that remembers what it was asked for, and does nothing of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(4096).decode().partition("\r\n")[0])
                connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({}, "kms.eu-west-1.amazonaws.com"),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "kms-fips.eu-west-1.amazonaws.com"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "kms.eu-west-1.api.aws"),
    ],
)
def test_a_proxy_is_asked_for_the_endpoint_that_the_environment_names(
    env: dict[str, str], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Proxy()
    for name, value in {**env, "HTTPS_PROXY": proxy.url, "NO_PROXY": ""}.items():
        monkeypatch.setenv(name, value)
    with proxy.listener, pytest.raises(AwsFailed, match="kms:Decrypt failed: ProxyConnectionError"):
        Aws(os.environ).service("kms", attempts=1).call("Decrypt", CiphertextBlob=b"sealed")
    assert proxy.asked == [f"CONNECT {host}:443 HTTP/1.1"]


def test_an_authority_of_ones_own_is_trusted_where_the_environment_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust = Trust(tmp_path)
    with AwsOverTls(trust) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        with pytest.raises(AwsFailed, match="kms:Decrypt failed: SSLError"):
            Aws(os.environ).service("kms", attempts=1).call("Decrypt", KeyId="k", CiphertextBlob=b"sealed")
        monkeypatch.setenv("AWS_CA_BUNDLE", str(trust.authorities))
        opened = Aws(os.environ).service("kms").call("Decrypt", KeyId="k", CiphertextBlob=b"sealed")
    assert opened["Plaintext"] == b"sealed"


def test_what_patches_botocore_sees_each_request_and_how_it_failed(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []
    unpatched = BaseClient._make_api_call  # type: ignore[attr-defined] # noqa: SLF001 - what tracers patch

    def traced(client: BaseClient, operation: str, asked: dict[str, object]) -> object:
        try:
            answer = unpatched(client, operation, asked)
        except ClientError as failed:
            seen.append((operation, failed.response["Error"]["Code"]))
            raise
        seen.append((operation, "answered"))
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", traced)
    monkeypatch.setattr("connect_jira.aws.service.time.sleep", lambda _: None)
    scripted.answers = [(400, b'{"__type": "ThrottlingException"}')]
    assert scripted.reached().call("Decrypt", CiphertextBlob=b"sealed") == OPENED
    assert seen == [("Decrypt", "ThrottlingException"), ("Decrypt", "answered")]


def test_credentials_come_from_wherever_boto3_finds_them(
    scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = "[profile dev]\nregion = eu-central-1\naws_access_key_id = AKIDEV\naws_secret_access_key = s\n"
    (tmp_path / "config").write_text(profile)
    scripted.aws()  # sets nobody's, which a profile would come after
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "dev")
    assert Aws(os.environ).service("kms").call("Decrypt", CiphertextBlob=b"sealed") == OPENED
    ((headers, _),) = scripted.requests
    assert "Credential=AKIDEV/" in headers["authorization"]
    assert "/eu-central-1/kms/" in headers["authorization"]


def test_without_credentials_nothing_is_sent_and_without_a_region_nothing_starts(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = scripted.aws()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(TemporarilyUnavailable, match="kms:Decrypt failed: NoCredentialsError"):
        aws.service("kms").call("Decrypt", CiphertextBlob=b"sealed")
    assert not scripted.requests
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    with pytest.raises(AwsNotConfigured, match="region"):
        Aws(os.environ).service("kms")


def test_there_are_two_ways_and_no_third() -> None:
    with pytest.raises(AwsNotConfigured, match="AWS_SDK is direct or boto3, not botocore"):
        Aws({"AWS_SDK": "botocore"})
