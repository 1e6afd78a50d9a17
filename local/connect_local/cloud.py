"""AWS behind the laptop's functions: table, key and queues as template.yaml declares them, made in moto."""

import json
import logging
import os
import secrets
from collections.abc import Callable
from typing import Any, ClassVar

import boto3
from moto.server import ThreadedMotoServer

from connect_local.dynamodb_local import DynamoDBLocal
from connect_local.template import REGION, Template

_NOBODYS = {
    "AWS_ACCESS_KEY_ID": "laptop",
    "AWS_SECRET_ACCESS_KEY": "laptop",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class LaptopCloud:
    """The services that functions call, and the resources in them.

    A resource is made when something first refers to it.

    Args:
        template: what to make
        engine: `moto` for everything, or `dynamodb-local` for the table
    """

    def __init__(self, template: Template, *, engine: str = "moto") -> None:
        _forget_real_aws()
        self._template = template
        self._stack = f"laptop-{secrets.token_hex(4)}"  # moto keeps what it holds for the whole process
        self._attributes: dict[str, dict[str, str]] = {}
        self._dynamodb_local = DynamoDBLocal() if engine == "dynamodb-local" else None
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)

    def start(self) -> None:
        """Start the services."""
        self._moto.start()
        if self._dynamodb_local:
            self._dynamodb_local.start()

    def stop(self) -> None:
        """Stop the services; what they held is gone."""
        self._moto.stop()
        if self._dynamodb_local:
            self._dynamodb_local.stop()

    def environment(self) -> dict[str, str]:
        """The environment variables that lead a function's AWS clients here."""
        host, port = self._moto.get_host_and_port()
        moto = f"http://{host}:{port}"
        return {
            **_NOBODYS,
            "AWS_ENDPOINT_URL": moto,
            "AWS_ENDPOINT_URL_DYNAMODB": self._dynamodb_local.url if self._dynamodb_local else moto,
        }

    def client(self, service: str) -> Any:  # noqa: ANN401 - each caller knows the service
        """A client for one of the services."""
        environment = self.environment()
        make_client: Callable[..., Any] = boto3.client  # its types know services by literal names only
        return make_client(
            service,
            endpoint_url=environment.get(
                f"AWS_ENDPOINT_URL_{service.upper()}", environment["AWS_ENDPOINT_URL"]
            ),
        )

    def attribute(self, logical_id: str, name: str) -> str:
        """An attribute of a resource, or what `Ref` means for it."""
        if logical_id not in self._attributes:
            kind, properties = self._template.resource(logical_id)
            make = self._makers.get(kind)
            if make is None:
                raise NotImplementedError(f"{kind} is not known to the laptop's stack")
            resolved = self._template.resolve(properties, self.attribute)
            self._attributes[logical_id] = make(self, f"{self._stack}-{logical_id}", resolved)
        return self._attributes[logical_id][name]

    def _make_key(self, _name: str, properties: dict[str, Any]) -> dict[str, str]:
        kms = self.client("kms")
        key = kms.create_key(
            Description=properties["Description"], Policy=json.dumps(properties["KeyPolicy"])
        )["KeyMetadata"]
        if properties["EnableKeyRotation"]:
            kms.enable_key_rotation(KeyId=key["KeyId"])
        return {"Ref": key["KeyId"], "Arn": key["Arn"]}

    def _make_table(self, name: str, properties: dict[str, Any]) -> dict[str, str]:
        dynamodb = self.client("dynamodb")
        encryption = properties.get("SSESpecification")
        own_key = encryption and {
            "SSESpecification": {
                "Enabled": encryption["SSEEnabled"],
                "SSEType": encryption["SSEType"],
                "KMSMasterKeyId": encryption["KMSMasterKeyId"],
            }
        }
        table = dynamodb.create_table(
            TableName=name,
            BillingMode=properties["BillingMode"],
            AttributeDefinitions=properties["AttributeDefinitions"],
            KeySchema=properties["KeySchema"],
            DeletionProtectionEnabled=properties.get("DeletionProtectionEnabled", False),
            **(own_key or {}),
        )["TableDescription"]
        dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )
        return {"Ref": name, "Arn": table["TableArn"]}

    def _make_queue(self, name: str, properties: dict[str, Any]) -> dict[str, str]:
        sqs = self.client("sqs")
        url = sqs.create_queue(
            QueueName=name,
            Attributes={
                key: value if isinstance(value, str) else json.dumps(value)
                for key, value in properties.items()
            },
        )["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return {"Ref": url, "Arn": arn}

    _makers: ClassVar[dict[str, Callable[["LaptopCloud", str, dict[str, Any]], dict[str, str]]]] = {
        "AWS::KMS::Key": _make_key,
        "AWS::DynamoDB::Table": _make_table,
        "AWS::SQS::Queue": _make_queue,
    }


def _forget_real_aws() -> None:
    """Take the user's profile, credentials and region out of this process: they are for real accounts."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(_NOBODYS)
