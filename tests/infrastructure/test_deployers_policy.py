"""The policy in docs/deploying.md covers every kind of resource that CloudFormation makes of the template."""

import json
import re
from typing import Any

import pytest

from connect_tools.project import PROJECT
from tests.infrastructure.expanded import gradual

NEEDS = {
    "AWS::ApiGatewayV2::Api": {"apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"},
    "AWS::ApiGatewayV2::ApiMapping": {"apigateway:POST", "apigateway:PATCH", "apigateway:DELETE"},
    "AWS::ApiGatewayV2::DomainName": {
        "apigateway:POST",
        "apigateway:PUT",
        "apigateway:DELETE",
        "apigateway:TagResource",
        "iam:CreateServiceLinkedRole",
    },
    "AWS::ApiGatewayV2::Stage": {"apigateway:POST", "apigateway:TagResource", "logs:CreateLogDelivery"},
    "AWS::CloudWatch::Alarm": {"cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"},
    "AWS::CloudWatch::Dashboard": {"cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"},
    "AWS::CodeDeploy::Application": {"codedeploy:CreateApplication", "codedeploy:DeleteApplication"},
    "AWS::CodeDeploy::DeploymentGroup": {
        "codedeploy:CreateDeploymentGroup",
        "codedeploy:UpdateDeploymentGroup",
        "codedeploy:DeleteDeploymentGroup",
        "iam:PassRole",
    },
    "AWS::DynamoDB::Table": {
        "dynamodb:CreateTable",
        "dynamodb:DeleteTable",
        "dynamodb:DescribeTable",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateTimeToLive",
        "kms:CreateGrant",
        "kms:DescribeKey",
    },
    "AWS::Events::EventBus": {"events:CreateEventBus", "events:DeleteEventBus"},
    "AWS::Events::Rule": {"events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:DeleteRule"},
    "AWS::IAM::Role": {"iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRole"},
    "AWS::KMS::Key": {
        "kms:CreateKey",
        "kms:PutKeyPolicy",
        "kms:EnableKeyRotation",
        "kms:ScheduleKeyDeletion",
    },
    "AWS::Lambda::Alias": {
        "lambda:CreateAlias",
        "lambda:UpdateAlias",
        "lambda:DeleteAlias",
        "codedeploy:CreateDeployment",
        "codedeploy:GetDeployment",
        "codedeploy:StopDeployment",
    },
    "AWS::Lambda::EventInvokeConfig": {"lambda:PutFunctionEventInvokeConfig"},
    "AWS::Lambda::EventSourceMapping": {
        "lambda:CreateEventSourceMapping",
        "lambda:UpdateEventSourceMapping",
        "lambda:DeleteEventSourceMapping",
    },
    "AWS::Lambda::Function": {
        "lambda:CreateFunction",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "lambda:DeleteFunction",
        "lambda:PutFunctionRecursionConfig",
        "iam:PassRole",
    },
    "AWS::Lambda::LayerVersion": {"lambda:PublishLayerVersion", "lambda:DeleteLayerVersion"},
    "AWS::Lambda::Permission": {"lambda:AddPermission", "lambda:RemovePermission"},
    "AWS::Lambda::Version": {"lambda:PublishVersion", "lambda:DeleteFunction"},
    "AWS::Logs::QueryDefinition": {"logs:PutQueryDefinition", "logs:DeleteQueryDefinition"},
    "AWS::Logs::LogGroup": {"logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteLogGroup"},
    "AWS::Route53::HealthCheck": {
        "route53:CreateHealthCheck",
        "route53:UpdateHealthCheck",
        "route53:DeleteHealthCheck",
        "route53:ChangeTagsForResource",
    },
    "AWS::Route53::RecordSet": {"route53:ChangeResourceRecordSets", "route53:GetChange"},
    "AWS::S3::Bucket": {
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
    },
    "AWS::S3::BucketPolicy": {"s3:PutBucketPolicy", "s3:DeleteBucketPolicy"},
    "AWS::SQS::Queue": {"sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue"},
    "AWS::SQS::QueuePolicy": {"sqs:SetQueueAttributes"},
    "AWS::Scheduler::Schedule": {"scheduler:CreateSchedule", "scheduler:DeleteSchedule", "iam:PassRole"},
}
"""Actions that CloudFormation needs to create, change and remove a resource of each type."""


def policy() -> Any:
    page = (PROJECT / "docs" / "deploying.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- policy -->\n```json\n(.*?)```", page, re.DOTALL)
    assert block is not None
    return json.loads(block[1])


def granted() -> set[str]:
    return {action for statement in policy()["Statement"] for action in statement["Action"]}


@pytest.mark.parametrize("kind", sorted({resource["Type"] for resource in gradual().values()}))
def test_the_deployer_may_make_each_kind_of_resource(kind: str) -> None:
    assert kind in NEEDS, f"say here and in docs/deploying.md what {kind} needs"
    assert NEEDS[kind] <= granted()


def test_the_policy_has_no_wildcards_in_actions() -> None:
    assert not any("*" in action for action in granted())
