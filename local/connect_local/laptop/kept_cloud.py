"""Content of the laptop's services, to be kept and brought back: rows, objects, messages, and keys.

All goes by the services' APIs, but keys, whose material no API hands out, and messages, which would hide.
"""

import copy
from collections.abc import Callable, Collection, Iterator
from typing import Any

from botocore.exceptions import ClientError
from moto.kms.models import kms_backends
from moto.sqs.models import sqs_backends

from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import ACCOUNT, REGION, Template

_TABLE, _QUEUE, _BUCKET = "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket"


def content_of(cloud: LaptopCloud, template: Template) -> dict[str, Any]:
    """Return the content of all resources, by logical id."""
    dynamodb, s3 = cloud.client("dynamodb"), cloud.client("s3")
    tables, objects, messages = {}, {}, {}
    for name in template.resources(_TABLE):
        pages = dynamodb.get_paginator("scan").paginate(TableName=cloud.attribute(name, "Ref"))
        tables[name] = [row for page in pages for row in page["Items"]]
    for name in template.resources(_BUCKET):
        bucket = cloud.attribute(name, "Ref")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
        objects[name] = [(key, s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
    for name in template.resources(_QUEUE):
        waiting = list(_queue(cloud, name)._messages)  # noqa: SLF001 - its property leaves out what is hidden
        messages[name] = [(one.body, one.group_id, one.message_attributes) for one in waiting]
    materials = {key.id: key.key_material for key in kms_backends[ACCOUNT][REGION].keys.values()}
    return {"tables": tables, "objects": objects, "messages": messages, "keys": materials}


def bring_back(content: dict[str, Any], cloud: LaptopCloud, template: Template) -> list[str]:
    """Bring back the content of the resources that are still there; messages come at the end.

    Returns:
        the resources that did not take all of it, each with the reason
    """
    _bring_back_keys(content["keys"])
    refused = {}
    for name, put, arguments in _steps(content, cloud, template):
        try:
            put(**arguments)
        except ClientError as refusal:
            refused[name] = f"{name}: {refusal.response['Error'].get('Message', 'no reason given')}"
    return list(refused.values())


def _steps(
    content: dict[str, Any], cloud: LaptopCloud, template: Template
) -> Iterator[tuple[str, Callable[..., object], dict[str, Any]]]:
    dynamodb, s3, sqs = cloud.client("dynamodb"), cloud.client("s3"), cloud.client("sqs")
    for name, table, row in _each(content["tables"], cloud, template.resources(_TABLE)):
        yield name, dynamodb.put_item, {"TableName": table, "Item": row}
    for name, bucket, (key, value) in _each(content["objects"], cloud, template.resources(_BUCKET)):
        yield name, s3.put_object, {"Bucket": bucket, "Key": key, "Body": value}
    for name, queue, (body, group, attributes) in _each(
        content["messages"], cloud, template.resources(_QUEUE)
    ):
        message = {"QueueUrl": queue, "MessageBody": body, "MessageAttributes": attributes}
        yield name, sqs.send_message, message | ({"MessageGroupId": group} if group else {})


def _each(
    kept: dict[str, list[Any]], cloud: LaptopCloud, there: Collection[str]
) -> Iterator[tuple[str, str, Any]]:
    for name in kept.keys() & set(there):
        for one in kept[name]:
            yield name, cloud.attribute(name, "Ref"), one


def _bring_back_keys(materials: dict[str, bytes]) -> None:
    keys = kms_backends[ACCOUNT][REGION].keys
    example = next(iter(keys.values()), None)
    for key_id, material in materials.items():
        if example and key_id not in keys:
            keys[key_id] = copy.copy(example)
            keys[key_id].id, keys[key_id].key_material = key_id, material


def _queue(cloud: LaptopCloud, name: str) -> Any:  # noqa: ANN401 - moto's queue
    return sqs_backends[ACCOUNT][REGION].queues[cloud.attribute(name, "Ref").rpartition("/")[2]]
