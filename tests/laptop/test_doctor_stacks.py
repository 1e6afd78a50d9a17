"""A stack, asked: the laptop's, and a deployed one as AWS would describe it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError, NoCredentialsError

from connect_jira.aws.service import Aws
from connect_jira.installations.installation import Installation, InstallationState, Site
from connect_jira.installations.sealing import SecretsKey, SharedSecretSealer
from connect_jira.installations.store import InstallationStore
from connect_jwt.identity import AppKey, ClientKey, SharedSecret
from connect_local.jira import LaptopJira
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_local.laptop.ports import free_port
from connect_local.laptop.stack import LaptopStack, StackOptions
from connect_tools.template import Template
from tests.descriptors import own_descriptor
from tests.laptop.doctor import APP_KEY, SECRET, run_doctor
from tests.laptop.fake_app import KEY, FakeApp


@contextmanager
def answering(status: int, document: object) -> Iterator[int]:
    """A server with one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


# --- the laptop's ------------------------------------------------------------------------------------------


def control(stack: LaptopStack, name: str, body: object) -> Any:
    assert stack.jira
    with urllib3.PoolManager() as http:
        return http.request("POST", f"{stack.jira.base_url}/_local/{name}", json=body).json()


def test_the_laptops_app_is_asked_whether_it_gets_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "restored-afterwards")  # the stack takes real ones away
    with LaptopStack(StackOptions(port=0, jira_port=0)) as stack:
        assert stack.jira
        ports = [
            *("--port", stack.base_url.rpartition(":")[2]),
            *("--jira-port", stack.jira.base_url.rpartition(":")[2]),
        ]
        client_key = control(stack, "install", {"descriptorUrl": stack.descriptor_url})["clientKey"]
        works = run_doctor("--local", "--client-key", client_key, *ports)
        assert works.code == 0
        assert works.stdout.startswith(
            f"It works: Jira answered 200 to GET /rest/api/3/myself, as {own_descriptor('dev')['name']}"
        )
        nobody = run_doctor("--local", "--client-key", "nobody", *ports, "--json")
        assert (nobody.code, nobody.codes) == (1, ["app-not-installed"])
        control(stack, "faults", {"status": 503, "count": 5})
        busy = run_doctor("--local", "--client-key", client_key, *ports)
        assert (busy.code, busy.stderr.count("\n")) == (1, 1)
        assert "503" in busy.stderr


def ask_laptop(app: object, jira: object = None) -> Any:
    with answering(200, app) as port, answering(200, jira) as jira_port:
        return run_doctor(
            *("--local", "--client-key", "c", "--port", str(port), "--jira-port", str(jira_port), "--json")
        )


def test_the_laptops_jira_says_why_it_refuses() -> None:
    noted = {"path": "/rest/api/3/myself", "reason": "qsh-mismatch", "status": 401}
    others = [{"path": "/x", "reason": "expired"}, {**noted, "reason": "expired"}, noted]
    later = {"path": "/rest/api/3/myself", "reason": None}
    refused = ask_laptop({"status": 401, "body": None}, [*others, later])
    assert (refused.code, refused.codes) == (1, ["qsh-mismatch"])
    told = {"diagnosis": {"seen": "S", "why": "W", "fix": "F"}}
    finding = ask_laptop({"status": 403, "body": None}, [noted | told]).json["findings"][0]
    assert (finding["seen"], finding["why"], finding["fix"]) == ("S", "W", "F")
    unheard_of = ask_laptop({"status": 401}, [noted | {"reason": "new-reason"}]).json["findings"][0]
    assert "--explain new-reason" in unheard_of["fix"]


@pytest.mark.parametrize(
    ("app", "jira", "said"),
    [
        ({"errorMessage": "kms:Decrypt failed"}, None, "kms:Decrypt failed"),
        ({"status": 500}, None, "500"),
        ({"status": 401}, [], "did not"),
        ({"message": "Not Found"}, None, "not the app of this project"),
        ([], None, "not the app of this project"),
    ],
)
def test_an_answer_that_says_nothing_is_one_line(app: object, jira: object, said: str) -> None:
    answer = ask_laptop(app, jira)
    assert (answer.code, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
    assert said in answer.stderr


def test_no_stack_is_one_line() -> None:
    answer = run_doctor("--local", "--client-key", "c", "--port", str(free_port()))
    assert (answer.code, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
    assert "connect up" in answer.stderr


# --- a deployed one ----------------------------------------------------------------------------------------


class CloudFormation:
    """Describes one stack; moto's own needs packages that nothing else here does."""

    def __init__(self, *, table: str, key: str) -> None:
        self.parameters = {
            "Stage": "dev",
            "BaseUrl": "",
            "AtlassianCloud": "commercial",
            "InstallKeysUrl": "",
            "ExtraSiteUrl": "",
            "UserTokensUrl": "",
        }
        self.resources = {"Installations": table, "SecretsKey": key}
        self.failure: Exception | None = None

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - as boto3's
        assert StackName == "my-stack"
        if self.failure:
            raise self.failure
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()]
        return {"Stacks": [{"Parameters": given}]}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_stack_resources"
        return self

    def paginate(self, StackName: str) -> Iterator[Any]:  # noqa: N803 - as boto3's
        assert StackName == "my-stack"
        for name, value in self.resources.items():
            listed = {
                "LogicalResourceId": name,
                "PhysicalResourceId": value,
                "ResourceType": "AWS::Some::Kind",
            }
            yield {"StackResourceSummaries": [listed]}


class Deployed:
    """A table and a key, and one row in the table."""

    def __init__(self, cloud: LaptopCloud) -> None:
        self._cloud = cloud
        self._aws = Aws(cloud.environment())
        self._table = cloud.attribute("Installations", "Ref")
        self._key_id = cloud.attribute("SecretsKey", "Ref")
        self.cloudformation = CloudFormation(table=self._table, key=self._key_id)

    def install(self, client_key: ClientKey, base_url: str, secret: str, *, app_key: str = KEY) -> None:
        key = SecretsKey(self._aws.service("kms"), key_id=self._key_id, app_key=AppKey(app_key))
        installation = Installation(
            site=Site(client_key=client_key, base_url=base_url),
            state=InstallationState.ENABLED,
            sealed_secret=SharedSecretSealer(key).seal(client_key, SharedSecret(secret)),
            signed_at=1,
            tokens_used={},
            updated_at=1,
        )
        InstallationStore(self._aws.service("dynamodb"), table=self._table).write(installation)

    def replace_key(self) -> None:
        """Let another key seal, which leaves the stack without one of its own."""
        kms = self._cloud.client("kms")
        old = kms.describe_key(KeyId=self._key_id)["KeyMetadata"]["Arn"]
        new = kms.create_key()["KeyMetadata"]["Arn"]
        self.cloudformation.parameters |= {"SecretsKeyArn": new, "OtherSecretsKeyArn": old}
        del self.cloudformation.resources["SecretsKey"]


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "restored-afterwards")  # a cloud takes real ones away
    cloud = LaptopCloud(Template({"Stage": "prod"}))
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    descriptor = tmp_path_factory.mktemp("descriptor") / "atlassian-connect.json"
    descriptor.write_text(json.dumps({"key": KEY, "scopes": ["READ"]}))
    monkeypatch.setattr("connect_tools.doctor.deployed.DESCRIPTOR", str(descriptor))
    cloud.start()
    stack = Deployed(cloud)
    make_client: Any = boto3.client
    monkeypatch.setattr(
        boto3,
        "client",
        lambda service, **options: (
            stack.cloudformation if service == "cloudformation" else make_client(service, **options)
        ),
    )
    yield stack
    cloud.stop()


def ask_deployed(client_key: str) -> Any:
    return run_doctor("--stack", "my-stack", "--client-key", client_key, "--json")


def test_a_deployed_app_is_asked_whether_it_gets_through(
    deployed: Deployed, jira: LaptopJira, installed_app: FakeApp
) -> None:
    installed = installed_app.installed
    client_key = ClientKey(installed["clientKey"])
    deployed.install(client_key, jira.base_url, installed["sharedSecret"])
    works = ask_deployed(client_key)
    assert (works.code, works.json["verdict"], works.codes) == (0, "accepted", [])
    assert works.json["answered"].startswith("Jira answered 200 to GET /rest/api/3/myself, as Fake App")
    assert works.json["qsh"]["expected"] == works.json["qsh"]["actual"]
    assert installed["sharedSecret"] not in works.everything


def test_while_a_key_is_replaced_a_secret_opens_that_the_other_one_has_sealed(
    deployed: Deployed, jira: LaptopJira, installed_app: FakeApp
) -> None:
    installed = installed_app.installed
    client_key = ClientKey(installed["clientKey"])
    deployed.install(client_key, jira.base_url, installed["sharedSecret"])
    deployed.replace_key()
    assert ask_deployed(client_key).json["verdict"] == "accepted"


def test_a_deployed_app_whose_secret_is_out_of_date(
    deployed: Deployed, jira: LaptopJira, installed_app: FakeApp
) -> None:
    client_key = ClientKey(installed_app.installed["clientKey"])
    deployed.install(client_key, jira.base_url, SECRET)
    refused = ask_deployed(client_key)
    assert (refused.code, refused.json["verdict"]) == (1, "refused")
    assert refused.codes == ["app-not-installed"]
    assert "secret is out of sync" in refused.json["findings"][0]["fix"]


@pytest.mark.usefixtures("deployed")
def test_a_site_that_is_not_in_the_table() -> None:
    started = time.monotonic()
    answer = ask_deployed("nobody")
    assert (answer.code, answer.codes) == (1, ["app-not-installed"])
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("app_key", "base_url", "said"),
    [
        (APP_KEY, "http://127.0.0.1:9", "is the descriptor here the one that was deployed"),
        (KEY, "http://127.0.0.1:9", "gives no answer"),
    ],
)
def test_a_row_that_leads_nowhere_is_one_line(
    deployed: Deployed, app_key: str, base_url: str, said: str
) -> None:
    deployed.install(ClientKey("site"), base_url, SECRET, app_key=app_key)
    answer = ask_deployed("site")
    assert (answer.code, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
    assert said in answer.stderr


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (302, {}, "site-moved"),
        (404, {"errorMessage": "Site temporarily unavailable", "errorCode": "OTHER"}, "site-unavailable"),
        (429, {}, "rate-limited"),
        (503, {}, "receiver-failed"),
    ],
)
def test_an_answer_that_is_not_about_the_token_is_named(
    deployed: Deployed, status: int, body: object, code: str
) -> None:
    with answering(status, body) as port:
        deployed.install(ClientKey("site"), f"http://127.0.0.1:{port}", SECRET)
        answer = ask_deployed("site")
    assert (answer.code, answer.codes) == (1, [code])
    assert answer.json["token"]["verdict"] == "accepted"


def test_a_200_that_is_not_json_is_a_200(deployed: Deployed) -> None:
    with answering(200, "<html>") as port:
        deployed.install(ClientKey("site"), f"http://127.0.0.1:{port}", SECRET)
        assert "as somebody" in ask_deployed("site").json["answered"]


def client_error(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (client_error("Stack with id my-stack does not exist"), "does not exist"),
        (NoCredentialsError(), "credentials"),
    ],
)
def test_what_aws_refuses_is_one_line(deployed: Deployed, failure: Exception, said: str) -> None:
    deployed.cloudformation.failure = failure
    answer = ask_deployed("site")
    assert (answer.code, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
    assert said in answer.stderr


def test_another_projects_stack_is_one_line(deployed: Deployed) -> None:
    del deployed.cloudformation.resources["SecretsKey"]
    answer = ask_deployed("site")
    assert (answer.code, answer.stderr.count("\n")) == (1, 1)
    assert "SecretsKey" in answer.stderr
