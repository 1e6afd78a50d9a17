"""Requests to AWS per event, counted as the built function sends them."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.aws_calls import CALL, FORGE_EVENT, FORGE_INSTALL, INSTALL, REACTION, WEBHOOK, count
from bench.lambdas import Lambdas, lambdas_python
from bench.stand_ins import Aws, Site
from bench.trust import Trust
from connect_tools.aws_environment import forget_real_aws

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="AWS's runtime client is for Linux"),
    pytest.mark.xdist_group("built"),  # which takes long enough to be made only once
]


@pytest.fixture(scope="module", params=["direct", "boto3"])
def counted(
    request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Counter[str]]:
    forget_real_aws()
    folder = tmp_path_factory.mktemp("calls")
    trust = Trust(folder)
    with Aws(trust) as aws, Site(trust) as site:
        return count(Lambdas(built, lambdas_python(folder), trust, aws, site, request.param))


def test_a_warm_webhook_is_put_on_the_queue_and_nothing_is_read(counted: dict[str, Counter[str]]) -> None:
    assert counted[f"{WEBHOOK}, next"] == {"sqs:SendMessage": 1}


def test_the_first_webhook_of_a_site_in_a_process_is_one_read_and_one_opened_secret_more(
    counted: dict[str, Counter[str]],
) -> None:
    once = {"dynamodb:GetItem": 1, "kms:Decrypt": 1, "sqs:SendMessage": 1}
    assert counted[f"{WEBHOOK}, first"] == once


def test_an_install_is_read_once_sealed_once_written_once_and_told_to_the_apps_functions(
    counted: dict[str, Counter[str]],
) -> None:
    once = {"dynamodb:GetItem": 1, "kms:Encrypt": 1, "sqs:SendMessage": 1, "dynamodb:PutItem": 1}
    assert counted[f"{INSTALL}, first"] == once | {"key host": 1, "dynamodb:UpdateItem": 1}
    assert counted[f"{INSTALL}, next"] == {"dynamodb:GetItem": 1}


def test_a_warm_signed_call_asks_nothing_of_aws(counted: dict[str, Counter[str]]) -> None:
    assert not counted[f"{CALL}, next"]


def test_a_webhook_that_is_worked_off_is_recorded_before_and_after(counted: dict[str, Counter[str]]) -> None:
    assert counted[f"{REACTION}, next"] == {"dynamodb:UpdateItem": 2}
    reads = counted[f"{REACTION}, first"]["dynamodb:GetItem"]
    assert reads == 3, "the installation, the site's troubles, and whether it was purged"


def test_an_install_by_forge_is_read_once_sealed_once_written_once_and_has_its_site_looked_for(
    counted: dict[str, Counter[str]],
) -> None:
    once = {
        "key host": 1,
        "dynamodb:GetItem": 1,
        "kms:GenerateDataKey": 1,
        "dynamodb:PutItem": 1,
        "sqs:SendMessage": 2,
    }
    assert counted[f"{FORGE_INSTALL}, first"] == once
    assert counted[f"{FORGE_INSTALL}, next"] == {"dynamodb:GetItem": 1}


def test_an_event_of_forge_is_one_read_and_put_on_the_queue(counted: dict[str, Counter[str]]) -> None:
    assert counted[f"{FORGE_EVENT}, first"] == {"key host": 1, "dynamodb:GetItem": 1, "sqs:SendMessage": 1}
    assert counted[f"{FORGE_EVENT}, next"] == {"dynamodb:GetItem": 1, "sqs:SendMessage": 1}
