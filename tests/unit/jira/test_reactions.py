"""Registration by an app's owner, and the work that a reaction enqueues."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from connect_jira.app.event import Event
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Enqueuing, Site, work_name
from connect_jira.errors import OfNewerCode
from connect_jira.events.app_work import AppWork
from connect_jira.events.call_request import CallRequest
from connect_jira.events.messages import Message, read_text, to_text
from connect_jira.events.reaction_call import ReactionCall
from connect_jira.events.webhook import Webhook
from connect_jwt.identity import AppKey, ClientKey
from functions.jira_calls.own_functions import OwnFunctions
from functions.jira_calls.work import Work
from tests.unit.jira.conftest import unused_storage

SITE, EVENT, UPDATED = ClientKey("site"), "jira:issue_created", "jira:issue_updated"
PAYLOAD = {"issue": {"key": "X-1"}, "timestamp": 1_700_000_000_000}


def webhook(event: str = EVENT, **more: object) -> Webhook:
    return Webhook(
        client_key=SITE,
        event=event,
        webhook_id="w-1",
        signed_query={"issue": ["X-1"]},
        payload={**PAYLOAD, **more},
    )


def update(*fields: tuple[str, str]) -> Webhook:
    """An update in the shape that Jira sends."""
    items = [{"field": name, "fieldtype": "jira", "fieldId": field_id} for name, field_id in fields]
    return webhook(UPDATED, changelog={"id": "1", "items": items})


def nothing(_what: object, _site: Site) -> None:
    pass


@dataclass
class Backstage:
    """The work of an app over doubles that write down what they are told."""

    reactions: Reactions = field(default_factory=Reactions)
    sent: list[Message] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        double: Any = self
        own = OwnFunctions(
            self.reactions,
            AppKey("app"),
            clients=double,
            gate=double,
            send=self.send,
            storage=unused_storage(),
        )
        self.work = Work(own, double, double, links=double, held=double, send=self.send)

    def do(self, message: Message, work_id: str = "the cause") -> None:
        self.work.do(message, self, work_id)  # type: ignore[arg-type]

    # --- clients, activity, queue
    def on(self, client_key: ClientKey, _invocation: object, *, webhook_trace: str | None = None) -> str:
        self.traces.append(webhook_trace)
        return f"a client for {client_key}"

    def record_webhook(self, client_key: ClientKey, event: str) -> None:
        pass

    def send(self, message: Message) -> None:
        read = read_text(to_text(message))
        assert read == message
        self.sent.append(read)

    def sent_work(self) -> list[AppWork]:
        return [message for message in self.sent if isinstance(message, AppWork)]


@pytest.fixture
def log() -> StringIO:
    """Return the function's log records."""
    stream = StringIO()
    handler = Logger().registered_handler
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    return stream


@pytest.fixture
def backstage() -> Backstage:
    return Backstage()


def test_a_reaction_is_called_with_what_has_happened_and_the_site(backstage: Backstage) -> None:
    seen: list[tuple[Event, ClientKey, object]] = []

    @backstage.reactions.on(EVENT)
    def react(event: Event, site: Site) -> None:
        seen.append((event, site.key, site.jira))

    backstage.do(webhook())
    backstage.do(webhook("comment_created"))
    happened = Event(
        name=EVENT,
        id="w-1",
        timestamp=1_700_000_000_000,
        signed_query={"issue": ["X-1"]},
        unsigned_payload=PAYLOAD,
    )
    assert seen == [(happened, SITE, "a client for site")]
    assert backstage.traces == ["app w-1"]
    assert callable(react)


def test_what_is_not_declared_otherwise_may_be_repeated(backstage: Backstage) -> None:
    backstage.reactions.on(EVENT)(nothing)
    backstage.reactions.on("comment_created", idempotent=False)(nothing)
    asked = AppWork(
        client_key=SITE, name="n", arguments={}, cause="c", number=0, depth=1, is_idempotent=False
    )
    known: dict[str, Message] = {
        "reaction": webhook(),
        "reaction once": webhook("comment_created"),
        "no reaction": webhook("sprint_started"),
        "work once": asked,
        "post": CallRequest(client_key=SITE, method="POST", path="/x"),
    }
    assert {name for name, message in known.items() if backstage.work.is_idempotent(message)} == {
        "reaction",
        "no reaction",
    }


def test_what_a_reaction_asks_for_is_called_with_its_arguments_and_the_site(backstage: Backstage) -> None:
    called: list[tuple[dict[str, Any], ClientKey]] = []

    @backstage.reactions.work
    def count(arguments: dict[str, Any], site: Site) -> None:
        called.append((arguments, site.key))

    @backstage.reactions.on(EVENT)
    def react(event: Event, site: Site) -> None:
        site.enqueue(count, {"key": event.unsigned_payload["issue"]["key"]}, idempotent=False)

    backstage.do(webhook())
    (asked,) = backstage.sent_work()
    assert (asked.client_key, asked.depth, asked.is_idempotent) == (SITE, 1, False)
    backstage.do(asked)
    assert called == [({"key": "X-1"}, SITE)]
    assert backstage.traces == ["app w-1", "app -"], "what its calls cause is recognised as the app's own"
    assert callable(react)


def test_work_that_asks_for_work_is_of_the_next_generation(backstage: Backstage) -> None:
    @backstage.reactions.work
    def again(arguments: dict[str, Any], site: Site) -> None:
        site.enqueue(again, arguments)

    backstage.do(AppWork(**ASKED, depth=4))
    assert [asked.depth for asked in backstage.sent_work()] == [5]


ASKED: dict[str, Any] = {
    "client_key": SITE,
    "name": "again",
    "arguments": {},
    "cause": "c",
    "number": 0,
    "is_idempotent": True,
}


def identities(asks: Callable[[Site], None], *, cause: str = "the cause") -> list[str]:
    sent: list[AppWork] = []
    enqueuing = Enqueuing(name_of=work_name, send=sent.append, cause=cause, depth=0)
    asks(Site(SITE, None, unused_storage().of(SITE), enqueuing))
    return [work.work_id for work in sent]


def test_work_is_the_same_when_whoever_asks_for_it_is_begun_again_and_no_other() -> None:
    def ask(site: Site) -> None:
        for arguments in ({"key": "X-1"}, {"key": "X-2"}, {"key": "X-1"}, {"b": [1], "a": "ü"}):
            site.enqueue(nothing, arguments)

    def ask_in_another_order(site: Site) -> None:
        for arguments in ({"a": "ü", "b": [1]}, {"key": "X-1"}, {"key": "X-1"}, {"key": "X-2"}):
            site.enqueue(nothing, arguments)

    first = identities(ask)
    assert len(set(first)) == 4
    assert identities(ask) == first
    assert set(identities(ask_in_another_order)) == set(first)
    assert not set(identities(ask, cause="another")) & set(first)


def test_what_json_cannot_say_is_an_error_where_it_is_asked_for() -> None:
    with pytest.raises(TypeError):
        identities(lambda site: site.enqueue(nothing, {"when": object()}))


@pytest.mark.parametrize("work", [nothing, "nothing"])
def test_what_is_not_registered_is_an_error_that_says_what_to_write(
    backstage: Backstage, work: Callable[[object, Site], None] | str
) -> None:
    backstage.reactions.on(EVENT)(lambda _event, site: site.enqueue(work, {}))
    with pytest.raises(
        ValueError, match=r"nothing is not registered as work: write @reactions\.work above it"
    ):
        backstage.do(webhook())


def test_work_can_be_named_where_its_function_is_not_at_hand(backstage: Backstage) -> None:
    backstage.reactions.work(nothing)
    backstage.reactions.on(EVENT)(lambda _event, site: site.enqueue("nothing", {"n": 1}))
    backstage.do(webhook())
    assert [(work.name, work.arguments) for work in backstage.sent_work()] == [("nothing", {"n": 1})]


def test_each_of_several_reactions_is_a_message_of_its_own(backstage: Backstage) -> None:
    called: list[str] = []

    @backstage.reactions.on(EVENT)
    def first(_event: Event, _site: Site) -> None:
        called.append("first")

    @backstage.reactions.on(EVENT, idempotent=False)
    def second(event: Event, site: Site) -> None:
        called.append(f"second {event.name} of {site.key}")

    assert backstage.work.is_idempotent(webhook()), "dividing it again does no harm"
    backstage.do(webhook())
    backstage.do(webhook())
    assert called == []
    divided = [message for message in backstage.sent if isinstance(message, ReactionCall)]
    assert len(divided) == 4
    assert len({message.work_id for message in divided}) == 2, "the same ones when it is divided again"
    assert {message.function: backstage.work.is_idempotent(message) for message in divided} == {
        "first": True,
        "second": False,
    }
    for message in divided[:2]:
        backstage.do(message)
    assert called == ["first", f"second {EVENT} of {SITE}"]
    assert backstage.traces == ["app w-1", "app w-1"]
    assert callable(first)
    assert callable(second)


def test_a_reaction_that_newer_code_has_registered_waits_for_it(backstage: Backstage) -> None:
    call = ReactionCall(webhook=webhook(), function="later", cause="c", is_idempotent=True)
    with pytest.raises(OfNewerCode, match="no reaction 'later' to jira:issue_created"):
        backstage.do(call)


def test_a_reaction_to_a_field_is_called_when_that_field_has_changed(backstage: Backstage) -> None:
    called: list[str] = []

    @backstage.reactions.on(UPDATED, changed="status")
    @backstage.reactions.on(UPDATED, changed="customfield_10016")
    def changed(_event: Event, _site: Site) -> None:
        called.append("changed")

    for message in (
        update(("summary", "summary")),
        update(),
        webhook(UPDATED),
        webhook(UPDATED, changelog=None),
        webhook(UPDATED, changelog={"items": ["status", {"field": 1}]}),
    ):
        backstage.do(message)
    assert called == []
    backstage.do(update(("summary", "summary"), ("status", "status")))
    backstage.do(update(("Story Points", "customfield_10016"), ("status", "status")))
    assert called == ["changed", "changed"], "once, whichever of its fields have changed"
    assert backstage.sent == []
    assert callable(changed)


def test_work_that_newer_code_has_registered_waits_for_it(backstage: Backstage) -> None:
    with pytest.raises(OfNewerCode, match="'again'"):
        backstage.do(AppWork(**ASKED, depth=1))


def names(reactions: Reactions, event: str) -> list[str]:
    return [reaction.name for reaction in reactions.to(event, {})]


def other(_what: object, _site: Site) -> None:
    pass


def test_several_files_are_put_together() -> None:
    one, another = Reactions(), Reactions()
    one.on(EVENT)(nothing)
    one.work(nothing)
    another.on(EVENT)(other)
    another.on("comment_created", idempotent=False)(nothing)
    both = Reactions(one, another)
    assert names(both, EVENT) == ["nothing", "other"]
    assert names(both, "comment_created") == ["nothing"]
    assert both.work_named("nothing") is nothing
    assert [reaction.is_idempotent for reaction in both.to("comment_created", {})] == [False]
    assert set(both.events) == {EVENT, "comment_created"}


def test_nothing_is_registered_twice() -> None:
    one, another = Reactions(), Reactions()
    one.on(EVENT)(nothing)
    for again in (one.on(EVENT), one.on(EVENT, changed="status")):
        with pytest.raises(ValueError, match="nothing is registered twice for jira:issue_created"):
            again(nothing)
    one.on(UPDATED, changed="status")(nothing)
    for again in (
        one.on(UPDATED, changed="status"),
        one.on(UPDATED),
        one.on(UPDATED, changed="due", idempotent=False),
    ):
        with pytest.raises(ValueError, match="nothing is registered twice for jira:issue_updated"):
            again(nothing)

    def namesake(_what: object, _site: Site) -> None:
        pass

    namesake.__name__ = "nothing"
    another.on(EVENT)(namesake)
    with pytest.raises(ValueError, match="two functions named nothing react to jira:issue_created"):
        Reactions(one, another)
    one.work(nothing)
    assert one.work(nothing) is nothing
    with pytest.raises(ValueError, match="another function is registered as the work nothing"):
        one.work(namesake)


def written(log: StringIO) -> list[str]:
    return [line["write"] for line in map(json.loads, log.getvalue().splitlines()) if "write" in line]


def test_an_event_that_nothing_handles_is_logged_with_the_lines_that_would_once(
    backstage: Backstage, log: StringIO
) -> None:
    secret = {"comment": {"body": "of Ada", "author": {"accountId": "a-1", "x@example.com": 1}}}
    for _ in range(2):
        backstage.do(webhook("comment_created", **secret))
    backstage.do(webhook("jira:issue_deleted"))
    comment, deleted = written(log)
    assert comment.splitlines() == [
        '@reactions.on("comment_created")',
        "def comment_created(event: Event, site: Site) -> None:",
        "    ...  # event.signed_query: issue",
        "    # event.unsigned_payload: issue.key, timestamp, comment.body, comment.author.accountId",
    ]
    assert deleted.startswith('@reactions.on("jira:issue_deleted")\ndef issue_deleted(')
    assert not any(value in log.getvalue() for value in ("of Ada", "a-1", "x@example.com", "X-1"))
    compile(comment, "pasted", "exec")


def test_work_that_nothing_handles_is_logged_with_the_lines_that_would(
    backstage: Backstage, log: StringIO
) -> None:
    with pytest.raises(OfNewerCode):
        backstage.do(AppWork(**{**ASKED, "arguments": {"key": "X-1"}}, depth=1))
    (work,) = written(log)
    assert work.splitlines()[0] == "@reactions.work"
    assert work.splitlines()[2] == "    ...  # arguments: key"
    assert "X-1" not in log.getvalue()


def test_an_event_whose_reactions_are_for_other_fields_is_handled(
    backstage: Backstage, log: StringIO
) -> None:
    backstage.reactions.on(UPDATED, changed="status")(nothing)
    backstage.do(update(("summary", "summary")))
    assert written(log) == []
