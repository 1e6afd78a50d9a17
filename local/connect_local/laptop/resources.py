"""Resources of a template, made in the laptop's services by their own APIs.

Each maker takes a client of the service, the name and the properties, and returns the attributes; `Ref`
stands for what a reference to the resource means.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from connect_local.laptop.fair_queue import make_fair

type Attributes = dict[str, str]
type Maker = Callable[[Any, str, dict[str, Any]], Attributes]

_OF_TABLES = (
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
    "TableClass",
)
_OF_INDEXES = ("IndexName", "KeySchema", "Projection", "ProvisionedThroughput")


def _make_key(kms: Any, _name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    policy = {"Policy": json.dumps(properties["KeyPolicy"])} if "KeyPolicy" in properties else {}
    key = kms.create_key(Description=properties.get("Description", ""), **policy)["KeyMetadata"]
    if properties.get("EnableKeyRotation"):
        kms.enable_key_rotation(KeyId=key["KeyId"])
    return {"Ref": key["KeyId"], "KeyId": key["KeyId"], "Arn": key["Arn"]}


def _make_table(dynamodb: Any, name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    name = properties.get("TableName", name)
    asked = {key: properties[key] for key in _OF_TABLES if key in properties}
    if indexes := properties.get("GlobalSecondaryIndexes"):
        asked["GlobalSecondaryIndexes"] = [
            {key: index[key] for key in _OF_INDEXES if key in index} for index in indexes
        ]
    if stream := properties.get("StreamSpecification"):
        asked["StreamSpecification"] = {"StreamEnabled": True, **stream}
    if encryption := properties.get("SSESpecification"):
        of_api = {"Enabled": encryption["SSEEnabled"], **encryption}
        asked["SSESpecification"] = {key: value for key, value in of_api.items() if key != "SSEEnabled"}
    table = dynamodb.create_table(
        TableName=name,
        BillingMode=properties.get("BillingMode", "PROVISIONED"),
        DeletionProtectionEnabled=properties.get("DeletionProtectionEnabled", False),
        **asked,
    )["TableDescription"]
    if expiry := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    return {"Ref": name, "Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn", "")}


def _make_queue(sqs: Any, name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    asked = {key: value for key, value in properties.items() if key != "Tags"}
    is_fifo = bool(asked.get("FifoQueue"))
    name = asked.pop("QueueName", f"{name}.fifo" if is_fifo else name)
    attributes = {key: value if isinstance(value, str) else json.dumps(value) for key, value in asked.items()}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    if not is_fifo:
        make_fair(name)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return {"Ref": url, "Arn": arn, "QueueName": name, "QueueUrl": url}


def _make_bucket(s3: Any, name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    """Nothing outlives the laptop's stack, so neither encryption nor expiry is there to be seen."""
    name = properties.get("BucketName", name.lower())
    s3.create_bucket(Bucket=name)
    return {"Ref": name, "Arn": f"arn:aws:s3:::{name}"}


def _make_bus(events: Any, _name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    name = properties["Name"]
    return {"Ref": name, "Name": name, "Arn": events.create_event_bus(Name=name)["EventBusArn"]}


def _make_secret(secrets: Any, name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    value = properties.get("SecretString")
    if generated := properties.get("GenerateSecretString"):
        of_api = {key: asked for key, asked in generated.items() if key not in _AROUND_THE_PASSWORD}
        value = secrets.get_random_password(**of_api)["RandomPassword"]
        if "GenerateStringKey" in generated:
            around = json.loads(generated["SecretStringTemplate"])
            value = json.dumps({**around, generated["GenerateStringKey"]: value})
    asked = {} if value is None else {"SecretString": value}
    arn = secrets.create_secret(Name=properties.get("Name", name), **asked)["ARN"]
    return {"Ref": arn, "Id": arn, "Arn": arn}


_AROUND_THE_PASSWORD = ("SecretStringTemplate", "GenerateStringKey")


def _make_topic(sns: Any, name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    name = properties.get("TopicName", name)
    arn = sns.create_topic(Name=name)["TopicArn"]
    for subscription in properties.get("Subscription", []):
        sns.subscribe(TopicArn=arn, **subscription)
    return {"Ref": arn, "TopicArn": arn, "TopicName": name}


def _make_log_group(logs: Any, name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    name = properties.get("LogGroupName", name)
    logs.create_log_group(logGroupName=name)
    arn = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["arn"]
    return {"Ref": name, "Arn": arn}


def _make_parameter(ssm: Any, name: str, properties: dict[str, Any]) -> Attributes:  # noqa: ANN401 - a client
    name, kind, value = properties.get("Name", name), properties["Type"], str(properties["Value"])
    ssm.put_parameter(Name=name, Type=kind, Value=value)
    return {"Ref": name, "Type": kind, "Value": value}


MAKERS: Mapping[str, tuple[str, Maker]] = {
    "AWS::KMS::Key": ("kms", _make_key),
    "AWS::DynamoDB::Table": ("dynamodb", _make_table),
    "AWS::SQS::Queue": ("sqs", _make_queue),
    "AWS::S3::Bucket": ("s3", _make_bucket),
    "AWS::Events::EventBus": ("events", _make_bus),
    "AWS::SecretsManager::Secret": ("secretsmanager", _make_secret),
    "AWS::SNS::Topic": ("sns", _make_topic),
    "AWS::SSM::Parameter": ("ssm", _make_parameter),
    "AWS::Logs::LogGroup": ("logs", _make_log_group),
}
"""The service and the maker of each type of resource."""

WITHOUT_EFFECT = (
    "AWS::CloudWatch::",
    "AWS::IAM::",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::LayerVersion",
)
"""Types, or their beginnings, of what is there otherwise, or would change nothing for the app."""
