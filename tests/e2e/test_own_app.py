"""An app with data, secrets, shared code and AWS resources of its own, on the laptop."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connect_tools.project import PROJECT
from tests.infrastructure.parts import with_example
from tests.laptop.project_copy import ProjectCopy

REACTIONS = """
from connect_jira.app.event import Event
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site
from shared.counting import count
from shared.own_aws import use_everything

reactions = Reactions()


@reactions.on("jira:issue_created")
def issue_created(event: Event, site: Site) -> None:
    key = event.unsigned_payload["issue"]["key"]
    found = {"count": count(site), "secret": site.secrets.get("token").value, **use_everything(key)}
    site.jira.put(f"/rest/api/3/issue/{key}/properties/connect-lambda", found)
"""
COUNTING = """
from connect_jira.app.site import Site


def count(site: Site) -> int:
    entry = site.data.get("count")
    number = (entry.value if entry else 0) + 1
    site.data.put("count", number)
    if site.secrets.get("token") is None:
        site.secrets.put("token", "s3cr3t")
    return number
"""
OWN_AWS = """
import os
from typing import Any


def use_everything(key: str) -> dict[str, Any]:
    import boto3
    from aws_lambda_powertools.utilities.parameters import get_parameter, get_secret

    table = boto3.resource("dynamodb").Table(os.environ["REMINDERS_TABLE"])
    table.put_item(Item={"site": "a", "issue": key})
    boto3.client("s3").put_object(Bucket=os.environ["FILES"], Key=key, Body=b"x")
    boto3.client("sqs").send_message(QueueUrl=os.environ["LETTERS"], MessageBody=key)
    boto3.client("sns").publish(TopicArn=os.environ["NEWS"], Message=key)
    return {
        "reminder": table.get_item(Key={"site": "a", "issue": key})["Item"]["issue"] == key,
        "apiKey": len(get_secret(os.environ["TRACKER_API_KEY"])),
        "setting": get_parameter(os.environ["SETTING"]),
    }
"""
PAGES = """
from connect_jira.app.pages import ApiRequest, Pages
from connect_jira.app.permissions import administers_jira, everybody
from connect_jira.app.site import Site

pages = Pages()
pages.page("hello-world", template="hello-world.html", allowed=everybody)
pages.page("connection", template="connection.html", allowed=administers_jira)


@pages.call("GET", "counted", allowed=everybody)
def counted(_request: ApiRequest, site: Site) -> object:
    entry = site.data.get("count")
    return {"count": entry.value if entry else 0, "secrets": [page.names for page in site.secrets.names()]}
"""
LETTERS = """
import os
from typing import Any


def handler(event: dict[str, Any], _context: object) -> None:
    import boto3

    for record in event["Records"]:
        boto3.client("s3").put_object(Bucket=os.environ["FILES"], Key="letter", Body=record["body"].encode())
"""
RESOURCES = """
  LettersFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/letters
      Handler: functions.letters.app.handler
      Policies: [{S3WritePolicy: {BucketName: !Ref Files}}]
      Events:
        Letter: {Type: SQS, Properties: {Queue: !GetAtt Letters.Arn}}
        Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
  Files: {Type: AWS::S3::Bucket}
  Letters: {Type: AWS::SQS::Queue}
  News: {Type: AWS::SNS::Topic}
  Setting: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Join ["-", [kept, !Ref Stage]]}}
  Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt JiraCallsRole.Arn}}
"""
VARIABLES = """
        FILES: !Ref Files
        LETTERS: !Ref Letters
        NEWS: !Ref News
        SETTING: !Ref Setting
        MACHINE: !Ref Machine
        TRACKER_API_KEY:"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the outcome of the story, as the app told it."""
    copy = ProjectCopy(tmp_path_factory.mktemp("own"))
    (copy / "functions/letters").mkdir()
    for path, text in {
        "functions/jira_calls/reactions.py": REACTIONS,
        "functions/letters/app.py": LETTERS,
        "functions/pages/pages.py": PAGES,
        "layers/app/shared/counting.py": COUNTING,
        "layers/app/shared/own_aws.py": OWN_AWS,
        "template.yaml": with_example().replace("\n        TRACKER_API_KEY:", VARIABLES) + RESOURCES,
    }.items():
        (copy / path).write_text(text, encoding="utf-8")
    path = os.pathsep.join([copy.environment["PYTHONPATH"], str(PROJECT)])
    ended = subprocess.run(
        [sys.executable, "-m", "tests.e2e.own_app"],
        env=copy.environment | {"PYTHONPATH": path},
        cwd=copy.folder,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-4000:] + ended.stdout[-2000:]
    story: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return story


def test_what_a_reaction_keeps_a_page_reads_by_connect_and_by_forge(told: dict[str, Any]) -> None:
    assert told["page"] == {"count": 1, "secrets": [["token"]]}
    assert told["forgePage"] == [200, {"count": 4, "secrets": [["token"]]}]


def test_it_is_found_again_after_a_reinstall_by_connect_and_by_forge_and_after_a_night(
    told: dict[str, Any],
) -> None:
    assert told["counts"] == [1, 2, 3, 4, 5]
    assert told["swept"] == [200, None]


def test_a_reaction_uses_its_own_table_bucket_queue_topic_secret_and_parameter_by_boto3(
    told: dict[str, Any],
) -> None:
    assert told["first"] == {
        "count": 1,
        "secret": "s3cr3t",
        "reminder": True,
        "apiKey": 40,
        "setting": "kept-dev",
    }


def test_an_own_function_works_off_an_own_queue(told: dict[str, Any]) -> None:
    assert told["letter"].startswith("DEMO-")


def test_what_is_not_there_on_the_laptop_is_said_in_one_line(told: dict[str, Any]) -> None:
    assert told["troubles"] == [
        "template Machine (AWS::StepFunctions::StateMachine) is not there on the laptop"
    ]


def test_awss_own_linter_takes_the_example(tmp_path: Path) -> None:
    sam = PROJECT / ".venv" / "bin" / "sam"
    if not sam.exists():
        pytest.skip("make .venv/sam sets SAM up")
    (tmp_path / "template.yaml").write_text(with_example(), encoding="utf-8")
    found = subprocess.run(
        [sam, "validate", "--lint", "-t", tmp_path / "template.yaml", "--region", "us-east-1"],
        env=os.environ | {"SAM_CLI_TELEMETRY": "0"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
