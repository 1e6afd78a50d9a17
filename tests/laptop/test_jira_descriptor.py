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
        "jiraReports": [
            {"key": "report", "name": {"value": "R"}, "description": {"value": "R"}, "url": "/r", "new": 1}
        ],
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


MISSING = "it is missing."
PANEL = {"key": "p", "name": {"value": "P"}, "url": "/p", "location": "jira.issue.tools"}

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"key": None}, "key", "it must be a string, not null."),
    ({"key": ""}, "key", '"" is more than letters, digits, dots, hyphens and underscores.'),
    ({"key": "com example"}, "key", "digits, dots, hyphens and underscores."),
    ({"key": "a" * 81}, "key", "it is 81 characters long, and 80 is the most."),
    ({"key": "com.example\n"}, "key", "digits, dots, hyphens and underscores."),
    ({"name": None}, "name", "it must be a string, not null."),
    ({"name": ""}, "name", "it is empty."),
    ({"name": "n" * 81}, "name", "it is 81 characters long, and 80 is the most."),
    ({"description": "d" * 1401}, "description", "1400 is the most."),
    ({"baseUrl": None}, "baseUrl", "it must be a string, not null."),
    ({"baseUrl": "app.example"}, "baseUrl", '"app.example" is no http or https URL.'),
    ({"baseUrl": "ftp://app.example"}, "baseUrl", "no http or https URL."),
    ({"baseUrl": "https://"}, "baseUrl", "no http or https URL."),
    ({"baseUrl": "https://app.example?a=1"}, "baseUrl", "without a query."),
    ({"baseUrl": "https://[app"}, "baseUrl", "it is not a URL."),
    ({"baseUrl": "https://app.example/" + "a" * 200}, "baseUrl", "200 is the most."),
    ({"authentication": None}, "authentication", "it must be an object, not null."),
    ({"authentication": {"type": "none"}}, "authentication.type", "who sent a request."),
    (
        {"authentication": {"type": "oauth"}},
        "authentication.type",
        'it must be "jwt" or "none", not "oauth".',
    ),
    ({"apiMigrations": {"gdpr": "yes"}}, "apiMigrations.gdpr", 'true or false, not "yes".'),
    ({"scopes": ["RAED", "READ"]}, "scopes[0]", 'not "RAED". Did you mean "read"?'),
    ({"scopes": []}, "scopes", "an app with webhooks needs the READ scope."),
    ({"lifecycle": []}, "lifecycle", "it must be an object, not []."),
    ({"lifecycle": {"enabled": "/enabled"}}, "lifecycle.installed", "that is given its secret."),
    ({"lifecycle": {"installed": "https://app.example/installed"}}, "lifecycle.installed", "/pages/main."),
    ({"lifecycle": {"installed": "//elsewhere.example/installed"}}, "lifecycle.installed", "/pages/main."),
    ({"lifecycle": {"installed": "/a/../../b"}}, "lifecycle.installed", "it leaves baseUrl by its `..`."),
    ({"lifecycle": {"installed": "/a", "disabled": 1}}, "lifecycle.disabled", "it must be a string, not 1."),
    ({"modules": []}, "modules", "it must be an object, not []."),
    ({"modules": {"webhooks": {}}}, "modules.webhooks", "it must be a list, not {}."),
    ({"modules": {"configurePage": []}}, "modules.configurePage", "it must be an object, not []."),
    ({"modules": {"webhook": []}}, "modules.webhook", 'Did you mean "webhooks"?'),
    ({"modules": {"webhooks": [{"url": "/a"}]}}, "modules.webhooks[0].event", MISSING),
    (
        {"modules": {"webhooks": [{"event": "issue_created", "url": "/a"}]}},
        "modules.webhooks[0].event",
        'Jira has no event "issue_created". Did you mean "jira:issue_created"?',
    ),
    (
        {"modules": {"webhooks": [{"event": "jira:issue_update", "url": "/a"}]}},
        "modules.webhooks[0].event",
        'Did you mean "jira:issue_updated"?',
    ),
    (
        {"modules": {"webhooks": [{"event": "nothing.like.it", "url": "/a"}]}},
        "modules.webhooks[0].event",
        'Jira has no event "nothing.like.it".',
    ),
    (
        {"modules": {"webhooks": [{"event": "comment_created", "url": ""}]}},
        "modules.webhooks[0].url",
        "such as /pages/main.",
    ),
    ({"modules": {"webhooks": ["/a"]}}, "modules.webhooks[0]", 'it must be an object, not "/a".'),
    (
        {"modules": {"generalPages": [{"name": {"value": "A"}, "url": "/a"}]}},
        "modules.generalPages[0].key",
        MISSING,
    ),
    (
        {"modules": {"generalPages": [{"key": "a b", "name": {"value": "A"}, "url": "/a"}]}},
        "modules.generalPages[0].key",
        '"a b" is more than letters, digits and hyphens.',
    ),
    (
        {"modules": {"generalPages": [{"key": "a", "name": "A", "url": "/a"}]}},
        "modules.generalPages[0].name",
        'it must be an object, not "A".',
    ),
    (
        {"modules": {"generalPages": [{"key": "a", "name": {}, "url": "/a"}]}},
        "modules.generalPages[0].name.value",
        MISSING,
    ),
    (
        {"modules": {"adminPages": [{"key": "a", "name": {"value": "A"}, "url": 1}]}},
        "modules.adminPages[0].url",
        "it must be a string, not 1.",
    ),
    (
        {"modules": {"webPanels": [PANEL | {"location": "jira.isue.tools"}]}},
        "modules.webPanels[0].location",
        'Jira has no place "jira.isue.tools" for it. Did you mean "jira.issue.tools"?',
    ),
    (
        {"modules": {"webPanels": [PANEL | {"conditions": [{"condition": "user_is_admn"}]}]}},
        "modules.webPanels[0].conditions[0].condition",
        'Did you mean "user_is_admin"?',
    ),
    (
        {"modules": {"webPanels": [PANEL | {"conditions": [{"or": [{"invert": True}]}]}]}},
        "modules.webPanels[0].conditions[0].or[0]",
        "it names no condition.",
    ),
    (
        {"modules": {"webPanels": [PANEL, PANEL | {"key": "q"}, PANEL]}},
        "modules.webPanels[2].key",
        '"p" is the key of modules.webPanels[0], too: each module needs its own.',
    ),
]


@pytest.mark.parametrize(("change", "path", "reason"), BAD)
def test_a_bad_descriptor_is_refused_for_one_reason_at_its_path(
    change: dict[str, Any], path: str, reason: str
) -> None:
    with pytest.raises(DescriptorInvalid) as refused:
        read_descriptor(GOOD | change)
    (fault,) = refused.value.faults
    assert fault.path == path
    assert fault.reason.endswith(reason)
    assert "\n" not in str(fault)


def test_scopes_that_are_no_list_are_refused() -> None:
    with pytest.raises(DescriptorInvalid) as refused:
        read_descriptor(GOOD | {"scopes": "READ"})
    assert [str(fault) for fault in refused.value.faults] == ['scopes: it must be a list, not "READ".']


def test_all_faults_are_said_at_once_in_the_order_of_their_paths() -> None:
    webhooks = [{"event": "comment_created", "url": "/a"} for _ in range(11)]
    webhooks[2] = {"event": "comment_create", "url": "https://elsewhere.example/a"}
    webhooks[10] = {"event": "comment_created", "url": ".."}
    with pytest.raises(DescriptorInvalid) as refused:
        read_descriptor(GOOD | {"key": "a b", "modules": {"webhooks": webhooks, "pages": []}, "scopes": []})
    assert [fault.path for fault in refused.value.faults] == [
        "key",
        "modules.pages",
        "modules.webhooks[2].event",
        "modules.webhooks[2].url",
        "modules.webhooks[10].url",
        "scopes",
    ]


def test_a_descriptor_is_an_object() -> None:
    with pytest.raises(DescriptorInvalid):
        read_descriptor(["com.example.app"])


def test_urls_are_joined_by_one_slash() -> None:
    descriptor = read_descriptor(
        GOOD
        | {
            "baseUrl": "https://app.example/prod/",
            "lifecycle": {"installed": "installed"},
            "modules": {
                "webhooks": [{"event": "comment_created", "url": "comment?at=http://a"}],
                "adminPages": [{"key": "a", "name": {"value": "A"}, "url": "admin?project=${project.id}"}],
            },
        }
    )
    assert url_of(descriptor, descriptor.lifecycle["installed"]) == "https://app.example/prod/installed"
    assert descriptor.webhooks[0].url == "/comment?at=http://a"
    assert descriptor.pages[0].url == "/admin?project=${project.id}"


def test_an_app_without_a_name_is_called_by_its_key() -> None:
    assert read_descriptor({name: GOOD[name] for name in GOOD if name != "name"}).name == GOOD["key"]


def test_what_only_this_project_wants_is_not_said_in_jiras_name() -> None:
    with pytest.raises(DescriptorInvalid, match=r"^authentication.type: this project wants"):
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
        {"modules": {"webhooks": [{"event": "comment_created", "url": "{{localBaseUrl}}/a"}]}},
        "modules.webhooks[0].url",
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
