"""The sample events of Forge, with a token that is fresh, on a stack of their own."""

from http import HTTPStatus

import pytest

from connect_local.jira.forge.manifests import load_manifest
from connect_local.laptop.stack import LaptopStack
from tests.e2e.forge import manifest
from tests.e2e.test_events import EVENTS, event_of, invoke


@pytest.mark.parametrize("name", [file.stem for file in EVENTS if file.stem.startswith("forge-")])
def test_a_sample_of_forge_with_a_fresh_token_is_taken(stack: LaptopStack, name: str) -> None:
    assert stack.jira is not None
    forge, document = stack.jira.forge, manifest(stack, connect=False)
    app = forge.add(stack.jira.tenants.default, load_manifest(document))
    event = event_of(name)
    event["headers"]["authorization"] = f"Bearer {forge.token_for(app)}"
    assert invoke(stack, name, event)["statusCode"] == HTTPStatus.NO_CONTENT
