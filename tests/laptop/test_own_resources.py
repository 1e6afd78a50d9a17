"""Resources of an app's owner, of every type that an owner usually adds: there, or said to be missing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connect_cli.errors import CommandError
from connect_local.laptop.functions import function_variables
from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import Template

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: dev}
  ApiUrl: {Type: String}
  Limit: {Type: Number}
  Kind: {Type: String, AllowedValues: [small, large]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Plain:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}
  Indexed:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "${AWS::StackName}-by-owner"
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
        - {AttributeName: owner, AttributeType: S}
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: by-owner
          KeySchema: [{AttributeName: owner, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
          ContributorInsightsSpecification: {Enabled: true}
      SSESpecification: {SSEEnabled: true}
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {AttributeName: expiresAt, Enabled: true}
      Tags: [{Key: a, Value: b}]
  Letters: {Type: AWS::SQS::Queue}
  Ordered: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, ContentBasedDeduplication: true}}
  Files: {Type: AWS::S3::Bucket}
  ApiKey: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {PasswordLength: 32}}}
  Login:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString:
        {SecretStringTemplate: '{"user": "app"}', GenerateStringKey: password, ExcludePunctuation: true}
  Empty: {Type: AWS::SecretsManager::Secret}
  News:
    Type: AWS::SNS::Topic
    Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Letters.Arn}]}
  Setting: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Join ["-", [a, !Ref Stage]]}}
  Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt Role.Arn}}
  Role: {Type: AWS::IAM::Role}
  Warm: {Type: AWS::DynamoDB::Table, Condition: IsProd, Properties: {}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Environment:
        Variables:
          TABLE: !Ref Indexed
          STREAM: !GetAtt Indexed.StreamArn
          OBJECTS: !Sub "${Files.Arn}/*"
          QUEUES: !Join [",", [!Ref Letters, !Ref Ordered]]
          SECRET: !Ref ApiKey
          TOPIC: !Ref News
          SETTING: !Ref Setting
          MACHINE: !Ref Machine
          API_URL: !Ref ApiUrl
          LIMIT: !Ref Limit
          KIND: !Ref Kind
      Events:
        Letter: {Type: SQS, Properties: {Queue: !GetAtt Letters.Arn}}
        Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
        Changed: {Type: DynamoDB, Properties: {Stream: !GetAtt Indexed.StreamArn, StartingPosition: LATEST}}
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    path = tmp_path_factory.mktemp("own") / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return Template({}, path)


@pytest.fixture(scope="module")
def cloud(template: Template) -> Iterator[LaptopCloud]:
    cloud = LaptopCloud(template)
    cloud.start()
    yield cloud
    cloud.stop()


@pytest.fixture(scope="module")
def variables(template: Template, cloud: LaptopCloud) -> dict[str, str]:
    return function_variables("Worker", template, cloud.attribute)


def test_a_table_needs_neither_expiry_nor_a_type_of_encryption_and_may_have_indexes(
    cloud: LaptopCloud, variables: dict[str, str]
) -> None:
    dynamodb = cloud.client("dynamodb")
    dynamodb.put_item(TableName=variables["TABLE"], Item={"id": {"S": "1"}, "owner": {"S": "me"}})
    found = dynamodb.query(
        TableName=variables["TABLE"],
        IndexName="by-owner",
        KeyConditionExpression="#owner = :owner",
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues={":owner": {"S": "me"}},
    )
    assert found["Count"] == 1
    plain = dynamodb.describe_table(TableName=cloud.attribute("Plain", "Ref"))["Table"]
    assert plain["ProvisionedThroughput"]["ReadCapacityUnits"] == 1
    ttl = dynamodb.describe_time_to_live(TableName=variables["TABLE"])["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expiresAt")
    described = dynamodb.describe_table(TableName=variables["TABLE"])["Table"]
    assert variables["STREAM"] == described["LatestStreamArn"]


def test_a_topic_reaches_the_queue_that_it_is_told_to(cloud: LaptopCloud, variables: dict[str, str]) -> None:
    sqs = cloud.client("sqs")
    letters, ordered = variables["QUEUES"].split(",")
    cloud.client("sns").publish(TopicArn=variables["TOPIC"], Message="hello")
    (message,) = sqs.receive_message(QueueUrl=letters, WaitTimeSeconds=5)["Messages"]
    assert "hello" in message["Body"]
    sqs.send_message(QueueUrl=ordered, MessageBody="first", MessageGroupId="one")
    assert sqs.receive_message(QueueUrl=ordered)["Messages"][0]["Body"] == "first"


def test_a_secret_is_random_or_empty_as_in_aws(cloud: LaptopCloud, variables: dict[str, str]) -> None:
    secrets = cloud.client("secretsmanager")
    assert len(secrets.get_secret_value(SecretId=variables["SECRET"])["SecretString"]) == 32
    login = secrets.get_secret_value(SecretId=cloud.attribute("Login", "Ref"))["SecretString"]
    assert '"user": "app"' in login
    assert '"password": "' in login
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.get_secret_value(SecretId=cloud.attribute("Empty", "Ref"))


def test_a_parameter_of_parameter_store_and_a_bucket_are_there(
    cloud: LaptopCloud, variables: dict[str, str]
) -> None:
    stored = cloud.client("ssm").get_parameter(Name=variables["SETTING"])["Parameter"]
    assert stored["Value"] == "a-dev"
    bucket = variables["OBJECTS"].removeprefix("arn:aws:s3:::").removesuffix("/*")
    cloud.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")


def test_what_is_not_there_is_said_in_a_line_each_and_stops_nothing(
    cloud: LaptopCloud, variables: dict[str, str]
) -> None:
    assert sorted(cloud.missing()) == [
        "Machine (AWS::StepFunctions::StateMachine) is not there on the laptop",
        "the parameter ApiUrl has no Default: it is '' on the laptop",
        "the parameter Kind has no Default: it is 'small' on the laptop",
        "the parameter Limit has no Default: it is '0' on the laptop",
    ]
    assert variables["MACHINE"] == "Machine.Ref-is-not-on-the-laptop"
    assert (variables["API_URL"], variables["LIMIT"], variables["KIND"]) == ("", "0", "small")
    assert "Warm" not in cloud.resources()


def test_an_own_function_works_off_an_own_queue(template: Template) -> None:
    (source,) = template.event_sources()
    assert (source.queue, source.function, source.batch_size) == ("Letters", "Worker", 10)


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (
            "Type: AWS::DynamoDB::Table\n    Properties: {KeySchema: []}",
            "template.yaml: Wrong cannot be made: ",
        ),
        ("Type: AWS::Events::EventBus", "template.yaml: Wrong has no Name"),
        (
            "Type: AWS::SQS::Queue\n    Properties: {QueueName: !Ref Nobody}",
            "template.yaml refers to Nobody, ",
        ),
    ],
)
def test_a_resource_that_cannot_be_made_is_said_in_one_line(tmp_path: Path, resource: str, said: str) -> None:
    (tmp_path / "template.yaml").write_text(f"Resources:\n  Wrong:\n    {resource}\n", encoding="utf-8")
    cloud = LaptopCloud(Template({}, tmp_path / "template.yaml"))
    cloud.start()
    try:
        with pytest.raises(CommandError) as refused:
            cloud.resources()
    finally:
        cloud.stop()
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Resources:\n  A: {Type: X}\n B: 1\n", r"template\.yaml:3:\d+: "),
        ("Resources:\n  A: [1, 2\n", r"template\.yaml:3:\d+: "),
        ("Resources:\n\tA: 1\n", r"template\.yaml:2:\d+: "),
        ("", r"template\.yaml: there are no Resources"),
        ("Resources: {A: {Properties: {}}}", r"template\.yaml: the resource A has no Type"),
    ],
)
def test_wrong_yaml_is_said_in_one_line_with_its_number(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "template.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=said) as refused:
        Template({}, tmp_path / "template.yaml")
    assert "\n" not in str(refused.value)


def test_what_is_given_counts_before_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    template = Template({"ApiUrl": "https://example.com"}, tmp_path / "template.yaml")
    value: Any = template.resolve({"Ref": "ApiUrl"}, lambda *_: None)
    assert value == "https://example.com"
    assert sorted(template.without_default) == ["Kind", "Limit"]
