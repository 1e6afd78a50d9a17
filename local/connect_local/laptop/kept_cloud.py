"""Content of the laptop's services, to be kept and brought back: rows, objects, messages, and keys.

All goes by the services' APIs, but keys, whose material no API hands out, and messages, which would hide.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from botocore.exceptions import ClientError
from moto.kms.models import kms_backends
from moto.sqs.models import sqs_backends

from connect_local.laptop.moto_cloud import LaptopCloud
from connect_tools.template import ACCOUNT, REGION, Template

_TABLE, _QUEUE, _BUCKET = "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket"
_KEY = "AWS::KMS::Key"


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
    sealing = {}
    for name in template.resources(_KEY):
        key = kms_backends[ACCOUNT][REGION].keys[cloud.attribute(name, "Ref")]
        sealing[name] = (key.id, key.key_material)
    return {"tables": tables, "objects": objects, "messages": messages, "keys": sealing}


def bring_back_keys(content: dict[str, Any], cloud: LaptopCloud, template: Template) -> None:
    """Bring back the keys, each with its id, which is in what it has sealed; before anybody asks for them."""
    keys = kms_backends[ACCOUNT][REGION].keys
    for name, (key_id, material) in content["keys"].items():
        if name in template.resources(_KEY):
            key = keys.pop(cloud.attribute(name, "Ref"))
            key.id, key.arn, key.key_material = key_id, key.arn.replace(key.id, key_id), material
            keys[key_id] = key
            cloud.rename(name, key_id)


def bring_back_rows_and_objects(
    content: dict[str, Any], cloud: LaptopCloud, template: Template
) -> Iterator[str]:
    """Bring them back to the resources that are still there; yield each refusal, with its resource."""
    dynamodb, s3 = cloud.client("dynamodb"), cloud.client("s3")
    for name, table, row in _each(content["tables"], cloud, template.resources(_TABLE)):
        yield from _refusal(name, dynamodb.put_item, TableName=table, Item=row)
    for name, bucket, (key, value) in _each(content["objects"], cloud, template.resources(_BUCKET)):
        yield from _refusal(name, s3.put_object, Bucket=bucket, Key=key, Body=value)


def bring_back_messages(content: dict[str, Any], cloud: LaptopCloud, template: Template) -> Iterator[str]:
    """Bring them back to the queues that are still there; yield each refusal, with its queue."""
    sqs = cloud.client("sqs")
    for name, queue, (body, group, attributes) in _each(
        content["messages"], cloud, template.resources(_QUEUE)
    ):
        of_group = {"MessageGroupId": group} if group else {}
        message = {"QueueUrl": queue, "MessageBody": body, "MessageAttributes": attributes}
        yield from _refusal(name, sqs.send_message, **message, **of_group)


def _refusal(name: str, put: Callable[..., object], **arguments: object) -> Iterator[str]:
    try:
        put(**arguments)
    except ClientError as refusal:
        yield f"{name}: {refusal.response['Error'].get('Message', 'no reason given')}"


def _each(
    kept: dict[str, list[Any]], cloud: LaptopCloud, there: Collection[str]
) -> Iterator[tuple[str, str, Any]]:
    for name in kept.keys() & set(there):
        for one in kept[name]:
            yield name, cloud.attribute(name, "Ref"), one


def _queue(cloud: LaptopCloud, name: str) -> Any:  # noqa: ANN401 - moto's queue
    return sqs_backends[ACCOUNT][REGION].queues[cloud.attribute(name, "Ref").rpartition("/")[2]]
