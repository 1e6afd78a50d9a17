"""The role that GitHub Actions deploys with: who can take it, and what it may do."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from connect_tools.project import PROJECT
from connect_tools.template import Template
from tests.infrastructure.test_deployers_policy import policy

FILE = PROJECT / "pipeline.yaml"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
OLD, NEW = "octo-org/octo-repo", "octo-org@123456/octo-repo@456789"
INLINE_POLICIES = 10_240
"""The most characters of all inline policies of a role, spaces left out:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def role(stage: str = "prod", repository: str = OLD, provider: str = PROVIDER) -> dict[str, Any]:
    parameters = {"Stage": stage, "Repository": repository, "StackName": f"connect-lambda-{stage}"}
    template = Template(parameters | {"GitHubProviderArn": provider}, FILE)
    found = template.resolve(
        template.resources("AWS::IAM::Role")["Role"], lambda name, what: f"{name}.{what}"
    )
    assert isinstance(found, dict)
    return found


def token(repository: str = OLD, **claims: str) -> dict[str, str]:
    """As GitHub's page on OpenID Connect has them; a job of an environment has no ref in its subject."""
    if "environment" in claims:
        subject = f"repo:{repository}:environment:{claims['environment']}"
    elif claims["ref"].startswith("refs/pull/"):
        subject = f"repo:{repository}:pull_request"
    else:
        subject = f"repo:{repository}:ref:{claims['ref']}"
    return {"aud": "sts.amazonaws.com", "sub": subject, **claims}


def takes(trust: dict[str, Any], claims: dict[str, str]) -> bool:
    """Return whether a token fulfils each condition; a claim that is not there fulfils none."""
    (statement,) = trust["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRoleWithWebIdentity")
    assert set(statement["Condition"]) == {"StringEquals", "StringLike"}
    issuer = "token.actions.githubusercontent.com:"
    return all(
        key.startswith(issuer)
        and (value := claims.get(key.removeprefix(issuer))) is not None
        and (value == wanted if operator == "StringEquals" else fnmatchcase(value, wanted))
        for operator, conditions in statement["Condition"].items()
        for key, wanted in conditions.items()
    )


@pytest.mark.parametrize("repository", [OLD, NEW])
def test_main_takes_the_role_of_dev_and_a_tag_that_of_prod(repository: str) -> None:
    dev, prod = (role(stage, repository)["AssumeRolePolicyDocument"] for stage in ("dev", "prod"))
    of_main = token(repository, environment="dev", ref="refs/heads/main")
    of_a_tag = token(repository, environment="prod", ref="refs/tags/v1.2.0")

    assert takes(dev, of_main)
    assert takes(prod, of_a_tag)
    assert not takes(dev, of_a_tag)
    assert not takes(prod, of_main)


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize(
    "claims",
    [
        token("stranger/octo-repo", environment="STAGE", ref="REF"),
        token("octo-org/octo-repo-2", environment="STAGE", ref="REF"),
        token("octo-org@666/octo-repo@456789", environment="STAGE", ref="REF"),
        token("octo-org@123456/octo-repo@666", environment="STAGE", ref="REF"),
        token(environment="STAGE", ref="refs/heads/another"),
        token(environment="STAGE", ref="refs/heads/main2"),
        token(environment="STAGE", ref="refs/heads/v1.2.0"),
        token(environment="STAGE", ref="refs/pull/7/merge"),
        token(environment="STAGE2", ref="REF"),
        token(environment="forge-production", ref="REF"),
        token(ref="REF"),
        token(ref="refs/pull/7/merge"),
        token(environment="STAGE", ref="REF") | {"aud": "https://github.com/octo-org"},
        {key: value for key, value in token(environment="STAGE", ref="REF").items() if key != "ref"},
    ],
    ids=lambda claims: f"{claims['sub']} {claims.get('ref')} {claims['aud']}",
)
def test_no_fork_no_other_branch_and_no_other_job_takes_it(stage: str, claims: dict[str, str]) -> None:
    ref = {"dev": "refs/heads/main", "prod": "refs/tags/v1.2.0"}[stage]
    filled = {key: value.replace("STAGE", stage).replace("REF", ref) for key, value in claims.items()}
    trusted = NEW if "@" in claims["sub"] else OLD

    assert takes(role(stage, trusted)["AssumeRolePolicyDocument"], token(trusted, environment=stage, ref=ref))
    assert not takes(role(stage, trusted)["AssumeRolePolicyDocument"], filled)


@pytest.mark.parametrize("provider", [PROVIDER, ""])
def test_only_github_is_believed(provider: str) -> None:
    (statement,) = role(provider=provider)["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Federated": provider or "GitHubProvider.Ref"}
    made = Template({}, FILE).resources("AWS::IAM::OIDCProvider")["GitHubProvider"]
    assert made == {
        "Url": "https://token.actions.githubusercontent.com",
        "ClientIdList": ["sts.amazonaws.com"],
    }


@pytest.mark.parametrize(
    ("repository", "taken"),
    [(OLD, True), (NEW, True), ("*/*", False), ("octo-org/*", False), ("octo-org@1/octo-repo", False)],
)
def test_a_repository_is_one_repository(repository: str, *, taken: bool) -> None:
    pattern = re.search(
        r"  Repository:\n(?:    .*\n)*?    AllowedPattern: \"(.*)\"\n", FILE.read_text("utf-8")
    )
    assert pattern is not None
    assert bool(re.match(pattern[1], repository)) is taken


def test_it_may_do_what_docs_deploying_says_that_a_deployer_needs() -> None:
    of_docs = [{**statement, "Action": sorted(statement["Action"])} for statement in policy()["Statement"]]
    of_role = [{**statement, "Action": sorted(statement["Action"])} for statement in inline("deploy")]
    said = "pipeline.yaml and the policy in docs/deploying.md differ: change both"
    assert json.loads(json.dumps(of_role).replace("connect-lambda-prod-*", "connect-lambda-*")) == of_docs, (
        said
    )


def test_it_may_do_what_docs_operating_says_that_the_smoke_test_needs() -> None:
    page = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    section = page.partition("\n## Is a deployment whole?\n")[2].partition("\n## ")[0]
    needed = set(re.findall(r"`([a-z]+:[A-Z]\w+)`", section.partition("\nIAM: ")[2]))
    granted = {action for statement in inline("deploy") for action in statement["Action"]}

    assert needed
    assert {statement["Action"] for statement in inline("smoke")} == needed - granted


def test_its_policies_are_short_enough_for_a_role() -> None:
    documents = [one["PolicyDocument"] for one in role()["Policies"]]
    assert sum(len(json.dumps(one, separators=(",", ":"))) for one in documents) <= INLINE_POLICIES


def test_it_cannot_change_itself() -> None:
    arn = f"arn:aws:iam::123456789012:role{role()['Path']}connect-lambda-prod-Role-1"
    reached = [
        statement["Resource"]
        for statement in inline("deploy")
        if any(action.startswith("iam:") for action in statement["Action"])
    ]
    assert reached
    assert not any(fnmatchcase(arn, resource) for resource in reached)


def inline(name: str) -> list[dict[str, Any]]:
    (document,) = (one["PolicyDocument"] for one in role()["Policies"] if one["PolicyName"] == name)
    statements: list[dict[str, Any]] = document["Statement"]
    return statements
