"""docs/reference.md is what the code says, and each of its examples runs."""

import inspect
import re
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any
from unittest.mock import create_autospec

import pytest

from connect_build import reference
from connect_jira.app.event import Event
from connect_jira.app.functions import Work
from connect_jira.app.pages import ApiRequest, Pages
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site, work_name
from connect_jira.auth.page_context import PageContext, PageIssue, PageProject
from connect_jira.auth.page_requests import SiteInstallation
from connect_jira.auth.user_permissions import UserPermissions
from connect_jira.events.hook_call import Hook
from connect_jira.installations.activity import Activity
from connect_jira.jira.errors import JiraForbidden
from connect_jira.jira.response import JiraResponse
from connect_jwt.identity import AppKey
from connect_local.testing import payloads
from connect_local.testing.failures import NotSubscribed
from connect_local.testing.jira import Jira
from functions.jira_calls.reactions import reactions as shipped
from tests.reference import examples

EXAMPLES = [getattr(examples, name) for name in reference.examples()]
BEYOND_THE_SHIPPED_SCOPES = {"show_JiraClient__delete", "show_AppProperties__delete"}
PAYLOAD = {"issue": {"id": "10001", "key": "EX-1", "fields": {"summary": "Tea"}}}


def test_the_page_is_what_the_code_says() -> None:
    assert reference.REFERENCE.read_text(encoding="utf-8") == reference.page(), "run make reference"


@pytest.mark.parametrize(
    "function", [Jira.issue, Jira.edit, Jira.fail, payloads.issue_updated, payloads.event]
)
def test_a_signature_shows_what_takes_any_names(function: Callable[..., object]) -> None:
    any_names = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.VAR_KEYWORD]
    signature = re.search(
        rf"```python\n({function.__name__}\(.*?\) ->)",
        reference.REFERENCE.read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert signature
    assert re.findall(r"\*\*(\w+)", signature[1]) == any_names


def test_a_type_in_a_table_is_escaped_once() -> None:
    assert "\\\\|" not in reference.REFERENCE.read_text(encoding="utf-8")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__.removeprefix("show_"))
def test_an_example_runs(example: Callable[..., None], jira: Jira, request: pytest.FixtureRequest) -> None:
    jira.issue("EX-1")
    arguments = {name: _argument(name, request) for name in inspect.signature(example).parameters}

    # The shipped descriptor asks for few of the events that the kit can make; it names those that lack.
    expected: Any = nullcontext()
    if example.__name__.removeprefix("show_") in dir(payloads):
        expected = suppress(NotSubscribed)
    elif example.__name__ in BEYOND_THE_SHIPPED_SCOPES:
        expected = pytest.raises(JiraForbidden, match="scope-missing")
    with expected:
        example(**arguments)

    for routes in arguments.values():
        if isinstance(routes, Reactions):
            _run_reactions(routes, request.getfixturevalue("site"))
        if isinstance(routes, Pages):
            _run_calls(routes, request)


def _argument(name: str, request: pytest.FixtureRequest) -> Any:
    made: dict[str, Callable[[], Any]] = {
        "reactions": Reactions,
        "pages": Pages,
        "event": lambda: Event(name="jira:issue_created", unsigned_payload=PAYLOAD),
        "request": lambda: _api_request(request),
        "begun": lambda: JiraResponse(201, None, {}),
        "account_id": lambda: "5b10a2844c20165700ede21g",
        "post_status": lambda: _registered(post_status, request),
    }
    return made[name]() if name in made else request.getfixturevalue(name)


def _registered(work: Work, request: pytest.FixtureRequest) -> Work:
    request.getfixturevalue("monkeypatch").setitem(shipped._work, work_name(work), work)  # noqa: SLF001 - for now
    return work


def post_status(arguments: dict[str, Any], site: Site) -> None:
    """Work of an app."""


def _api_request(request: pytest.FixtureRequest) -> ApiRequest[Any]:
    jira, site = request.getfixturevalue("jira"), request.getfixturevalue("site")
    context = PageContext(PageIssue(jira.issue("EX-1").id, "EX-1"), PageProject("10000", "EX"))
    return ApiRequest(
        body=examples.DueDate("2026-12-24"),
        user=jira.admin.account_id,
        context=context,
        checked=context,
        path={"key": "EX-1", "tag": "tea"},
        asks_jira=UserPermissions(site.jira, jira.admin.account_id),
        installed=SiteInstallation(
            app_key=AppKey("com.example.app"),
            scopes=frozenset({"READ"}),
            client_key=site.key,
            site_url=jira.site.base_url,
            display_url=None,
            state="enabled",
            installed_at=0,
            activities=create_autospec(Activity, instance=True),
        ),
    )


def _run_reactions(reactions: Reactions, site: Site) -> None:
    site.data.put("issue/EX-1", 1)
    for event in reactions.events:
        for reaction in reactions.all_to(event):
            reaction.function(Event(name=event, unsigned_payload=PAYLOAD), site)
    for job in reactions.jobs.values():
        job.function(site, None)
    for hook in Hook:
        for function in reactions.hooks(hook).values():
            function(site)
    for name in reactions.work_names:
        work = reactions.work_named(name)
        assert work
        work({"key": "EX-1", "status": "Done"}, site)


def _run_calls(pages: Pages, request: pytest.FixtureRequest) -> None:
    for call in pages.all_calls():
        call.function(_api_request(request), request.getfixturevalue("site"))
