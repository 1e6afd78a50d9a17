"""`connect up --keep`: what the laptop holds is there again after a restart, however it ended."""

import json
import stat
from pathlib import Path
from typing import Any

import boto3
import pytest

from connect_local.laptop.ports import free_port
from tests.laptop.project_copy import ProjectCopy
from tests.laptop.running_up import Up, eventually


class Cloud:
    """The services of a running stack."""

    def __init__(self, up: Up) -> None:
        self._described = json.loads(up.get("/_local/stack").removeprefix("200 "))

    def id(self, name: str) -> str:
        found: str = self._described["resources"][name]
        return found

    def client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._described["endpoint"],
            region_name="us-east-1",
            aws_access_key_id="laptop",
            aws_secret_access_key="laptop",
        )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    return ProjectCopy(tmp_path_factory.mktemp("project"))


def test_a_restart_goes_on_where_the_last_one_was(copy: ProjectCopy, tmp_path: Path) -> None:
    ports, folder = (free_port(), free_port()), tmp_path / "kept"
    arguments = ("--keep", str(folder))
    context = {"site": "a"}

    with Up(copy, *arguments, ports=ports) as up:
        up.install()
        up.create_issue("DEMO-1")
        eventually(lambda: up.properties_of("DEMO-1"))
        cloud = Cloud(up)
        sealed = cloud.client("kms").encrypt(
            KeyId=cloud.id("SecretsKey"), Plaintext=b"kept", EncryptionContext=context
        )["CiphertextBlob"]
        row = {"site": {"S": "a"}, "entry": {"S": "b"}, "value": {"B": sealed}}
        cloud.client("dynamodb").put_item(TableName=cloud.id("SiteData"), Item=row)
        cloud.client("sqs").send_message(QueueUrl=cloud.id("FailedJiraCalls"), MessageBody="a message")
        cloud.client("s3").put_object(Bucket=cloud.id("LargeMessages"), Key="a/key", Body=b"an object")
        eventually(lambda: any(b"a message" in file.read_bytes() for file in folder.glob("state")))
        up.process.kill()
    assert stat.S_IMODE((folder / "state").stat().st_mode) == 0o600

    with Up(copy, *arguments, ports=ports) as up:
        assert not [line for line in up.lines if "refused" in line or "failed" in line]
        assert up.properties_of("DEMO-1")
        assert [app["enabled"] for app in up.control("state")["apps"]] == [True]
        cloud = Cloud(up)
        key = {"site": {"S": "a"}, "entry": {"S": "b"}}
        found = cloud.client("dynamodb").get_item(TableName=cloud.id("SiteData"), Key=key)["Item"]
        opened = cloud.client("kms").decrypt(
            CiphertextBlob=found["value"]["B"], EncryptionContext=context, KeyId=cloud.id("SecretsKey")
        )
        assert opened["Plaintext"] == b"kept"
        received = cloud.client("sqs").receive_message(QueueUrl=cloud.id("FailedJiraCalls"))["Messages"]
        assert [one["Body"] for one in received] == ["a message"]
        objects = cloud.client("s3").get_object(Bucket=cloud.id("LargeMessages"), Key="a/key")
        assert objects["Body"].read() == b"an object"
        up.create_issue("DEMO-2")
        eventually(lambda: up.properties_of("DEMO-2"))

    with Up(copy, *arguments, ports=ports) as up:
        assert up.properties_of("DEMO-2"), "what was there when it was stopped"


def test_a_state_of_another_port_and_one_that_cannot_be_read_are_told(
    copy: ProjectCopy, tmp_path: Path
) -> None:
    (tmp_path / "state").write_bytes(b"no state")
    with Up(copy, "--keep", str(tmp_path)) as up:
        up.wait_for(f"{tmp_path / 'state'} cannot be read, and is begun anew")
        port = up.port
    ended = copy.connect("up", "--port", "0", "--jira-port", "0", "--keep", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr == (
        f"connect: {tmp_path / 'state'} is of http://localhost:{port}: use the same port, or another folder\n"
    )
