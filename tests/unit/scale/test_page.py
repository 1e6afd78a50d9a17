"""docs/growth.md: its tables are what the simulation makes, and its sentences what follows from the model."""

import re

import pytest

from bench.scale.model import Model
from bench.scale.page import PageHasNoSuchMark, at_rate, bill, filled, growth_row
from bench.scale.prices import idle_month
from bench.scale.simulation import simulate
from connect_jira.auth.tenants import REMEMBERED_SECONDS
from connect_jira.installations.sealing import OPENED_AT_MOST, OPENED_SECONDS
from connect_jira.worker.queue import LONGEST_DELAY_SECONDS
from connect_tools.project import PROJECT
from connect_tools.template import Template

PAGE = (PROJECT / "docs" / "growth.md").read_text(encoding="utf-8")
MODEL = Model()
TEMPLATE = Template({})
POOL, WORKERS, SENT_AGAIN_SECONDS, LAMBDA_QUOTA, KMS_QUOTA = 65_000, 10, 0.008, 1_000, 10_000


def test_a_table_takes_the_place_of_the_one_before() -> None:
    page = "a\n<!-- one -->\nold\n<!-- end -->\nb\n<!-- two -->\n<!-- end -->\n"

    assert filled(page, {"one": "| new |"}) == page.replace("old", "| new |")


def test_a_table_without_a_place_is_an_error() -> None:
    with pytest.raises(PageHasNoSuchMark):
        filled("nothing", {"one": "| new |"})


@pytest.mark.parametrize("rate", [1, 10])
def test_the_rows_of_the_smaller_loads_come_out_again(rate: int) -> None:
    assert f"| {' | '.join(growth_row(simulate(at_rate(rate))))} |" in PAGE, "run make scale WRITE=1"


def test_the_idle_month_comes_out_again() -> None:
    alarms = list(TEMPLATE.resources("AWS::CloudWatch::Alarm").values())

    assert bill(idle_month(MODEL, alarms=alarms)) in PAGE, "run make scale WRITE=1"


def test_the_model_is_what_the_template_and_the_layers_decide() -> None:
    (polled,) = TEMPLATE.event_sources()

    assert MODEL.batch_size == polled.batch_size
    assert MODEL.pollers == polled.maximum_concurrency
    assert (MODEL.row_seconds, MODEL.secret_seconds) == (REMEMBERED_SECONDS, OPENED_SECONDS)
    assert MODEL.secret_entries == OPENED_AT_MOST
    for function in ("WebhooksFunction", "JiraCallsFunction"):
        assert MODEL.memory_gb * 1024 == TEMPLATE.function(function)["MemorySize"]


def in_bill(formula: str) -> float:
    (found,) = re.findall(formula, PAGE)
    return float(found.replace(",", ""))


MESSAGE_SECONDS = in_bill(r"\| (\d+) ms of 0\.5 GB, most of them") / 1000
WEBHOOK_SECONDS = in_bill(r"\| ([\d.]+) ms of 0\.5 GB \|") / 1000
BULK_EDIT = 30 / (0.06 + WEBHOOK_SECONDS)
"""Webhooks a second: so many at a time, each with its way there and back."""


@pytest.mark.parametrize(
    ("words", "figure", "said", "within"),
    [
        ("18 calls a second, all sites together", POOL / 3600, 18, 0.5),
        ("31 messages a second", WORKERS / MESSAGE_SECONDS, 31, 0.5),
        (
            "1.1 million messages that wait",
            WORKERS * LONGEST_DELAY_SECONDS / SENT_AGAIN_SECONDS / 1e6,
            1.1,
            0.05,
        ),
        ("about 3,000 messages a second", LAMBDA_QUOTA / (MESSAGE_SECONDS + WEBHOOK_SECONDS), 3000, 50),
        ("5,000 webhooks a second, if nothing were remembered", KMS_QUOTA / 2, 5000, 0),
        ("One site's bulk edit sends about 400 a second", BULK_EDIT, 400, 20),
        ("all arrive within a minute", 20_000 / BULK_EDIT, 55, 5),
        ("need eleven minutes for them", 20_000 * MESSAGE_SECONDS / WORKERS / 60, 11, 0.5),
        ("ten calls, some three seconds", MODEL.batch_size * MESSAGE_SECONDS, 3, 0.3),
        ("100 messages a second need 40 workers", 100 * MESSAGE_SECONDS * 1.25, 40, 0.5),
        ("| one PUT | 1 | 18.1/s | 1.56 million a day |", POOL * 24 / 1e6, 1.56, 0.005),
        ("and one PUT | 3 | 6.0/s | 0.52 million a day |", POOL / 3 * 24 / 1e6, 0.52, 0.005),
        ("has room for five sites with a bulk edit", 2_000 / BULK_EDIT, 5, 0.5),
        ("eighteen times as many processes", MESSAGE_SECONDS / WEBHOOK_SECONDS, 18, 0.5),
        ("of 10,000 the largest sends 3.7 %", 100 / sum(rank**-0.8 for rank in range(1, 10_001)), 3.7, 0.05),
    ],
)
def test_a_figure_in_a_sentence_follows(words: str, figure: float, said: float, within: float) -> None:
    assert words in " ".join(PAGE.split())
    assert figure == pytest.approx(said, abs=within)


def test_the_throttle_on_the_page_is_the_templates() -> None:
    _, api = TEMPLATE.resource("Api")

    assert f"`ThrottlingRateLimit: {api['DefaultRouteSettings']['ThrottlingRateLimit']}`" in PAGE
