"""Descriptors that Jira would install."""

from typing import Any

import pytest

from connect_local.jira.apps import url_of
from connect_tools.descriptor import DescriptorInvalid, read_descriptor

GOOD: dict[str, Any] = {
    "key": "com.example.app",
    "name": "Example",
    "baseUrl": "https://app.example/prod",
    "authentication": {"type": "jwt"},
    "scopes": ["read", "WRITE"],
    "lifecycle": {"installed": "/installed", "dare-migration": "/later"},
    "modules": {
        "webhooks": [
            {"event": "comment_created", "url": "/comment?a=1"},
            {"event": "comment_deleted", "url": "/deleted", "excludeBody": True},
        ],
        "generalPages": [{"key": "main", "name": {"value": "Main"}, "url": "/main?a=1"}],
        "adminPages": [{"key": "admin", "name": {"value": "Admin"}, "url": "/admin"}],
        "webPanels": "what nobody shows here",
    },
    "something": "new",
}


def test_a_good_descriptor_is_read() -> None:
    descriptor = read_descriptor(GOOD)
    assert descriptor.key == "com.example.app"
    assert descriptor.base_url == "https://app.example/prod"
    assert descriptor.scopes == {"READ", "WRITE"}
    assert descriptor.lifecycle == {"installed": "/installed"}
    assert [(webhook.event, webhook.url, webhook.excludes_body) for webhook in descriptor.webhooks] == [
        ("comment_created", "/comment?a=1", False),
        ("comment_deleted", "/deleted", True),
    ]
    assert [(page.key, page.name, page.url, page.for_admins) for page in descriptor.pages] == [
        ("main", "Main", "/main?a=1", False),
        ("admin", "Admin", "/admin", True),
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"key": None}, "key"),
        ({"key": ""}, "key"),
        ({"key": "com example"}, "key"),
        ({"key": "a" * 81}, "key"),
        ({"key": "com.example\n"}, "key"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": "n" * 81}, "name"),
        ({"baseUrl": None}, "baseUrl"),
        ({"baseUrl": "app.example"}, "baseUrl"),
        ({"baseUrl": "ftp://app.example"}, "baseUrl"),
        ({"baseUrl": "https://"}, "baseUrl"),
        ({"baseUrl": "https://app.example?a=1"}, "baseUrl"),
        ({"baseUrl": "https://[app"}, "baseUrl"),
        ({"baseUrl": "https://app.example/" + "a" * 200}, "baseUrl"),
        ({"authentication": None}, "authentication.type"),
        ({"authentication": {"type": "none"}}, "authentication.type"),
        ({"scopes": "READ"}, "scopes"),
        ({"scopes": ["RAED"]}, "scopes"),
        ({"scopes": []}, "READ"),
        ({"lifecycle": []}, "lifecycle"),
        ({"lifecycle": {"enabled": "/enabled"}}, "lifecycle.installed"),
        ({"lifecycle": {"installed": "https://app.example/installed"}}, "lifecycle.installed"),
        ({"lifecycle": {"installed": "//elsewhere.example/installed"}}, "lifecycle.installed"),
        ({"lifecycle": {"installed": "/installed", "disabled": 1}}, "lifecycle.disabled"),
        ({"modules": []}, "modules"),
        ({"modules": {"webhooks": {}}}, "modules.webhooks"),
        ({"modules": {"webhooks": [{"url": "/a"}]}}, "event"),
        ({"modules": {"webhooks": [{"event": "a", "url": ""}]}}, "modules.webhooks[].url"),
        ({"modules": {"webhooks": ["/a"]}}, "modules.webhooks"),
        ({"modules": {"generalPages": [{"name": {"value": "A"}, "url": "/a"}]}}, "key"),
        ({"modules": {"generalPages": [{"key": "a b", "name": {"value": "A"}, "url": "/a"}]}}, "key"),
        ({"modules": {"generalPages": [{"key": "a", "name": "A", "url": "/a"}]}}, "name.value"),
        ({"modules": {"adminPages": [{"key": "a", "name": {"value": "A"}, "url": 1}]}}, "adminPages[].url"),
    ],
)
def test_a_bad_descriptor_is_refused_in_one_sentence(change: dict[str, Any], named: str) -> None:
    with pytest.raises(DescriptorInvalid) as refused:
        read_descriptor(GOOD | change)
    sentence = str(refused.value)
    assert named in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_descriptor_is_an_object() -> None:
    with pytest.raises(DescriptorInvalid):
        read_descriptor(["com.example.app"])


def test_urls_are_joined_by_one_slash_and_one_module_may_stand_for_a_list() -> None:
    descriptor = read_descriptor(
        GOOD
        | {
            "baseUrl": "https://app.example/prod/",
            "lifecycle": {"installed": "installed"},
            "modules": {
                "webhooks": [{"event": "comment_created", "url": "comment?at=http://a"}],
                "adminPages": {"key": "a", "name": {"value": "A"}, "url": "admin?project=${project.id}"},
            },
        }
    )
    assert url_of(descriptor, descriptor.lifecycle["installed"]) == "https://app.example/prod/installed"
    assert descriptor.webhooks[0].url == "/comment?at=http://a"
    assert descriptor.pages[0].url == "/admin?project=${project.id}"


def test_an_app_without_a_name_is_called_by_its_key() -> None:
    assert read_descriptor({name: GOOD[name] for name in GOOD if name != "name"}).name == GOOD["key"]


def test_what_only_this_project_wants_is_not_said_in_jiras_name() -> None:
    with pytest.raises(DescriptorInvalid, match=r"^This project wants"):
        read_descriptor(GOOD | {"authentication": {"type": "none"}})


PLACEHOLDERS = {
    "Express's base URL": ({"baseUrl": "{{localBaseUrl}}"}, "{{localBaseUrl}}", "Express"),
    "Express's key": ({"key": "{{appKey}}"}, "{{appKey}}", "Express"),
    "Express's environment": ({"key": "com.example.{{environment}}"}, "{{environment}}", "Express"),
    "Spring Boot's base URL": ({"baseUrl": "${addon.base-url}"}, "${addon.base-url}", "Spring Boot"),
    "Spring Boot's key": ({"key": "${addon.key}"}, "${addon.key}", "Spring Boot"),
    "a path of Spring Boot's": (
        {"lifecycle": {"installed": "${a.url}"}},
        "lifecycle.installed",
        "Spring Boot",
    ),
    "a page below Express's base URL": (
        {"modules": {"webhooks": [{"event": "a", "url": "{{localBaseUrl}}/a"}]}},
        "modules.webhooks[].url",
        "Express",
    ),
    "another's": ({"baseUrl": "{{ .BaseURL }}"}, "{{ .BaseURL }}", "a placeholder"),
    "this project's": ({"baseUrl": "{{baseUrl}}"}, "{{baseUrl}}", "this project"),
}


@pytest.mark.parametrize(("change", "named", "whose"), PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_a_placeholder_is_named_with_whose_it_is(change: dict[str, Any], named: str, whose: str) -> None:
    with pytest.raises(DescriptorInvalid) as refused:
        read_descriptor(GOOD | change)
    assert named in str(refused.value)
    assert whose in str(refused.value)
