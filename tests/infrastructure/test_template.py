"""Properties of template.yaml, read from the template itself."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from connect_jira.descriptor import load_descriptor, webhook_events
from connect_jira.events.forge_events import FORGE_EVENTS
from connect_jira.page_urls import page_urls
from connect_jira.worker.occurrences import REMEMBERED_SECONDS
from connect_jira.worker.retry_policy import (
    GIVE_UP_SECONDS,
    MAX_DELAY_SECONDS,
    REFUSED_BY_AWS_SECONDS,
)
from connect_jira.worker.worker import LONGEST_HELD_SECONDS
from connect_local.laptop.routing import Routes
from connect_tools.forge.native import native_modules
from connect_tools.project import PROJECT
from connect_tools.template import DEFAULT_ROUTE, Template
from connect_tools.tenants.reseal import OLDER_FUNCTIONS_SECONDS, SEALING
from functions.pages.pages import pages
from tests.descriptors import own_descriptor

DAY = 24 * 3600
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
ACTIONS = {
    "DescriptorRole": LOGS,
    "LifecycleRole": LOGS
    | TRACES
    | {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    | {"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage"},
    "WebhooksRole": LOGS
    | TRACES
    | {"dynamodb:GetItem", "dynamodb:UpdateItem", "kms:Decrypt", "sqs:SendMessage", "s3:PutObject"},
    "ForgeRole": LOGS
    | TRACES
    | {"dynamodb:GetItem", "dynamodb:PutItem", "kms:Decrypt", "kms:GenerateDataKey"}
    | {"sqs:SendMessage", "s3:PutObject"},
    "CallRequestsRole": LOGS
    | TRACES
    | {"dynamodb:Scan", "kms:Decrypt", "sqs:SendMessage", "s3:PutObject", "events:PutEvents"},
    "PagesRole": LOGS
    | TRACES
    | {"dynamodb:GetItem", "dynamodb:UpdateItem", "kms:Decrypt", "kms:GenerateDataKey"}
    | {"dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query", "sqs:SendMessage", "s3:PutObject"},
    "RetentionRole": LOGS
    | TRACES
    | {"dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"}
    | {"kms:Decrypt", "kms:GenerateDataKey"},
    "JiraCallsRole": LOGS
    | TRACES
    | {"dynamodb:GetItem", "kms:Decrypt", "kms:GenerateDataKey", "events:PutEvents"}
    | {"s3:GetObject", "s3:PutObject", "s3:ListBucket"}
    | {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query", "sqs:SendMessage"}
    | {
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ChangeMessageVisibility",
    },
}


def template(**parameters: str) -> Template:
    return Template(parameters)


def resolved(kind: str, logical_id: str, **parameters: str) -> dict[str, Any]:
    stack = template(**parameters)
    properties = stack.resolve(stack.resources(kind)[logical_id], lambda name, what: f"{name}.{what}")
    assert isinstance(properties, dict)
    return properties


def statements(role: str, **parameters: str) -> Iterator[dict[str, Any]]:
    for policy in resolved("AWS::IAM::Role", role, **parameters)["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            yield {**statement, "Action": actions if isinstance(actions, list) else [actions]}


@pytest.mark.parametrize(("role", "actions"), ACTIONS.items(), ids=ACTIONS)
def test_each_role_has_exactly_these_actions(role: str, actions: set[str]) -> None:
    assert {action for statement in statements(role) for action in statement["Action"]} == actions


@pytest.mark.parametrize("role", ACTIONS)
def test_each_statement_is_for_resources_of_the_stack(role: str) -> None:
    for statement in statements(role):
        assert statement["Effect"] == "Allow"
        if statement["Resource"] == "*":
            assert set(statement["Action"]) == TRACES
        else:
            resources = statement["Resource"]
            for resource in resources if isinstance(resources, list) else [resources]:
                assert resource.removesuffix("/*").strip("${}").endswith(".Arn")
            assert "*" not in "".join(statement["Action"])


@pytest.mark.parametrize("role", ACTIONS)
def test_the_key_is_used_through_the_table_or_for_one_app_and_site(role: str) -> None:
    for statement in statements(role):
        if any(action.startswith("kms:") for action in statement["Action"]):
            conditions = statement["Condition"]
            through_table = {"StringEquals": {"kms:ViaService": ["dynamodb.us-east-1.amazonaws.com"] * 2}}
            for_one_site = {
                "StringEquals": {"kms:EncryptionContext:appKey": own_descriptor("dev")["key"]},
                "Null": {"kms:EncryptionContext:clientKey": "false"},
            }
            for_one_secret = {
                "StringEquals": {"kms:EncryptionContext:appKey": own_descriptor("dev")["key"]},
                "Null": {"kms:EncryptionContext:site": "false", "kms:EncryptionContext:name": "false"},
            }
            assert conditions in (through_table, for_one_site, for_one_secret)


def test_what_is_kept_for_sites_is_for_the_functions_of_the_apps_owner_and_the_one_that_deletes_it() -> None:
    touching = {
        role for role in ACTIONS for statement in statements(role) if "SiteData.Arn" in statement["Resource"]
    }
    opening = {
        role
        for role in ACTIONS
        for statement in statements(role)
        if "kms:EncryptionContext:name" in str(statement)
    }
    assert touching == {"PagesRole", "JiraCallsRole", "RetentionRole"}
    assert opening == {"PagesRole", "JiraCallsRole"}


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_roles_may_use_the_key_for_the_descriptors_app_only(stage: str) -> None:
    env = {"DESCRIPTOR_PATH": str(PROJECT / "descriptor" / "atlassian-connect.json"), "STAGE": stage}
    own_key = template(Stage=stage).resolve(
        {"Fn::FindInMap": ["App", "Key", {"Ref": "Stage"}]}, lambda *_: None
    )
    assert own_key == load_descriptor(env)["key"], "template.yaml's Mappings name another app's key"


def test_forges_function_seals_tokens_and_cannot_open_them() -> None:
    sealing = [
        set(statement["Action"])
        for statement in statements("ForgeRole")
        if "Null" in statement.get("Condition", {})
    ]
    assert sealing == [{"kms:GenerateDataKey"}]


def test_each_function_has_a_role_a_log_and_a_layer_with_the_descriptor_of_its_own() -> None:
    functions = template().resources("AWS::Serverless::Function")
    assert {function["Role"]["Fn::GetAtt"][0] for function in functions.values()} == set(ACTIONS)
    logs = {function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()}
    assert len(logs) == len(functions)
    for function in functions.values():
        assert {"Ref": "DescriptorLayer"} in function["Layers"]


def test_each_log_group_has_an_end() -> None:
    groups = template().resources("AWS::Logs::LogGroup").keys() - {"OperatorLog"}
    assert groups
    for name in groups:
        assert resolved("AWS::Logs::LogGroup", name, LogRetentionDays="7")["RetentionInDays"] == "7"
    of_operators = resolved("AWS::Logs::LogGroup", "OperatorLog", LogRetentionDays="7")
    assert of_operators["RetentionInDays"] == 365


@pytest.mark.parametrize(("wanted", "protected"), [("false", False), ("true", True)])
@pytest.mark.parametrize("name", ["Installations", "SiteData"])
def test_the_table_is_recoverable_and_protected_when_that_is_wanted(
    name: str, wanted: str, *, protected: bool
) -> None:
    table = resolved("AWS::DynamoDB::Table", name, Stage="prod", ProtectInstallations=wanted)
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is protected
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}


def test_activity_ends_by_itself_and_goes_with_the_stack() -> None:
    table = resolved("AWS::DynamoDB::Table", "Activity")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}


@pytest.mark.parametrize("role", ACTIONS)
def test_installations_are_only_ever_written_whole(role: str) -> None:
    for statement in statements(role):
        if "dynamodb:UpdateItem" in statement["Action"]:
            assert statement["Resource"] != "Installations.Arn"


def test_what_has_no_route_is_answered_by_a_function_and_not_by_the_api() -> None:
    (default,) = [route for route in template().routes() if route.path == DEFAULT_ROUTE]
    assert (default.method, default.function) == ("ANY", "PagesFunction")


def test_the_key_rotates() -> None:
    assert resolved("AWS::KMS::Key", "SecretsKey")["EnableKeyRotation"] is True


def test_queues_are_encrypted_and_what_fails_is_kept() -> None:
    for queue in template().resources("AWS::SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True
    stack = template()
    queue, failed = (
        stack.resolve(stack.resource(name)[1], lambda logical_id, what: f"{logical_id}.{what}")
        for name in ("JiraCalls", "FailedJiraCalls")
    )
    worker = stack.function("JiraCallsFunction")
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": "FailedJiraCalls.Arn", "maxReceiveCount": 100}
    (source,) = failed["RedriveAllowPolicy"]["sourceQueueArns"]
    assert source == f"arn:aws:sqs:us-east-1:123456789012:{queue['QueueName']}"
    assert queue["VisibilityTimeout"] >= 6 * worker["Timeout"]


def test_the_worker_may_send_again_what_it_postpones_and_set_aside_what_has_failed() -> None:
    sending = [each for each in statements("JiraCallsRole") if "sqs:SendMessage" in each["Action"]]
    assert [each["Resource"] for each in sending] == ["JiraCalls.Arn", "FailedJiraCalls.Arn"]


def test_what_is_too_large_for_the_queue_is_kept_for_as_long_as_a_message_lives() -> None:
    bucket = resolved("AWS::S3::Bucket", "LargeMessages")
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["BucketEncryption"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    failed = resolved("AWS::SQS::Queue", "FailedJiraCalls")["MessageRetentionPeriod"]
    queue = resolved("AWS::SQS::Queue", "JiraCalls")["MessageRetentionPeriod"]
    waiting = LONGEST_HELD_SECONDS + REFUSED_BY_AWS_SECONDS + MAX_DELAY_SECONDS
    assert rule["ExpirationInDays"] * DAY > waiting + queue + failed


def test_work_is_remembered_for_longer_than_a_message_waits_and_is_tried() -> None:
    assert LONGEST_HELD_SECONDS + GIVE_UP_SECONDS + MAX_DELAY_SECONDS < REMEMBERED_SECONDS
    assert resolved("AWS::SQS::Queue", "JiraCalls")["MessageRetentionPeriod"] < REMEMBERED_SECONDS
    table = resolved("AWS::DynamoDB::Table", "WorkDone")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiration", "Enabled": True}


@pytest.mark.parametrize("name", ["Installations", "SiteData", "WorkDone"])
def test_what_is_sealed_and_what_jira_has_answered_is_under_the_stacks_key(name: str) -> None:
    assert resolved("AWS::DynamoDB::Table", name)["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": "SecretsKey.Arn",
    }


KEY_ARN, OTHER_KEY_ARN = (f"arn:aws:kms:us-east-1:123456789012:key/{number}" for number in (1, 2))
REPLACING = {"SecretsKeyArn": KEY_ARN, "OtherSecretsKeyArn": OTHER_KEY_ARN}


def test_while_a_key_is_replaced_every_role_that_uses_it_may_use_both() -> None:
    for role in ACTIONS:
        pairs = zip(statements(role), statements(role, **REPLACING), strict=True)
        for alone, of_two in pairs:
            if any(action.startswith("kms:") for action in alone["Action"]):
                assert alone["Resource"] == ["SecretsKey.Arn"]
                assert of_two == {**alone, "Resource": [KEY_ARN, OTHER_KEY_ARN]}
            else:
                assert of_two == alone


def test_another_key_seals_and_encrypts_in_place_of_the_stacks_own_which_stays_outside() -> None:
    replaced = template(**REPLACING)
    assert "SecretsKey" not in replaced.all_resources()
    for name in ("Installations", "SiteData", "WorkDone"):
        encryption = resolved("AWS::DynamoDB::Table", name, **REPLACING)["SSESpecification"]
        assert encryption["KMSMasterKeyId"] == KEY_ARN
    sealing = 0
    for name in replaced.resources("AWS::Serverless::Function"):
        variables = replaced.resolve(
            replaced.function(name)["Environment"]["Variables"], lambda logical_id, what: logical_id + what
        )
        sealing += variables.get("SECRETS_KEY") == KEY_ARN
        assert variables["OTHER_SECRETS_KEY"] == OTHER_KEY_ARN
    assert sealing == len([role for role in ACTIONS if "EncryptionContext" in str(list(statements(role)))])


def test_reseal_asks_every_function_that_seals_and_waits_for_longer_than_each_may_run() -> None:
    stack = template()
    by_role = {
        stack.function(name)["Role"]["Fn::GetAtt"][0]: name
        for name in stack.resources("AWS::Serverless::Function")
    }
    sealing = {
        by_role[role]
        for role in ACTIONS
        for statement in statements(role)
        if {"kms:Encrypt", "kms:GenerateDataKey"} & set(statement["Action"])
        and "EncryptionContext" in str(statement["Condition"])
    }
    assert sealing == set(SEALING)
    assert max(stack.function(name)["Timeout"] for name in sealing) < OLDER_FUNCTIONS_SECONDS


def nightly() -> dict[str, Any]:
    function = template().resources("AWS::Serverless::Function")["CallRequestsFunction"]
    schedule: dict[str, Any] = function["Events"]["Nightly"]["Properties"]
    return schedule


def test_the_nightly_calls_key_names_its_schedule_and_the_night() -> None:
    assert json.loads(nightly()["Input"])["idempotencyKey"] == "nightly <aws.scheduler.scheduled-time>"


def test_the_nightly_call_is_off_unless_it_is_wanted() -> None:
    schedule = nightly()
    assert template().resolve(schedule["State"], lambda *_: "") == "DISABLED"
    assert template(NightlyCall="ENABLED").resolve(schedule["State"], lambda *_: "") == "ENABLED"


@pytest.mark.parametrize(
    ("name", "metric", "dimensions"),
    [
        (
            "JiraCallsHaveFailed",
            "AWS/SQS ApproximateNumberOfMessagesVisible",
            {"QueueName": "FailedJiraCalls.QueueName"},
        ),
        ("JiraCallsAreOld", "AWS/SQS ApproximateAgeOfOldestMessage", {"QueueName": "JiraCalls.QueueName"}),
        ("RequestsAreNotAnswered", "AWS/ApiGateway 5xx", {"ApiId": "Api.Ref"}),
        ("FunctionsAreThrottled", "AWS/Lambda Throttles", {}),
        *(
            (name, f"ConnectLambda/{{stack}} {metric}", {"service": "all"})
            for name, metric in {
                "AwsDoesNotAnswer": "AwsUnavailable",
                "AwsRefuses": "AwsRefused",
                "InstallsAreRefused": "InstallRefused",
                "KeyHostsDoNotAnswer": "KeyHostUnavailable",
                "OwnCodeFails": "OwnCodeFailed",
                "SecretsDoNotMatch": "SiteSecretMismatch",
            }.items()
        ),
    ],
)
def test_what_somebody_must_know_raises_an_alarm(name: str, metric: str, dimensions: dict[str, str]) -> None:
    stack = template(AlarmTopicArn="arn:topic")
    alarm = stack.resolve(
        stack.resources("AWS::CloudWatch::Alarm")[name], lambda logical_id, what: f"{logical_id}.{what}"
    )
    assert f"{alarm['Namespace']} {alarm['MetricName']}" == metric.format(stack=stack.stack_name)
    assert {one["Name"]: one["Value"] for one in alarm.get("Dimensions", [])} == dimensions


def test_every_alarm_tells_the_topic_and_is_quiet_when_nothing_happens() -> None:
    stack = template(AlarmTopicArn="arn:topic")
    for alarm in stack.resources("AWS::CloudWatch::Alarm").values():
        resolved_alarm = stack.resolve(alarm, lambda logical_id, what: f"{logical_id}.{what}")
        assert resolved_alarm["AlarmActions"] == ["arn:topic"]
        assert resolved_alarm["TreatMissingData"] == "notBreaching"


def test_an_install_that_is_refused_is_told_within_five_minutes() -> None:
    alarm = resolved("AWS::CloudWatch::Alarm", "InstallsAreRefused")
    assert (alarm["Threshold"], alarm["Statistic"]) == (1, "Sum")
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 300


def test_functions_write_their_metrics_where_the_alarm_looks() -> None:
    stack = template()
    variables = stack.function("WebhooksFunction")["Environment"]["Variables"]
    namespace = stack.resolve(variables["POWERTOOLS_METRICS_NAMESPACE"], lambda *_: None)
    assert namespace == f"ConnectLambda/{stack.stack_name}"


def test_a_new_accounts_ten_functions_are_not_all_the_workers() -> None:
    (source,) = template().event_sources()
    assert 2 <= source.maximum_concurrency <= 5


@pytest.mark.parametrize(("stage", "level"), [("dev", "INFO"), ("prod", "WARN")])
def test_lambda_writes_what_each_invocation_took_outside_of_production(stage: str, level: str) -> None:
    stack = template(Stage=stage)
    shared = stack.shared_by_functions["LoggingConfig"]["SystemLogLevel"]
    assert stack.resolve(shared, lambda *_: None) == level


URL_PARAMETERS = {"BaseUrl", "InstallKeysUrl", "UserTokensUrl", "ExtraSiteUrl", "AllJsUrl"} | {
    "ForgeKeysUrl",
    "ExtraForgeApiUrl",
    "FurtherBaseUrls",
}


def allowed_pattern(parameter: str) -> str:
    text = (PROJECT / "template.yaml").read_text(encoding="utf-8").partition("\nConditions:")[0]
    pattern: str = yaml.safe_load(text)["Parameters"][parameter]["AllowedPattern"]
    return pattern


@pytest.mark.parametrize("name", ["InstallKeysUrl", "ExtraSiteUrl", "ExtraForgeApiUrl", "FurtherBaseUrls"])
@pytest.mark.parametrize(
    ("urls", "taken"),
    [
        ("http://localhost:2990, https://site.example.com", True),
        ("https://one.example.com,http://127.0.0.1:1,https://three.example.com/path", True),
        ("https://one.example.com,http://two.example.com", False),
        ("https://one.example.com,", False),
        ("https://one.example.com two", False),
    ],
)
def test_several_urls_are_each_https_or_on_this_machine(name: str, urls: str, *, taken: bool) -> None:
    assert (re.match(allowed_pattern(name), urls) is not None) is taken


@pytest.mark.parametrize("name", sorted(URL_PARAMETERS))
@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://keys.example.com", True),
        ("https://keys.example.com/path", True),
        ("http://localhost:2990", True),
        ("http://127.0.0.1:2990/sites/one", True),
        ("http://keys.example.com", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("keys.example.com", False),
        ("ftp://keys.example.com", False),
    ],
)
def test_a_url_is_https_or_on_this_machine(name: str, url: str, *, taken: bool) -> None:
    assert (re.match(allowed_pattern(name), url) is not None) is taken


def test_the_default_and_dev_are_one_stack() -> None:
    config = tomllib.loads((PROJECT / "samconfig.toml").read_text(encoding="utf-8"))
    for section in ("global", "deploy"):
        assert config["default"][section] == config["dev"][section]
    for environment in ("dev", "prod"):
        deploy = config[environment]["deploy"]["parameters"]
        assert (deploy["confirm_changeset"], deploy["fail_on_empty_changeset"]) == (False, False)
        assert f"Stage={environment}" in deploy["parameter_overrides"]


def test_the_access_log_holds_nothing_that_a_token_can_be_in() -> None:
    log_format = template().resources("AWS::Serverless::HttpApi")["Api"]["AccessLogSettings"]["Format"]
    for variable in json.loads(log_format).values():
        assert variable not in {"$context.path", "$context.protocol", "$context.identity.userAgent"}
        assert "querystring" not in variable.lower()
        assert "authorizer" not in variable.lower()


def test_the_api_is_throttled() -> None:
    settings = template().resources("AWS::Serverless::HttpApi")["Api"]["DefaultRouteSettings"]
    assert settings["ThrottlingRateLimit"] > 0
    assert settings["ThrottlingBurstLimit"] > 0


def test_no_parameter_and_no_variable_is_a_secret() -> None:
    text = (PROJECT / "template.yaml").read_text(encoding="utf-8")
    assert "NoEcho" not in text
    for name in template().resources("AWS::Serverless::Function"):
        for variable in template().function(name)["Environment"]["Variables"]:
            assert variable in {
                "STAGE",
                "DESCRIPTOR_PATH",
                "BASE_URL",
                "FURTHER_BASE_URLS",
                "ATLASSIAN_CLOUD",
                "INSTALL_KEYS_URL",
                "INSTALL_KEY_PREFIX",
                "EXTRA_SITE_URL",
                "AWS_SDK",
                "AWS_URL_SUFFIX",
                "POWERTOOLS_METRICS_NAMESPACE",
                "POWERTOOLS_SERVICE_NAME",
                "INSTALLATIONS_TABLE",
                "SITE_DATA_TABLE",
                "ACTIVITY_TABLE",
                "SECRETS_KEY",
                "OTHER_SECRETS_KEY",
                "JIRA_CALLS_QUEUE_URL",
                "FAILED_JIRA_CALLS_QUEUE_URL",
                "LARGE_MESSAGES_BUCKET",
                "WORK_DONE_TABLE",
                "MAX_ANSWER_BYTES",
                "EVENT_BUS",
                "USER_TOKENS_URL",
                "ALL_JS_URL",
                "FORGE_APP_ID",
                "FORGE_KEYS_URL",
                "EXTRA_FORGE_API_URL",
                "EXTRA_FORGE_MODULE_TYPES",
                "RECORD_SHAPES",
            }


def test_everything_the_descriptor_names_has_a_route() -> None:
    descriptor = json.loads((PROJECT / "descriptor" / "atlassian-connect.json").read_text(encoding="utf-8"))
    routes = {(route.method, route.path) for route in template().routes()}
    for path in descriptor["lifecycle"].values():
        assert ("POST", path) in routes
    served = {f"/pages/{page.name}" for page in pages.all_pages()}
    assert {url.partition("?")[0] for url in page_urls(descriptor)} == served
    assert ("GET", "/pages/{page}") in routes
    for path in webhook_events(descriptor):
        assert path.startswith("/webhooks/")
    assert ("POST", "/webhooks/{event}") in routes
    assert ("GET", "/atlassian-connect.json") in routes


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/pages/due", "/pages/{page}"),
        ("GET", "/pages/due/x", DEFAULT_ROUTE),
        ("POST", "/pages/due", DEFAULT_ROUTE),
        ("GET", "/api/due", "/api/{call+}"),
        ("PUT", "/api/due/EX-1", "/api/{call+}"),
        ("DELETE", "/api/due/EX-1/x", "/api/{call+}"),
        ("POST", "/api/due", "/api/{call+}"),
        ("PATCH", "/api/due", DEFAULT_ROUTE),
        ("OPTIONS", "/api/due", DEFAULT_ROUTE),
    ],
)
def test_every_page_and_call_has_one_route(method: str, path: str, route: str) -> None:
    matched = Routes(template().routes()).match(method, path)
    assert matched is not None
    assert (matched[0].path, matched[0].function) == (route, "PagesFunction")


def test_every_endpoint_of_the_manifest_has_a_route() -> None:
    routes = {(route.method, route.path) for route in template().routes()}
    endpoints = native_modules([FORGE_EVENTS["jira:issue_created"]])["endpoint"]
    assert {("POST", endpoint["route"]["path"]) for endpoint in endpoints} <= routes


def test_functions_are_imported_by_the_same_name_in_lambda_and_here() -> None:
    for name, function in template().resources("AWS::Serverless::Function").items():
        module, _, attribute = function["Handler"].rpartition(".")
        file = PROJECT / f"{module.replace('.', '/')}.py"
        assert (file.is_file(), attribute) == (True, "handler"), name
        assert file.parent == PROJECT / function["CodeUri"]
