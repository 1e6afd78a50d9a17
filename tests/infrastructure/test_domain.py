"""A domain of one's own, the URLs that are accepted beside it, and the probe from outside."""

import json
import re
import subprocess
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from connect_tools.project import PROJECT
from connect_tools.template import Template
from tests.infrastructure.expanded import expanded
from tests.infrastructure.parts import ours

WHOLE = yaml_parse(ours())
PARAMETERS = WHOLE["Parameters"]
API_URL = "https://api-id.execute-api.us-east-1.amazonaws.com"
OF_THE_DOMAIN = {"Domain", "DomainMapping", "DomainRecord"}
DOMAIN = {
    "DomainName": "jira.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/c",
}


def value_of(value: object, **parameters: str) -> Any:
    ids = {
        ("Api", "Ref"): "api-id",
        ("Domain", "RegionalDomainName"): "d-1.execute-api.us-east-1.amazonaws.com",
    }
    return Template(parameters).resolve(value, lambda name, what: ids.get((name, what), f"{name}.{what}"))


def base_url(**parameters: str) -> str:
    (function, *others) = Template(parameters).resources("AWS::Serverless::Function")
    variables = [
        Template(parameters).function(name)["Environment"]["Variables"] for name in (function, *others)
    ]
    (found,) = {value_of(each["BASE_URL"], **parameters) for each in variables}
    return str(found)


def output(name: str, **parameters: str) -> str:
    return str(value_of(WHOLE["Outputs"][name]["Value"], **parameters))


def resource(name: str, **parameters: str) -> Any:
    return value_of(Template(parameters).all_resources()[name][1], **parameters)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ""),
        (DOMAIN, "https://jira.example.com"),
        (DOMAIN | {"DomainPath": "apps/connect"}, "https://jira.example.com/apps/connect"),
        ({"BaseUrl": "https://proxy.example.com/x"}, "https://proxy.example.com/x"),
        (DOMAIN | {"BaseUrl": API_URL}, API_URL),
    ],
)
def test_the_base_url_is_the_one_that_is_given_or_that_of_the_domain(
    parameters: dict[str, str], expected: str
) -> None:
    assert base_url(**parameters) == expected
    assert output("DescriptorUrl", **parameters) == f"{expected or API_URL}/atlassian-connect.json"
    assert output("ApiUrl", **parameters) == API_URL


def test_without_a_domain_and_a_probe_nothing_of_them_is_there() -> None:
    assert not (OF_THE_DOMAIN | {"Probe", "AppIsNotReached"}) & Template({}).all_resources().keys()
    assert PARAMETERS["OutsideProbe"]["Default"] == "DISABLED"


def test_a_domain_is_mapped_to_the_apis_stage() -> None:
    domain = resource("Domain", **DOMAIN)
    (configuration,) = domain["DomainNameConfigurations"]
    assert domain["DomainName"] == "jira.example.com"
    assert configuration == {
        "CertificateArn": DOMAIN["CertificateArn"],
        "EndpointType": "REGIONAL",
        "SecurityPolicy": "TLS_1_2",
    }
    mapping = expanded()["DomainMapping"]["Properties"]
    assert (mapping["ApiId"], mapping["DomainName"]) == ({"Ref": "Api"}, {"Ref": "Domain"})
    assert expanded()[mapping["Stage"]["Ref"]]["Properties"]["StageName"] == "$default"
    assert "ApiMappingKey" not in resource("DomainMapping", **DOMAIN)
    assert resource("DomainMapping", **DOMAIN, DomainPath="a/b")["ApiMappingKey"] == "a/b"


def test_the_record_is_made_where_the_zone_is_given_and_else_its_target_is_said() -> None:
    assert "DomainRecord" not in Template(DOMAIN).all_resources()
    record = resource("DomainRecord", **DOMAIN, HostedZoneId="Z1")
    assert (record["HostedZoneId"], record["Name"], record["Type"]) == ("Z1", "jira.example.com", "A")
    assert record["AliasTarget"]["DNSName"] == output("DomainTarget", **DOMAIN)


def test_a_zone_without_a_domain_makes_nothing() -> None:
    assert "DomainRecord" not in Template({"HostedZoneId": "Z1"}).all_resources()


def test_a_domain_without_its_certificate_is_refused_before_anything_is_made() -> None:
    rule = WHOLE["Rules"]["DomainNeedsItsCertificate"]

    def holds(condition: object, **parameters: str) -> bool:
        return bool(value_of(condition, **parameters))

    (assertion,) = rule["Assertions"]
    assert not holds(rule["RuleCondition"])
    assert holds(rule["RuleCondition"], **DOMAIN)
    assert holds(assertion["Assert"], **DOMAIN)
    assert not holds(assertion["Assert"], DomainName="jira.example.com")


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("DomainName", "jira.example.com", True),
        ("DomainName", "https://jira.example.com", False),
        ("DomainName", "jira.example.com/x", False),
        ("DomainName", "JIRA.example.com", False),
        ("DomainName", "*.example.com", False),
        ("DomainPath", "connect", True),
        ("DomainPath", "apps/connect-1", True),
        ("DomainPath", "/connect", False),
        ("DomainPath", "connect/", False),
        ("DomainPath", "a b", False),
        ("DomainPath", "a%20b", False),
        ("CertificateArn", DOMAIN["CertificateArn"], True),
        ("CertificateArn", "c", False),
        ("HostedZoneId", "Z0123456789ABC", True),
        ("HostedZoneId", "/hostedzone/Z0123456789ABC", False),
        ("FurtherBaseUrls", ",".join(f"https://{n}.example.com" for n in range(5)), True),
        ("FurtherBaseUrls", ",".join(f"https://{n}.example.com" for n in range(6)), False),
        ("FurtherBaseUrls", "https://a.example.com/", False),
        ("FurtherBaseUrls", "https://*.example.com?x", False),
    ],
)
def test_what_a_parameter_may_be(name: str, value: str, *, taken: bool) -> None:
    pattern = PARAMETERS[name]["AllowedPattern"]
    assert (re.match(pattern, value) is not None) is taken
    assert re.match(pattern, "")
    assert PARAMETERS[name]["Default"] == ""


@pytest.mark.parametrize(
    ("parameters", "host", "path"),
    [
        ({}, "api-id.execute-api.us-east-1.amazonaws.com", "/atlassian-connect.json"),
        (DOMAIN, "jira.example.com", "/atlassian-connect.json"),
        (DOMAIN | {"DomainPath": "a/b"}, "jira.example.com", "/a/b/atlassian-connect.json"),
    ],
)
def test_the_probe_asks_for_the_descriptor_where_jira_does(
    parameters: dict[str, str], host: str, path: str
) -> None:
    config = resource("Probe", **parameters, OutsideProbe="ENABLED")["HealthCheckConfig"]
    assert (config["Type"], config["FullyQualifiedDomainName"], config["ResourcePath"]) == (
        "HTTPS",
        host,
        path,
    )
    assert f"https://{host}{path}" == output("DescriptorUrl", **parameters)
    assert len(config["Regions"]) >= 3


@pytest.mark.parametrize(("region", "seen"), [("us-east-1", True), ("eu-west-1", False)])
def test_the_probes_alarm_is_made_only_where_route_53_has_its_metrics(region: str, *, seen: bool) -> None:
    condition = WHOLE["Resources"]["AppIsNotReached"]["Condition"]
    both, here = WHOLE["Conditions"][condition]["Fn::And"]
    assert both == {"Condition": "IsProbed"}
    assert here == {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
    assert (region == here["Fn::Equals"][1]) is seen
    alarm = resource("AppIsNotReached", OutsideProbe="ENABLED", AlarmTopicArn="arn:topic")
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Route53", "HealthCheckStatus")
    assert alarm["Dimensions"] == [{"Name": "HealthCheckId", "Value": "Probe.Ref"}]
    assert (alarm["AlarmActions"], alarm["TreatMissingData"]) == (["arn:topic"], "notBreaching")


def test_the_access_log_says_by_which_domain_a_request_came() -> None:
    assert "$context.domainName" in WHOLE["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]


READ = """
import json, sys
from samcli.cli.types import CfnParameterOverridesType
json.dump(CfnParameterOverridesType().convert(json.load(sys.stdin), None, None), sys.stdout)
"""


def test_the_sam_cli_takes_an_empty_value_as_the_pages_write_it() -> None:
    pages = [
        (PROJECT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("deploying", "operating")
    ]
    written = sorted({value for page in pages for value in re.findall(r"`\"(\w+='')\"`", page)})
    read = subprocess.run(
        [PROJECT / ".venv" / "sam-cli" / "bin" / "python", "-c", READ],
        input=json.dumps(written),
        capture_output=True,
        text=True,
        check=True,
    )
    names = [value.partition("=")[0] for value in written]
    assert json.loads(read.stdout) == dict.fromkeys(names, "")
    assert {"BaseUrl", "DomainName", "FurtherBaseUrls"} <= set(names) <= PARAMETERS.keys()
