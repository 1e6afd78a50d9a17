"""What AWS and Atlassian allow by default, with the page that says so, as of November 2026."""

from dataclasses import dataclass

_AWS = "https://docs.aws.amazon.com"


@dataclass(frozen=True, slots=True)
class Quota:
    """One limit.

    Attributes:
        name: of what
        allowed: how much
        unit: of that
        source: the page
    """

    name: str
    allowed: float
    unit: str
    source: str


_KMS_PAGE = f"{_AWS}/kms/latest/developerguide/requests-per-second.html"
_DYNAMODB_PAGE = f"{_AWS}/amazondynamodb/latest/developerguide/ServiceQuotas.html"
_API_PAGE = f"{_AWS}/apigateway/latest/developerguide/limits.html"
_JIRA_PAGE = "https://developer.atlassian.com/cloud/jira/platform/rate-limiting/"

KMS_REGIONS = {
    "us-east-1, us-west-2, eu-west-1": 100_000,
    "us-east-2, ap-southeast-1, ap-southeast-2, ap-northeast-1, eu-central-1, eu-west-2": 20_000,
    "every other region": 10_000,
}
"""Symmetric cryptographic operations a second, by region, all uses of the account together."""

KMS = Quota("KMS, symmetric operations, smallest regions", 10_000, "a second", _KMS_PAGE)
DYNAMODB_READS = Quota("DynamoDB on demand, read units of one table", 40_000, "a second", _DYNAMODB_PAGE)
DYNAMODB_WRITES = Quota("DynamoDB on demand, write units of one table", 40_000, "a second", _DYNAMODB_PAGE)
CONCURRENCY = Quota(
    "Lambda, environments at work", 1_000, "at once", f"{_AWS}/lambda/latest/dg/gettingstarted-limits.html"
)
API = Quota("API Gateway, requests, whole account", 10_000, "a second", _API_PAGE)
POOL_POINTS = Quota("Jira, points of an app in Tier 1, all sites together", 65_000, "an hour", _JIRA_PAGE)
TENANT_POINTS = Quota(
    "Jira, points of an app in Tier 2, one Standard site of 100 users", 101_000, "an hour", _JIRA_PAGE
)
