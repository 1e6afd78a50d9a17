"""Outcome of `sam deploy`: functions that start, and a descriptor where the output says."""

from http import HTTPStatus

import pytest
import urllib3

from connect_tools.template import Template
from tests.rehearsal.rehearsed_stack import RehearsedStack

SECONDS = 60


def test_the_output_descriptor_url_is_answered(stack: RehearsedStack) -> None:
    url = stack.cloud.outputs()["DescriptorUrl"]
    answer = urllib3.request("GET", url, retries=False, timeout=SECONDS)
    assert answer.status == HTTPStatus.OK
    assert answer.json()["baseUrl"] == stack.base_url
    assert answer.json()["key"].endswith("-dev")


@pytest.mark.parametrize("function", sorted(Template({}).resources("AWS::Serverless::Function")))
def test_every_function_starts(stack: RehearsedStack, function: str) -> None:
    """It may refuse an empty event; but a handler, a variable or a package that is missing shows here."""
    said = stack.functions[function].invoke(b"{}").payload.decode()
    assert "Worker init failed" not in said
