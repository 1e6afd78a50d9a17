import pytest

from bench.scale.load import shares
from bench.scale.parameters import Load, Parameters, ParameterUnknown
from connect_jira.auth.tenants import REMEMBERED_SECONDS
from connect_jira.installations.secret_sealing import OPENED_AT_MOST, OPENED_SECONDS
from connect_jira.worker.queue import LONGEST_DELAY_SECONDS, LONGEST_HIDDEN_SECONDS
from connect_tools.template import Template


def test_a_value_is_changed_and_the_rest_stays() -> None:
    changed = Parameters().changed("seed = 5\nload.tenants = 7\nload.skew = 1")

    assert (changed.seed, changed.load.tenants, changed.load.skew) == (5, 7, 1.0)
    assert changed.load.deliveries_at_once == Parameters().load.deliveries_at_once


@pytest.mark.parametrize(
    "text", ["load.sites = 1", "load.tenants = 'many'", "load.tenants = 1.5", "load", "fair = true"]
)
def test_what_is_no_parameter_is_refused(text: str) -> None:
    with pytest.raises(ParameterUnknown):
        Parameters().changed(text)


def test_sites_share_the_load_as_zipf_says() -> None:
    parts = shares(Load(tenants=3, skew=1.0))

    assert parts.tolist() == pytest.approx([6 / 11, 3 / 11, 2 / 11])


def test_what_the_template_and_the_layers_decide_is_as_they_have_it() -> None:
    model = Parameters()
    template = Template({"WorkerConcurrency": str(model.queue.maximum_concurrency)})
    _, api = template.resource("Api")
    (polled,) = template.event_sources()

    throttle = api["DefaultRouteSettings"]
    assert model.api.requests_per_second == throttle["ThrottlingRateLimit"]
    assert model.api.burst == throttle["ThrottlingBurstLimit"]
    assert model.queue.batch_size == polled.batch_size
    assert model.queue.maximum_concurrency == polled.maximum_concurrency
    assert model.queue.longest_hidden_seconds == LONGEST_HIDDEN_SECONDS
    assert model.queue.longest_delay_seconds == LONGEST_DELAY_SECONDS
    assert model.memory.row_seconds == REMEMBERED_SECONDS
    assert model.memory.secret_seconds == OPENED_SECONDS
    assert model.memory.secret_entries == OPENED_AT_MOST
    for function in ("WebhooksFunction", "JiraCallsFunction"):
        assert model.aws_lambda.memory_gb * 1024 == template.function(function)["MemorySize"]
