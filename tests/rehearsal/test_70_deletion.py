"""`sam delete` removes the stack, and keeps what nobody could bring back."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.conftest import Narrator
from tests.rehearsal.rehearsed_stack import RehearsedStack
from tests.rehearsal.release import Release

STAYS = {"Installations", "SiteData", "SecretsKey", "LargeMessages"}


@pytest.fixture(scope="module")
def had(stack: RehearsedStack, release: Release, narrator: Narrator) -> dict[str, str]:
    """The physical ids of what the stack had, by logical id."""
    stack.install(stack.jira.tenants.default)
    had = stack.cloud.resources()
    with narrator.step("sam delete"):
        stack.delete(release)
    return had


def test_the_stack_is_gone(stack: RehearsedStack, had: dict[str, str]) -> None:
    assert had
    with pytest.raises(ClientError, match="does not exist"):
        stack.cloud.outputs()


def test_what_is_kept_of_sites_stays(stack: RehearsedStack, had: dict[str, str]) -> None:
    tables = set(stack.cloud.client("dynamodb").list_tables()["TableNames"])
    assert {had["Installations"], had["SiteData"]} <= tables
    assert not {had["Activity"], had["WorkDone"]} & tables
    (app,) = stack.jira.site.apps()
    key = {"clientKey": {"S": app.client_key}}
    assert "Item" in stack.cloud.client("dynamodb").get_item(TableName=had["Installations"], Key=key)


def test_the_key_and_the_large_messages_stay(stack: RehearsedStack, had: dict[str, str]) -> None:
    key = stack.cloud.client("kms").describe_key(KeyId=had["SecretsKey"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled"
    buckets = stack.cloud.client("s3").list_buckets()["Buckets"]
    assert had["LargeMessages"] in {bucket["Name"] for bucket in buckets}


def test_functions_queues_and_the_api_are_gone(stack: RehearsedStack, had: dict[str, str]) -> None:
    functions = {one["FunctionName"] for one in stack.cloud.client("lambda").list_functions()["Functions"]}
    assert not functions & set(had.values())
    queues = set(stack.cloud.client("sqs").list_queues().get("QueueUrls", []))
    assert not queues & {had["JiraCalls"], had["FailedJiraCalls"]}
    apis: list[dict[str, Any]] = stack.cloud.client("apigatewayv2").get_apis()["Items"]
    assert had["Api"] not in {api["ApiId"] for api in apis}
