"""Registration by an app's owner, and the work that a reaction enqueues."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Enqueuing, Site
from connect_jira.errors import OfNewerCode
from connect_jira.events.app_work import AppWork
from connect_jira.events.call_request import CallRequest
from connect_jira.events.messages import Message, read_text, to_text
from connect_jira.events.webhook import Webhook
from connect_jwt.identity import AppKey, ClientKey
from functions.jira_calls.work import Work
from tests.unit.jira.conftest import unused_storage

SITE, EVENT = ClientKey("site"), "jira:issue_created"


def webhook(event: str = EVENT) -> Webhook:
    return Webhook(client_key=SITE, event=event, webhook_id="w-1", payload={"issue": {"key": "X-1"}})


def nothing(_what: object, _site: Site) -> None:
    pass


@dataclass
class Backstage:
    """The work of an app over doubles that write down what they are told."""

    reactions: Reactions = field(default_factory=Reactions)
    sent: list[AppWork] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        double: Any = self
        self.work = Work(
            self.reactions,
            double,
            double,
            AppKey("app"),
            links=double,
            held=double,
            queue=double,
            storage=unused_storage(),
        )

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
        assert isinstance(read, AppWork)
        assert read == message
        self.sent.append(read)


@pytest.fixture
def backstage() -> Backstage:
    return Backstage()


def test_a_reaction_is_called_with_what_has_happened_and_the_site(backstage: Backstage) -> None:
    seen: list[tuple[Webhook, ClientKey, object]] = []

    @backstage.reactions.on(EVENT)
    def react(happened: Webhook, site: Site) -> None:
        seen.append((happened, site.key, site.jira))

    backstage.do(webhook())
    backstage.do(webhook("comment_created"))
    assert seen == [(webhook(), SITE, "a client for site")]
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
    def react(happened: Webhook, site: Site) -> None:
        site.enqueue(count, {"key": happened.payload["issue"]["key"]}, idempotent=False)

    backstage.do(webhook())
    (asked,) = backstage.sent
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
    assert [asked.depth for asked in backstage.sent] == [5]


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
    enqueuing = Enqueuing(name_of=lambda function: function.__name__, send=sent.append, cause=cause, depth=0)
    asks(Site(SITE, None, unused_storage().of(SITE), enqueuing))  # type: ignore[arg-type]
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


def test_what_is_not_registered_is_an_error_that_says_what_to_write(backstage: Backstage) -> None:
    backstage.reactions.on(EVENT)(lambda _happened, site: site.enqueue(nothing, {}))
    with pytest.raises(
        ValueError, match=r"nothing is not registered as work: write @reactions\.work above it"
    ):
        backstage.do(webhook())


def test_work_that_newer_code_has_registered_waits_for_it(backstage: Backstage) -> None:
    with pytest.raises(OfNewerCode, match="'again'"):
        backstage.do(AppWork(**ASKED, depth=1))


def test_several_files_are_put_together() -> None:
    one, another = Reactions(), Reactions()
    one.on(EVENT)(nothing)
    one.work(nothing)
    another.on("comment_created", idempotent=False)(nothing)
    both = Reactions(one, another)
    assert both.to(EVENT) is nothing
    assert both.to("comment_created") is nothing
    assert both.work_named("nothing") is nothing
    assert (both.is_idempotent(EVENT), both.is_idempotent("comment_created")) == (True, False)


def test_nothing_is_registered_twice() -> None:
    def other(_what: object, _site: Site) -> None:
        pass

    one, another = Reactions(), Reactions()
    one.on(EVENT)(nothing)
    another.on(EVENT)(other)
    with pytest.raises(ValueError, match="jira:issue_created has two reactions, nothing and other"):
        Reactions(one, another)
    other.__name__ = "nothing"
    one.work(nothing)
    assert one.work(nothing) is nothing
    with pytest.raises(ValueError, match="another function is registered as the work nothing"):
        one.work(other)
