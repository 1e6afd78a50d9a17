"""The expanded template, for properties that template.yaml does not show."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from connect_tools.project import PROJECT
from tests.infrastructure.expanded import expanded, gradual, of_type

NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::CodeDeploy::Application": "ApplicationName",
    "AWS::CodeDeploy::DeploymentGroup": "DeploymentGroupName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Key": "KeyId",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::QueryDefinition": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
}
"""Properties that name a resource, unique in its account and region."""
NAMELESS = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",  # its name is the owner's to choose
    "AWS::ApiGatewayV2::Stage",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Route53::HealthCheck",
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
}


def test_no_name_would_be_the_same_in_a_second_stack() -> None:
    for name, resource in gradual().items():
        kind = resource["Type"]
        assert kind in NAMES or kind in NAMELESS, f"{kind}: can two stacks have one of the same name?"
        physical = resource.get("Properties", {}).get(NAMES.get(kind, ""))
        assert physical is None or "AWS::StackName" in json.dumps(physical), name


def test_every_function_is_run_by_its_alias_alone() -> None:
    functions = of_type("AWS::Lambda::Function")
    aliases = of_type("AWS::Lambda::Alias")
    assert {alias["FunctionName"]["Ref"] for alias in aliases.values()} == set(functions)
    targets = [permission["FunctionName"] for permission in of_type("AWS::Lambda::Permission").values()]
    targets += [source["FunctionName"] for source in of_type("AWS::Lambda::EventSourceMapping").values()]
    targets += [one["Qualifier"] for one in of_type("AWS::Lambda::EventInvokeConfig").values()]
    targets += [rule["Targets"][0]["Arn"] for rule in of_type("AWS::Events::Rule").values()]
    targets += [schedule["Target"]["Arn"] for schedule in of_type("AWS::Scheduler::Schedule").values()]
    assert len(targets) > len(functions)
    for target in targets:
        assert target == "live" or "Aliaslive" in json.dumps(target), target


def test_the_api_invokes_aliases() -> None:
    (api,) = of_type("AWS::ApiGatewayV2::Api").values()
    integrations = [
        operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        for path in api["Body"]["paths"].values()
        for operation in path.values()
        if "x-amazon-apigateway-integration" in operation
    ]
    assert integrations
    for uri in integrations:
        assert re.search(r"\$\{\w+Aliaslive\}|\$\{\w+\.Alias\}", uri), uri


def test_a_new_layer_is_a_new_version_and_old_versions_go() -> None:
    for name, resource in expanded().items():
        if resource["Type"] == "AWS::Lambda::Version":
            assert resource["DeletionPolicy"] == "Delete", name
    text = (PROJECT / "template.yaml").read_text(encoding="utf-8")
    functions = of_type("AWS::Lambda::Function")
    assert text.count("AutoPublishAliasAllProperties: true") == len(functions)


def test_the_api_has_nothing_that_is_refused_or_charged_by_the_way() -> None:
    (api,) = of_type("AWS::ApiGatewayV2::Api").values()
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    assert "FailOnWarnings" not in api
    assert stage["DefaultRouteSettings"]["DetailedMetricsEnabled"] is False


def test_the_access_log_is_where_logs_need_no_policy_of_the_account() -> None:
    group = of_type("AWS::Logs::LogGroup")["ApiAccessLogs"]
    assert group["LogGroupName"]["Fn::Sub"].startswith("/aws/vendedlogs/${AWS::StackName}/")


def policies_of_queues() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for policy in of_type("AWS::SQS::QueuePolicy").values():
        (queue,) = policy["Queues"]
        yield queue["Ref"], policy["PolicyDocument"]["Statement"]


def test_each_queue_has_one_policy_that_speaks_of_it_alone() -> None:
    policies = list(policies_of_queues())
    assert sorted(queue for queue, _ in policies) == sorted(of_type("AWS::SQS::Queue"))
    for queue, statements in policies:
        assert any(statement["Sid"] == "NothingInClear" for statement in statements)
        for statement in statements:
            assert statement["Resource"] == {"Fn::GetAtt": [queue, "Arn"]}


def test_what_bus_and_schedule_cannot_deliver_and_what_fails_is_kept() -> None:
    failed = {"Fn::GetAtt": ["FailedJiraCalls", "Arn"]}
    ((rule_name, rule),) = of_type("AWS::Events::Rule").items()
    assert rule["Targets"][0]["DeadLetterConfig"]["Arn"] == failed
    schedules = of_type("AWS::Scheduler::Schedule").items()
    (tick,) = (one for name, one in schedules if name.startswith("JiraCalls"))
    assert tick["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}, "the next tick makes up for one"
    (schedule,) = (one for name, one in schedules if name.startswith("CallRequests"))
    assert schedule["Target"]["DeadLetterConfig"]["Arn"] == failed
    ((_, asked),) = of_type("AWS::Lambda::EventInvokeConfig").items()
    assert asked["DestinationConfig"]["OnFailure"]["Destination"] == failed
    (grant,) = (
        statement
        for queue, statements in policies_of_queues()
        for statement in statements
        if statement["Effect"] == "Allow"
    )
    assert grant["Principal"] == {"Service": "events.amazonaws.com"}
    assert grant["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule_name, "Arn"]}}}
    role = of_type("AWS::IAM::Role")[schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]]
    granted = json.dumps(role["Policies"])
    assert "sqs:SendMessage" in granted
    assert "lambda:InvokeFunction" in granted


def test_nobody_outside_of_the_account_may_put_events_on_the_bus_or_invoke_a_function() -> None:
    assert of_type("AWS::Events::EventBusPolicy") == {}
    (bus,) = of_type("AWS::Events::EventBus").values()
    assert "Policy" not in bus
    assert of_type("AWS::Lambda::Url") == {}
    invokers = {one["Principal"] for one in of_type("AWS::Lambda::Permission").values()}
    assert invokers == {"apigateway.amazonaws.com", "events.amazonaws.com"}


@pytest.mark.parametrize("name", ["Installations", "SiteData", "SecretsKey", "LargeMessages"])
def test_what_must_not_be_lost_outlives_the_stack_but_not_a_first_create_that_failed(name: str) -> None:
    resource = expanded()[name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_nothing_else_outlives_the_stack() -> None:
    kept = {
        name
        for name, resource in expanded().items()
        if resource.get("DeletionPolicy", "").startswith("Retain")
    }
    assert kept == {"Installations", "SiteData", "SecretsKey", "LargeMessages"}


def test_the_worker_may_be_invoked_again_and_again_where_lambda_would_end_that() -> None:
    functions = of_type("AWS::Lambda::Function")
    allowed = {name: one["RecursiveLoop"] for name, one in functions.items() if "RecursiveLoop" in one}
    assert allowed == {
        "JiraCallsFunction": {"Fn::If": ["HasLoopDetection", "Allow", {"Ref": "AWS::NoValue"}]}
    }
