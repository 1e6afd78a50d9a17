"""A function that does nothing, but makes boto3's clients for the services that a webhook needs."""

import boto3

_clients = [boto3.client("dynamodb"), boto3.client("kms"), boto3.client("sqs")]


def handler(_event: object, _context: object) -> None:
    """Nothing."""
