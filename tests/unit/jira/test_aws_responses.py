"""Responses with status 200 that are AWS's, and those that are not."""

import json
import zlib

import pytest

from connect_jira.aws.json_protocol import read

ROW = {"Item": {"clientKey": {"S": "site"}}}


def body(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("GetItem", ROW),
        ("GetItem", {}),
        ("GetItem", {"ConsumedCapacity": {}}),
        ("PutItem", {}),
        ("Scan", {"Items": [], "LastEvaluatedKey": {}, "Count": 0}),
        ("SendMessage", {"MessageId": "m", "MD5OfMessageBody": "d"}),
        ("PutEvents", {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}),
    ],
)
def test_an_answer_of_the_operation_is_one(operation: str, answer: dict[str, object]) -> None:
    assert read(operation, body(answer), {}) == answer


def test_binary_members_and_attributes_are_bytes() -> None:
    opened = {"Plaintext": "b3BlbmVk", "KeyId": "b3BlbmVk"}
    assert read("Decrypt", body(opened), {}) == {**opened, "Plaintext": b"opened"}
    item = {"B": {"M": {"B": {"L": [{"B": "b3BlbmVk"}, {"S": "b3BlbmVk"}]}}}}
    bytes_in = {"B": {"M": {"B": {"L": [{"B": b"opened"}, {"S": "b3BlbmVk"}]}}}}
    assert read("GetItem", body({"Item": item}), {}) == {"Item": bytes_in}


def test_an_operation_that_says_nothing_may_have_no_body() -> None:
    assert read("ChangeMessageVisibility", b"", {}) == {}


@pytest.mark.parametrize(
    ("operation", "content"),
    [
        ("GetItem", b"<html>OK</html>"),
        ("GetItem", b"[]"),
        ("GetItem", b"null"),
        ("GetItem", b'{"status": "ok"}'),
        ("GetItem", b'{"Item": []}'),
        ("GetItem", b"[" * 100_000),
        ("PutItem", b'{"status": "ok"}'),
        ("SendMessage", b""),
        ("SendMessage", b"{}"),
        ("SendMessage", b'{"MessageId": null}'),
        ("Scan", b"{}"),
        ("Decrypt", b'{"KeyId": "k"}'),
        ("Decrypt", b'{"Plaintext": "not base64!"}'),
        ("Decrypt", b'{"Plaintext": 1}'),
        ("GetItem", b'{"Item": {"secret": {"B": "not base64!"}}}'),
        ("GenerateDataKey", b'{"Plaintext": "cA=="}'),
        ("PutEvents", b'{"FailedEntryCount": "0", "Entries": []}'),
    ],
)
def test_anything_else_is_no_answer(operation: str, content: bytes) -> None:
    assert read(operation, content, {}) is None


def test_a_body_that_changed_on_its_way_is_no_answer() -> None:
    whole = body(ROW)
    checksum = {"x-amz-crc32": str(zlib.crc32(whole))}
    assert read("GetItem", whole, checksum) == ROW
    assert read("GetItem", b"{}", checksum) is None
