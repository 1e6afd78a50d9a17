"""Sources of a process's AWS credentials: in Lambda, after SnapStart, on a laptop."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from connect_jira.aws.credentials import Account, Credentials
from connect_jira.errors import AwsNotConfigured, TemporarilyUnavailable
from connect_tools.aws_environment import NOBODYS


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 looks for credentials in its process's own environment."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"):
        monkeypatch.setenv(name, NOBODYS[name])


def test_lambda_has_them_in_the_environment() -> None:
    account = Account.from_env(
        {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKID",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "token",
        }
    )
    assert (account.region, account.current()) == ("eu-west-1", Credentials("AKID", "secret", "token"))


def test_credentials_show_only_whose_they_are() -> None:
    assert repr(Credentials("AKID", "secret", "token")) == "Credentials(access_key_id='AKID')"


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Gives other credentials each time; each is about to end."""
    given = iter(range(100))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ends = datetime.now(UTC) + timedelta(seconds=30)
            credentials = {
                "AccessKeyId": f"AKID-{next(given)}",
                "SecretAccessKey": "secret",
                "Token": "token",
                "Expiration": ends.isoformat(timespec="seconds").replace("+00:00", "Z"),
            }
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(credentials).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/credentials"
        server.shutdown()


def test_what_snapstart_has_restored_asks_an_endpoint_and_asks_again_when_they_end(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", endpoint)
    account = Account.from_env({"AWS_REGION": "eu-west-1"})
    assert [account.current().access_key_id for _ in range(2)] == ["AKID-1", "AKID-2"]


def test_a_developer_has_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = (
        "[profile dev]\nregion = eu-central-1\naws_access_key_id = AKID\naws_secret_access_key = secret\n"
    )
    (tmp_path / "config").write_text(profile)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "dev")
    account = Account.from_env({})
    assert (account.region, account.current()) == ("eu-central-1", Credentials("AKID", "secret", None))


def test_without_a_region_or_credentials_one_sentence_says_what_to_do() -> None:
    with pytest.raises(AwsNotConfigured, match="AWS_REGION"):
        Account.from_env({})
    with pytest.raises(TemporarilyUnavailable, match="AWS_PROFILE"):
        Account.from_env({"AWS_REGION": "eu-west-1"}).current()


def test_credentials_that_are_not_given_just_now_may_be_given_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[profile dev]\nregion = eu-central-1\ncredential_process = false\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "dev")
    with pytest.raises(TemporarilyUnavailable, match="CredentialRetrievalError"):
        Account.from_env({}).current()


def test_an_access_key_without_its_secret_is_refused_in_a_sentence() -> None:
    with pytest.raises(AwsNotConfigured, match="set AWS_SECRET_ACCESS_KEY"):
        Account.from_env({"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"})
