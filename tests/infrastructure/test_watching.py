"""Alarms, dashboard and saved queries look at what the functions print, and at what AWS has."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from bench.scale.prices import GB_SECOND
from connect_tools.operator_log import LOG, recorded
from connect_tools.project import PROJECT
from connect_tools.template import Template
from tests.emf import Emitted, emitted
from tests.infrastructure.expanded import expanded, gradual
from tests.infrastructure.watched import (
    NAMESPACE,
    STACK,
    Watched,
    alarms,
    entries,
    of_alarm,
    of_widget,
    queries,
    widgets,
)
from tests.infrastructure.what_functions_print import lines_of, printed

OF_AWS: dict[tuple[str, str | None], set[str]] = {
    ("AWS/Lambda", "FunctionName"): {"Duration", "Errors", "Invocations"},
    ("AWS/Lambda", None): {"Throttles"},
    ("AWS/ApiGateway", "ApiId"): {"5xx", "Count"},
    ("AWS/SQS", "QueueName"): {
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesVisible",
        "NumberOfMessagesDeleted",
        "NumberOfMessagesReceived",
        "NumberOfMessagesSent",
    },
    ("AWS/Route53", "HealthCheckId"): {"HealthCheckStatus"},
    ("AWS/DynamoDB", "TableName"): {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"},
}
"""Metrics that AWS documents, by namespace and dimension.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html,
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
"""

KINDS = {
    "FunctionName": ("AWS::Serverless::Function", "Ref"),
    "ApiId": ("AWS::Serverless::HttpApi", "Ref"),
    "HealthCheckId": ("AWS::Route53::HealthCheck", "Ref"),
    "QueueName": ("AWS::SQS::Queue", "QueueName"),
    "TableName": ("AWS::DynamoDB::Table", "Ref"),
}
OF_LOGS_INSIGHTS = {"@timestamp"}
OF_LAMBDA = {"errorMessage", "errorType", "record.status"}
"""Fields of what Lambda itself logs when a function crashes or is stopped: awslambdaric's `log_error`, and
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html"""

STOPPING = {"AwsRefuses", "FunctionsCrash", "OwnCodeFails"}


@pytest.fixture(scope="module")
def text() -> str:
    return printed()


@pytest.fixture(scope="module")
def metrics(text: str) -> set[Emitted]:
    found = set(emitted(text))
    assert {metric.namespace for metric in found} == {f"ConnectLambda/{_stack_of(text)}"}
    return {metric._replace(namespace=NAMESPACE) for metric in found}


def _stack_of(text: str) -> str:
    found = re.search(r'"Namespace":"ConnectLambda/([\w-]+)"', text)
    assert found is not None
    return found[1]


def is_emitted(watched: Watched, metrics: set[Emitted]) -> bool:
    for metric in metrics:
        if (metric.namespace, metric.name) != (watched.namespace, watched.name):
            continue
        dimensions = dict(metric.dimensions)
        if dimensions.keys() == watched.dimensions.keys() and all(
            value in {None, dimensions[name]} for name, value in watched.dimensions.items()
        ):
            return True
    return False


def is_aws(watched: Watched) -> bool:
    if len(watched.dimensions) > 1:
        return False
    ((dimension, value),) = watched.dimensions.items() or [(None, "")]
    if watched.name not in OF_AWS.get((watched.namespace, dimension), set()):
        return False
    if dimension is None:
        return True
    kind, attribute = KINDS[dimension]
    return value in {f"{name}.{attribute}" for name in STACK.resources(kind)}


def looked_at() -> list[tuple[str, Watched]]:
    of_alarms = [(name, metric) for name, alarm in alarms().items() for metric in of_alarm(alarm)]
    return of_alarms + [
        (widget["properties"]["title"], metric) for widget in widgets() for metric in of_widget(widget)
    ]


def test_every_metric_is_one_that_the_functions_or_aws_emit(metrics: set[Emitted]) -> None:
    nobodys = [
        (where, metric)
        for where, metric in looked_at()
        if not (is_aws(metric) if metric.namespace.startswith("AWS/") else is_emitted(metric, metrics))
    ]
    assert nobodys == []


def test_a_metric_that_nobody_emits_is_noticed(metrics: set[Emitted]) -> None:
    refused = Watched(NAMESPACE, "RequestRefused", {"reason": None, "service": None})
    assert is_emitted(refused, metrics)
    assert not is_emitted(refused._replace(dimensions={"reason": None}), metrics)
    assert not is_emitted(Watched(NAMESPACE, "RequestRefuse", {"reason": None, "service": None}), metrics)
    assert not is_emitted(Watched(NAMESPACE, "ColdStart", {"service": "webhooks"}), metrics)
    errors = Watched("AWS/Lambda", "Errors", {"FunctionName": "WebhooksFunction.Ref"})
    assert is_aws(errors)
    assert not is_aws(errors._replace(dimensions={}))
    assert not is_aws(errors._replace(dimensions={"FunctionName": "JiraCalls.Ref"}))


@pytest.mark.parametrize("widget", widgets(), ids=lambda widget: widget["properties"]["title"][:30])
def test_a_widgets_expressions_are_of_its_own_metrics(widget: dict[str, Any]) -> None:
    ids = [options["id"] for _, options in entries(widget) if "id" in options]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]\w*", each) for each in ids)
    for names, options in entries(widget):
        expression = options.get("expression", "")
        assert bool(names) != bool(expression), "a metric, or an expression"
        assert expression.count("SEARCH(") == len(list(of_widget_of(expression)))
        for wanted in re.findall(r'METRICS\("(\w+)"\)', expression):
            chosen = [each for each in ids if wanted in each]
            assert chosen
            assert all(re.fullmatch(rf"{wanted}\d", each) for each in chosen)
        plain = re.sub(r"SEARCH\('.*?'Sum'\)|METRICS\(\"\w+\"\)|[A-Z]+\(", "", expression)
        assert set(re.findall(r"[a-z]\w*", plain)) <= set(ids)


def of_widget_of(expression: str) -> list[Watched]:
    return list(of_widget({"properties": {"metrics": [[{"expression": expression}]]}}))


def test_the_dashboard_of_a_stack_without_the_probe_is_without_its_alarm() -> None:
    body = Template({}).resolve(STACK.resource("Dashboard")[1], lambda name, what: f"{name}.{what}")
    assert "AppIsNotReached" not in body["DashboardBody"]
    assert len(json.loads(body["DashboardBody"])["widgets"]) == len(widgets())


def test_the_dashboard_has_every_alarm_and_few_enough_metrics_to_be_free() -> None:
    (of_alarms,) = (widget for widget in widgets() if widget["type"] == "alarm")
    named = [arn.partition(".")[0] for arn in of_alarms["properties"]["alarms"]]
    assert sorted(named) == sorted(alarms())
    plain = {
        (metric.namespace, metric.name, *metric.dimensions.items())
        for widget in widgets()
        for metric in of_widget(widget)
        if None not in metric.dimensions.values()
    }
    assert len(plain) <= 50


def test_the_prices_on_the_dashboard_are_those_of_the_bill() -> None:
    (cost,) = (widget for widget in widgets() if "dollars" in widget["properties"]["title"])
    factors = {
        options["id"]: float(options["expression"].rpartition(" * ")[2])
        for _, options in entries(cost)
        if options["id"] != "dollars" and "expression" in options
    }
    half_a_gb_for_a_ms = GB_SECOND / 2 / 1000
    assert factors == {
        "lambda": pytest.approx(half_a_gb_for_a_ms, rel=1e-4),
        "requests": 0.20e-6,
        "api": 1.0e-6,
        "queue": 0.50e-6,
        "reads": 0.125e-6,
        "writes": 0.625e-6,
    }
    for name in ("WebhooksFunction", "ForgeFunction", "JiraCallsFunction"):
        assert STACK.function(name)["MemorySize"] == 512


def test_every_function_that_crashes_raises_the_alarm() -> None:
    alarm = alarms()["FunctionsCrash"]
    functions = {metric.dimensions["FunctionName"] for metric in of_alarm(alarm)}
    assert functions == {f"{name}.Ref" for name in STACK.resources("AWS::Serverless::Function")}
    (total,) = (each for each in alarm["Metrics"] if "Expression" in each)
    others = [each["Id"] for each in alarm["Metrics"] if each is not total]
    assert total["Expression"] == f"SUM([{', '.join(others)}])"
    assert [each["ReturnData"] for each in alarm["Metrics"] if each is not total] == [False] * len(others)


def test_an_event_that_waits_for_a_quarter_of_an_hour_is_told_within_the_next_five_minutes() -> None:
    alarm = alarms()["JiraCallsAreOld"]
    assert (alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]) == (900, 300, 1)


def test_the_runbook_has_a_section_for_each_alarm_with_what_to_type_first() -> None:
    page = (PROJECT / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, flags=re.DOTALL | re.MULTILINE))
    for name, alarm in alarms().items():
        assert alarm["AlarmDescription"].endswith(f": docs/runbook.md#{name.lower()}")
        assert "```sh\n" in sections[name], name
    named = {name for name in sections if re.fullmatch(r"(?:[A-Z][a-z]+){2,}", name)}
    assert named == set(alarms())


def test_only_alarms_that_no_stranger_can_raise_stop_a_gradual_deployment() -> None:
    groups = [each for each in gradual().values() if each["Type"] == "AWS::CodeDeploy::DeploymentGroup"]
    assert len(groups) == len(STACK.resources("AWS::Serverless::Function"))
    for group in groups:
        watched = group["Properties"]["AlarmConfiguration"]["Alarms"]
        assert {each["Name"]["Ref"] for each in watched} == STOPPING
        assert group["Properties"]["ServiceRoleArn"] == {"Fn::GetAtt": ["DeploymentRole", "Arn"]}


def test_a_gradual_deployment_moves_every_alias_and_one_at_once_none() -> None:
    for name, alias in expanded().items():
        if alias["Type"] == "AWS::Lambda::Alias":
            assert "UpdatePolicy" not in alias
            group = gradual()[name]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]
            assert group == {"Ref": name.replace("Aliaslive", "DeploymentGroup")}
    assert not any(each["Type"].startswith("AWS::CodeDeploy::") for each in expanded().values())


def test_codedeploy_may_move_the_aliases_of_the_stacks_functions_and_no_others() -> None:
    role = STACK.resolve(STACK.resource("DeploymentRole")[1], lambda name, what: f"{name}.{what}")
    (policy,) = role["Policies"]
    move, watch = policy["PolicyDocument"]["Statement"]
    functions = STACK.resources("AWS::Serverless::Function")
    assert set(move["Resource"]) == {f"{name}.Arn*" for name in functions}
    assert watch["Action"] == "cloudwatch:DescribeAlarms"
    trust = role["AssumeRolePolicyDocument"]["Statement"]
    assert [each["Principal"] for each in trust] == [{"Service": "codedeploy.amazonaws.com"}]


WORDS = {"and", "as", "by", "desc", "in", "or", "bin", "count", "count_distinct", "latest"} | {
    "fields",
    "filter",
    "limit",
    "sort",
    "stats",
}


def fields_of(query: str) -> set[str]:
    without_text = re.sub(r'"[^"]*"|\bbin\(\w+\)', "", query)
    made = set(re.findall(r" as (\w+)", without_text))
    return set(re.findall(r"[@a-zA-Z][\w.]*", without_text)) - made - WORDS


def test_the_query_for_who_did_what_asks_for_fields_that_connect_writes() -> None:
    written: list[dict[str, str]] = []

    def put_log_events(*, logEvents: list[dict[str, Any]], **_: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        written.extend(json.loads(event["message"]) for event in logEvents)
        return {}

    client = SimpleNamespace(
        put_log_events=put_log_events,
        create_log_stream=lambda **_: None,
        get_caller_identity=lambda: {"Arn": "arn:aws:iam::123456789012:user/me"},
    )
    stack: Any = SimpleNamespace(
        name="stack", resources={LOG: "log"}, resource=lambda name: name, client=lambda _: client
    )
    with recorded(stack, "tenants pause", site="site", about="by hand"):
        pass
    assert fields_of(queries()["WhoDidWhat"]) - OF_LOGS_INSIGHTS <= {
        name for each in written for name in each
    }


OF_FUNCTIONS = {name: query for name, query in queries().items() if name != "WhoDidWhat"}


@pytest.mark.parametrize(("name", "query"), OF_FUNCTIONS.items(), ids=OF_FUNCTIONS)
def test_a_saved_query_asks_for_fields_that_are_in_the_log(name: str, query: str, text: str) -> None:
    lines = list(lines_of(text))
    logged = {field for line in lines for field in line}
    assert fields_of(query) <= logged | OF_LOGS_INSIGHTS | OF_LAMBDA, name
    assert any(fields_of(query) - OF_LOGS_INSIGHTS - OF_LAMBDA <= set(line) for line in lines) or (
        name in {"HistoryOfOneSite", "WhatFailed"}  # of lines of several kinds
    )


@pytest.mark.parametrize("name", ["RefusalsByReason", "SlowCalls", "WhatFailed"])
def test_a_saved_query_asks_for_lines_that_are_logged(name: str, text: str) -> None:
    asked = set(re.findall(r'"([A-Z][a-z]+ [^"]+)"', queries()[name]))
    logged = {line["message"] for line in lines_of(text)}
    assert asked
    assert asked <= logged, asked - logged


def test_saved_queries_look_at_the_logs_of_functions() -> None:
    logs = {
        function["LoggingConfig"]["LogGroup"]["Ref"]
        for function in STACK.resources("AWS::Serverless::Function").values()
    }
    for name, query in STACK.resources("AWS::Logs::QueryDefinition").items():
        groups = {each["Ref"] for each in query["LogGroupNames"]}
        match name:
            case "SlowCalls":
                assert groups == {"JiraCallsLogs", "PagesLogs"}
            case "WhoDidWhat":
                assert groups == {LOG}
            case _:
                assert groups == logs
