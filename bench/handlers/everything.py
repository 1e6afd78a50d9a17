"""A function that does nothing, but imports all that this project's description names, as one does."""

import aws_lambda_powertools
import boto3
import cryptography.x509
import jwt
import urllib3
from aws_lambda_powertools import event_handler
from aws_lambda_powertools.utilities import batch, data_classes, idempotency, parameters

_IMPORTED = (
    aws_lambda_powertools,
    batch,
    cryptography.x509,
    data_classes,
    event_handler,
    idempotency,
    jwt,
    parameters,
    urllib3,
)
_dynamodb = boto3.resource("dynamodb")
_clients = [boto3.client(service) for service in ("kms", "sqs", "s3", "events")]


def handler(_event: object, _context: object) -> None:
    """Nothing."""
