"""The descriptor of each stage."""

import sys
from pathlib import Path

import pytest

from connect_jira.descriptor import at_base_url, load_descriptor, webhook_events

STAGES = [("prod", "", ""), ("dev", "-dev", " (dev)"), ("staging", "-staging", " (staging)")]


@pytest.mark.parametrize(("stage", "key_suffix", "name_suffix"), STAGES)
def test_each_stage_is_an_app_of_its_own(
    environment: dict[str, str], stage: str, key_suffix: str, name_suffix: str
) -> None:
    production = load_descriptor(environment)
    descriptor = load_descriptor({**environment, "STAGE": stage})
    assert descriptor["key"] == production["key"] + key_suffix
    assert descriptor["name"] == production["name"] + name_suffix


def test_it_is_found_on_pythons_path_where_its_layer_is_not_unpacked_into_opt(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(environment["DESCRIPTOR_PATH"])
    monkeypatch.setattr(sys, "path", ["/nowhere", str(file.parent)])
    in_a_layer = {**environment, "DESCRIPTOR_PATH": f"/opt/{file.name}"}
    assert load_descriptor(in_a_layer) == load_descriptor(environment)


@pytest.mark.parametrize("path", ["/opt/another.json", "/var/task/atlassian-connect.json"])
def test_a_descriptor_that_is_not_there_is_looked_for_nowhere_else(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(sys, "path", [str(Path(environment["DESCRIPTOR_PATH"]).parent)])
    with pytest.raises(FileNotFoundError, match=path):
        load_descriptor({**environment, "DESCRIPTOR_PATH": path})


def test_served_it_has_the_base_url_and_no_placeholder(environment: dict[str, str]) -> None:
    descriptor = at_base_url(load_descriptor(environment), "https://api.example.com/prod")
    assert descriptor["baseUrl"] == "https://api.example.com/prod"
    assert descriptor["links"]["self"] == "https://api.example.com/prod/atlassian-connect.json"
    assert "{{" not in repr(descriptor)


def test_a_variable_of_jiras_own_in_a_url_is_left_alone() -> None:
    url = "/panel?issue=${issue.key}"
    filled = at_base_url({"baseUrl": "{{baseUrl}}", "url": url, "n": [1, None]}, "https://a.example.com")
    assert filled == {"baseUrl": "https://a.example.com", "url": url, "n": [1, None]}


def test_webhooks_are_known_by_their_path() -> None:
    webhooks = [
        {"event": "jira:issue_created", "url": "/webhooks/issue?key=${issue.key}"},
        {"event": "jira:issue_updated", "url": "/webhooks/issue"},
        {"event": "comment_created", "url": "webhooks/comment"},
        {"event": "comment_created", "url": "/webhooks/comment?of=others", "filter": "project = OPS"},
    ]
    assert webhook_events({"modules": {"webhooks": webhooks}}) == {
        "/webhooks/issue": ["jira:issue_created", "jira:issue_updated"],
        "/webhooks/comment": ["comment_created"],
    }
    assert webhook_events({}) == {}
    assert webhook_events({"modules": {"webhooks": webhooks[1]}}) == {
        "/webhooks/issue": ["jira:issue_updated"]
    }
