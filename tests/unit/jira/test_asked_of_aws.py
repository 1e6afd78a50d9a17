"""Requests to AWS, to the member: an emulator is always consistent, and accepts what AWS does not."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from connect_jira.aws.dynamodb import attributes
from connect_jira.aws.service import AwsService
from connect_jira.aws.versioned_table import VersionedTable
from connect_jira.errors import TemporarilyUnavailable
from connect_jira.events.call_request import CallRequest
from connect_jira.installations.sealing import SecretsKey
from connect_jira.worker.call_results import CallResults
from connect_jira.worker.dead_letter_queue import DeadLetterQueue
from connect_jwt.identity import AppKey, ClientKey

KEY = "arn:aws:kms:eu-west-1:123456789012:key/k"
CONTEXT = {"appKey": "com.example.app", "clientKey": "site"}
ANSWERS = {
    "GetItem": {},
    "PutItem": {},
    "Encrypt": {"CiphertextBlob": b"sealed"},
    "Decrypt": {"Plaintext": b"opened"},
    "GenerateDataKey": {"Plaintext": b"key", "CiphertextBlob": b"sealed"},
    "SendMessage": {"MessageId": "m"},
    "PutEvents": {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]},
}


@dataclass
class Recording:
    """A service that keeps what it was asked."""

    answers: dict[str, Any] = field(default_factory=lambda: dict(ANSWERS))
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def call(self, operation: str, **parameters: Any) -> Any:
        self.asked.append((operation, parameters))
        return self.answers[operation]

    @property
    def service(self) -> AwsService:
        return cast("AwsService", self)


@pytest.fixture
def aws() -> Recording:
    return Recording()


@dataclass
class Item:
    key: str
    revision: int


def table_of(aws: Recording) -> VersionedTable[Item]:
    return VersionedTable(
        aws.service,
        table="t",
        to_row=lambda item: {"clientKey": item.key, "none": None, "revision": item.revision},
        from_row=lambda row: Item(row["clientKey"], row["revision"]),
    )


def test_a_row_is_read_as_it_is_now(aws: Recording) -> None:
    assert table_of(aws).read("site") is None
    key = {"TableName": "t", "Key": {"clientKey": {"S": "site"}}}
    assert aws.asked == [("GetItem", {**key, "ConsistentRead": True})]


@pytest.mark.parametrize(
    ("revision", "condition"),
    [
        (1, {"ConditionExpression": "attribute_not_exists(clientKey)"}),
        (
            8,
            {
                "ConditionExpression": "revision = :read",
                "ExpressionAttributeValues": attributes({":read": 7}),
            },
        ),
    ],
)
def test_a_row_is_written_only_over_the_one_that_was_read(
    aws: Recording, revision: int, condition: dict[str, Any]
) -> None:
    table_of(aws).write(Item("site", revision))
    item = attributes({"clientKey": "site", "revision": revision})
    told = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    assert aws.asked == [("PutItem", {"TableName": "t", "Item": item, **condition, **told})]


def test_every_use_of_the_key_names_the_key_the_app_and_the_site(aws: Recording) -> None:
    key = SecretsKey(aws.service, key_id=KEY, app_key=AppKey("com.example.app"))
    assert key.encrypt({"clientKey": "site"}, b"secret") == b"sealed"
    assert key.decrypt({"clientKey": "site"}, b"sealed") == b"opened"
    assert key.new_data_key({"clientKey": "site"}) == (b"key", b"sealed")
    assert [operation for operation, _ in aws.asked] == ["Encrypt", "Decrypt", "GenerateDataKey"]
    for _, asked in aws.asked:
        assert (asked["KeyId"], asked["EncryptionContext"]) == (KEY, CONTEXT)
    assert (aws.asked[0][1]["Plaintext"], aws.asked[1][1]["CiphertextBlob"]) == (b"secret", b"sealed")


CALL = CallRequest(
    client_key=ClientKey("site"),
    method="PUT",
    path="/rest/api/3/issue/K-1?secret=in-the-query",
    query={"more": "of it"},
    body={"private": True},
    idempotency_key="key",
)


def test_what_became_of_a_call_is_told_without_its_query_and_body(aws: Recording) -> None:
    results = CallResults(aws.service, bus="bus")
    results.completed(CALL, {"status": 200})
    results.failed(CALL, reason="jira-400", explanation="", status=400)
    details = [json.loads(asked["Entries"][0]["Detail"]) for _, asked in aws.asked]
    for detail in details:
        assert (detail["path"], detail["idempotencyKey"]) == ("/rest/api/3/issue/K-1", "key")
        assert not {"query", "body"} & detail.keys()
    kinds = [asked["Entries"][0]["DetailType"] for _, asked in aws.asked]
    assert kinds == ["Jira call completed", "Jira call failed"]
    assert [detail["status"] for detail in details] == [200, 400]


def test_an_event_that_the_bus_refuses_is_an_error_with_its_code(aws: Recording) -> None:
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "m"}]}
    aws.answers["PutEvents"] = refused
    with pytest.raises(TemporarilyUnavailable, match="ThrottlingException"):
        CallResults(aws.service, bus="bus").completed(CALL, {"status": 200})


def set_aside(aws: Recording, explanation: str, client_key: ClientKey | None) -> dict[str, Any]:
    DeadLetterQueue(aws.service, url="https://queue").add(
        "text", client_key=client_key, reason="jira-400", explanation=explanation, tries=3
    )
    (_, asked), *_ = aws.asked
    return asked


def test_what_is_set_aside_says_why_and_stays_in_its_sites_group(aws: Recording) -> None:
    asked = set_aside(aws, "e" * 5_000, ClientKey("site"))
    said = {name: value["StringValue"] for name, value in asked["MessageAttributes"].items()}
    assert (asked["QueueUrl"], asked["MessageBody"], asked["MessageGroupId"]) == (
        "https://queue",
        "text",
        "site",
    )
    assert (said["Reason"], said["Tries"], len(said["Explanation"])) == ("jira-400", "3", 1_000)


def test_what_sqs_does_not_take_in_an_explanation_is_replaced(aws: Recording) -> None:
    asked = set_aside(aws, "a\x00b\ud83dc\uffff", None)
    assert asked["MessageAttributes"]["Explanation"]["StringValue"] == "a\ufffdb\ufffdc\ufffd"
    assert "MessageGroupId" not in asked
