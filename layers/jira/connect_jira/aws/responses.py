"""What counts as AWS's answer: status 200 alone does not, since anything between may answer so.

A webhook is answered 204 because SQS has said which message it keeps, and a site is refused because DynamoDB
has said that there is no such row; neither may rest on an answer that somebody else gave.
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
    "Scan": {"Items": list},
    "SendMessage": {"MessageId": str},
}
"""What the answer of an operation must have."""

OPTIONAL: dict[str, dict[str, type]] = {
    "DeleteItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
    "GetItem": {"Item": dict, "ConsumedCapacity": dict},
    "PutItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
    "SendMessageBatch": {"Successful": list, "Failed": list},
    "UpdateItem": {"Attributes": dict, "ConsumedCapacity": dict, "ItemCollectionMetrics": dict},
}
"""What the answer of any other operation may have. Members of which none is known are not its answer's."""

_CRC32 = "x-amz-crc32"


def read(operation: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any] | None:
    """The answer in the body of a 200; None when it cannot be AWS's.

    Args:
        operation: such as `GetItem`
        body: as it came; an operation that says nothing may have none
        headers: of the answer; DynamoDB's have the body's CRC-32
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
    """What the body of any other status says; nothing when it is no JSON object."""
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
