"""A failure of the app fails the test by itself, and says why in one sentence."""

from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from connect_jira.app.event import Event
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site
from connect_jira.jira.errors import JiraForbidden, JiraNotFound
from connect_local.testing.app import App, Call, Deliver, LoadPage
from connect_local.testing.backend import QueueNeverEmpty
from connect_local.testing.clock import Clock
from connect_local.testing.failures import NotSubscribed, WorkFailed
from connect_local.testing.internet import Internet, UnexpectedRequest
from connect_local.testing.jira import Jira
from connect_local.testing.payloads import comment_created

type React = Callable[[Callable[[Site], Any]], None]


@pytest.fixture
def react(reactions: Reactions) -> React:
    """Lets the app do something about a new comment."""

    def register(do: Callable[[Site], Any]) -> None:
        @reactions.on("comment_created")
        def commented(_event: Event, site: Site) -> None:
            do(site)

    return register


def test_an_event_that_the_descriptor_does_not_ask_for(jira: Jira, deliver: Deliver) -> None:
    with pytest.raises(NotSubscribed) as said:
        deliver(comment_created(jira.issue("EX-1"), "Tea?"))
    assert '{"event": "comment_created", "url": "/webhooks/comment_created"}' in str(said.value)
    assert "modules.webhooks" in str(said.value)


def test_a_function_that_raises(react: React, jira: Jira, deliver: Deliver) -> None:
    nothing: dict[str, str] = {}
    react(lambda _site: nothing["due"])
    with pytest.raises(WorkFailed, match="KeyError: 'due'") as said:
        deliver(comment_created(jira.issue("EX-1"), "Tea?"))
    assert isinstance(said.value.__cause__, KeyError), "the traceback leads into the function"


def test_a_call_that_jira_refuses(react: React, jira: Jira, deliver: Deliver) -> None:
    react(lambda site: site.jira.delete("/rest/api/3/issue/EX-1"))
    with pytest.raises(WorkFailed, match=r"403 to DELETE /rest/api/3/issue/EX-1 \(scope-missing\)") as said:
        deliver(comment_created(jira.issue("EX-1"), "Tea?"))
    assert "the call needs DELETE" in str(said.value)
    assert isinstance(said.value.__cause__, JiraForbidden)


def test_a_call_for_what_is_not_there(react: React, jira: Jira, deliver: Deliver) -> None:
    react(lambda site: site.jira.get("/rest/api/3/issue/NO-1"))
    with pytest.raises(WorkFailed, match=r"JiraNotFound.*Issue does not exist") as said:
        deliver(comment_created(jira.issue("EX-1"), "Tea?"))
    assert isinstance(said.value.__cause__, JiraNotFound)


def test_a_refusal_that_the_function_expects_is_none(react: React, jira: Jira, deliver: Deliver) -> None:
    def look(site: Site) -> None:
        with pytest.raises(JiraNotFound):
            site.jira.get("/rest/api/3/issue/NO-1")

    react(look)
    deliver(comment_created(jira.issue("EX-1"), "Tea?"))
    assert [request.status for request in jira.requests] == [404]


def test_a_failure_that_was_ordered_is_none(react: React, jira: Jira, deliver: Deliver, clock: Clock) -> None:
    react(lambda site: site.jira.put("/rest/api/3/issue/EX-1", {"fields": {"summary": "Tea"}}))
    issue = jira.issue("EX-1")
    jira.fail(status=429, retryAfter=120)
    deliver(comment_created(issue, "Tea?"))
    clock.move(minutes=1)
    assert issue.fields["summary"] == "EX-1"
    clock.move(minutes=5)
    assert issue.fields["summary"] == "Tea"


def test_a_system_that_is_not_there(react: React, jira: Jira, deliver: Deliver, internet: Internet) -> None:
    react(lambda _site: urllib3.request("POST", "https://hooks.example.com/x?key=secret", body=b"Tea"))
    with pytest.raises(WorkFailed, match=r'internet\.system\("https://hooks\.example\.com"\)') as said:
        deliver(comment_created(jira.issue("EX-1"), "Tea?"))
    assert isinstance(said.value.__cause__, UnexpectedRequest)
    assert "secret" not in str(said.value)

    hooks = internet.system("https://hooks.example.com")
    deliver(comment_created(jira.issue("EX-1"), "Tea?"))
    assert [(request.method, request.target, request.body) for request in hooks.requests] == [
        ("POST", "/x?key=secret", b"Tea")
    ]


def test_a_function_that_enqueues_itself_for_ever(
    reactions: Reactions, connect_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    @reactions.on("comment_created")
    def commented(_event: Event, _site: Site) -> None: ...

    issue = connect_app.jira.issue("EX-1")
    monkeypatch.setattr("connect_local.laptop.event_source.QueuePoller.take_once", lambda _poller: 1)
    with pytest.raises(QueueNeverEmpty):
        connect_app.deliver(comment_created(issue, "Tea?"))


@pytest.mark.usefixtures("jira")
def test_what_a_page_answers_is_the_test_s_to_judge(page: LoadPage, call: Call) -> None:
    assert page("nobody-serves-this").status == 404
    assert call("GET", "nobody-answers-this").status == 404
