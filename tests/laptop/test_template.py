"""The template, as the laptop's stack reads it."""

from pathlib import Path

import pytest

from connect_tools.template import Rate, Template

TEXT = """
Parameters:
  Stage: {Default: dev}
  Url: {Default: ""}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  HasUrl: !Not [!Equals [!Ref Url, ""]]
Globals:
  Function: {Timeout: 10, Environment: {Variables: {A: 1, B: !Ref Stage}}}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Plain: {Type: AWS::Serverless::Function}
  Listener:
    Type: AWS::Serverless::Function
    Properties:
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Queue.Arn}}
      Events:
        Asked: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [a]}}}
        Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
        Tick: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(5 minutes), Input: "{}"}}
        Off: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute), State: DISABLED}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 30
      Environment: {Variables: {B: own, C: !GetAtt Table.Arn}}
      Values:
        - !Ref Table
        - !Sub "arn:${AWS::Partition}:${AWS::Region}:${Stage}"
        - !If [IsProd, yes, [no, !Ref Stage]]
        - !If [HasUrl, !Ref Url, none]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(TEXT, encoding="utf-8")
    return tmp_path / "template.yaml"


def test_references_and_conditions_are_worked_out(path: Path) -> None:
    for parameters, expected in [
        ({}, ["Table.Ref", "arn:aws:us-east-1:dev", [False, "dev"], "none"]),
        ({"Stage": "prod", "Url": "u"}, ["Table.Ref", "arn:aws:us-east-1:prod", True, "u"]),
    ]:
        template = Template(parameters, path)
        values = template.function("Worker")["Values"]
        assert template.resolve(values, lambda name, attribute: f"{name}.{attribute}") == expected


def test_a_function_has_what_all_share_and_its_own(path: Path) -> None:
    template = Template({}, path)
    worker = template.function("Worker")
    variables = template.resolve(worker["Environment"]["Variables"], lambda name, what: f"{name}.{what}")
    assert worker["Timeout"] == 30
    assert variables == {"A": 1, "B": "own", "C": "Table.Arn"}


def attribute_of(name: str, attribute: str) -> str:
    return f"{name}.{attribute}"


def test_a_rule_has_the_name_that_sam_gives_it(path: Path) -> None:
    (rule,) = Template({}, path).event_rules(attribute_of)
    assert (rule.logical_id, rule.function, rule.bus) == ("ListenerAsked", "Listener", "Bus.Ref")
    assert rule.pattern == {"source": ["a"]}


def test_what_becomes_of_an_event_is_as_the_template_says_or_as_lambda_does(path: Path) -> None:
    template = Template({}, path)
    listener = template.asynchronous_invocation("Listener", attribute_of)
    plain = template.asynchronous_invocation("Plain", attribute_of)
    assert (listener.retries, listener.on_failure) == (1, "Queue.Arn")
    assert (plain.retries, plain.on_failure) == (2, None)


def test_two_stacks_have_two_names(path: Path) -> None:
    names = {Template({}, path).resolve({"Ref": "AWS::StackName"}, attribute_of) for _ in range(2)}
    assert len(names) == 2


def test_a_schedule_that_is_on_and_has_a_rate_in_minutes_is_found(path: Path) -> None:
    assert Template({}, path).rates(attribute_of) == [Rate(function="Listener", seconds=300, input="{}")]
