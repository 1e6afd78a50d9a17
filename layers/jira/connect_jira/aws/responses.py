"""Validation of AWS's responses: status 200 alone is not proof, since a proxy may answer, too.

A webhook is answered 204 because SQS has named the stored message, and a site is refused because DynamoDB has
found no row; neither may rest on somebody else's response.
"""

import zlib
from collections.abc import Mapping
from typing import Any

from connect_jira.aws.bodies import blob, decode

MEMBERS: dict[str, dict[str, type]] = {
    "Decrypt": {"Plaintext": bytes},
    "Encrypt": {"CiphertextBlob": bytes},
    "GenerateDataKey": {"Plaintext": bytes, "CiphertextBlob": bytes},
    "PutEvents": {"FailedEntryCount": int, "Entries": list},
    "Query": {"Items": list},
    "Scan": {"Items": list},
    "SendMessage": {"MessageId": str},
}
"""Members that an operation's response must have."""

OPTIONAL: dict[str, dict[str, type]] = {
    "DeleteItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
    "GetItem": {"Item": dict, "ConsumedCapacity": dict},
    "PutItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
    "SendMessageBatch": {"Successful": list, "Failed": list},
    "UpdateItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
}
"""Members that other operations' responses may have. With unknown members only, it is not AWS's response."""

_CRC32 = "x-amz-crc32"


def read(operation: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any] | None:
    """Parse the body of a 200; return None if it cannot be AWS's.

    Args:
        operation: such as `GetItem`
        body: verbatim; an operation without a result may have none
        headers: of the response; DynamoDB's have the body's CRC-32
    """
    if headers.get(_CRC32, "").isdigit() and int(headers[_CRC32]) != zlib.crc32(body):
        return None
    try:
        said = decode(body) if body else {}
        for name in _blobs(operation) & said.keys():
            said[name] = blob(said[name])
    except (TypeError, ValueError):
        return None
    return said if _has_the_shape(operation, said) else None


def error_in(body: bytes) -> dict[str, Any]:
    """Return the object in the body of any other status; empty if it is no JSON object."""
    try:
        return decode(body)
    except ValueError:
        return {}


def _blobs(operation: str) -> set[str]:
    return {name for name, kind in MEMBERS.get(operation, {}).items() if kind is bytes}


def _has_the_shape(operation: str, said: Mapping[str, Any]) -> bool:
    required, optional = MEMBERS.get(operation, {}), OPTIONAL.get(operation, {})
    if any(not isinstance(said.get(name), kind) for name, kind in required.items()):
        return False
    if not required and said and not said.keys() & optional.keys():
        return False
    return all(isinstance(said[name], kind) for name, kind in optional.items() if name in said)
