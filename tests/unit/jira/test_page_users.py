"""Permissions on a site with Forge alone: asked as the user, whose identity is proved."""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from connect_jira.app.pages import ApiRequest, Pages
from connect_jira.app.permissions import browses_project, edits_issue
from connect_jira.app.site import Site
from connect_jira.auth.forge_invocations import ForgeInvocations
from connect_jira.auth.offline_tokens import OfflineTokens
from connect_jira.auth.page_requests import PageAuthenticator, PageRequest
from connect_jira.auth.page_users import HEADER, ForgePage, as_user_of
from connect_jira.auth.user_tokens import UserTokens
from connect_jira.data.entries import JsonValue
from connect_jira.errors import PayloadRefused
from connect_jira.jira.client import JiraClient
from connect_jira.web.request import GatewayRequest
from connect_jwt.identity import ClientKey
from tests.unit.jira.atlassian import AT_THE_SITE, GRAPHQL, NO_BEARER, SCOPE_MISSING, Atlassian
from tests.unit.jira.conftest import CLIENT_KEY, unused_storage
from tests.unit.jira.forge import INSTALLED, lifecycle, page_call, system_token
from tests.unit.jira.page_calls import answered
from tests.unit.jwt.invocations import EXTENSION, INSTALLATION, PAGE_CONTEXT, USER

if TYPE_CHECKING:
    from tests.unit.jira.conftest import Backend

SECRET = "s" * 40
ADMIN, MEMBER = USER, "5b10a2844c20165700ede21g"
CHECK = "/permissions/check"
TEST, PROJECTS = "POST connection-test", "GET recent-projects"
MISSING = (403, {"reason": "permission-missing"})


class World:
    """The app, with a site that Atlassian's double is."""

    def __init__(self, backend: "Backend") -> None:
        self.backend = backend
        self.atlassian = Atlassian(
            tokens={"of-admin": ADMIN, "of-member": MEMBER, "of-the-app": "557058:app"}, admins={ADMIN}
        )
        self.system = system_token("system", backend.clock.now + 7200)
        self.atlassian.tokens[self.system] = "557058:app"
        self.tenants = backend.new_tenants()
        self.credentials = backend.new_credentials(self.tenants)
        self.http: Any = self.atlassian
        offline = OfflineTokens(backend.app, http=self.http, clock=backend.clock)  # type: ignore[arg-type]
        self.users = UserTokens(
            self.credentials,
            offline=offline,
            url="",
            http=self.http,  # type: ignore[arg-type]
            clock=backend.clock,
        )
        invocations = ForgeInvocations(backend.app, backend.keys, clock=backend.clock)  # type: ignore[arg-type]
        unused: Any = None
        clients: Any = self
        self._authenticator = PageAuthenticator(
            backend.app,
            tenants=self.tenants,
            invocations=invocations,
            forge=backend.forge_store,
            clients=clients,
            activity=unused,
            storage=unused_storage(),
        )

    def install(self) -> None:
        self.backend.forge.lifecycle(lifecycle(self.backend, INSTALLED, token=self.system))

    def on(self, client_key: ClientKey, _context: object) -> JiraClient:
        return JiraClient(
            self.credentials, client_key, http=self.http, clock=self.backend.clock, sleep=lambda _: None
        )

    def as_user_of(self, page: ForgePage, _context: object) -> JiraClient:
        return as_user_of(page, self.users, http=self.http, remaining=lambda: 1.5)

    def call_of(self, user: str | None, token: str | None) -> PageRequest:
        request = page_call(self.backend, principal=user)
        return self.call(request if token is None else with_header(request, token))

    def call(self, request: GatewayRequest) -> PageRequest:
        unused: Any = None
        return self._authenticator.call(request, unused)

    def test_of_the_connection(self, user: str | None, token: str | None) -> tuple[int, Any]:
        return answered(TEST, self.call_of(user, token))

    @property
    def checks(self) -> list[str]:
        return [asked.token for asked in self.atlassian.calls(CHECK)]


def with_header(request: GatewayRequest, token: str) -> GatewayRequest:
    return replace(request, headers={**request.headers, HEADER: token})


@pytest.fixture
def world(backend: "Backend") -> World:
    world = World(backend)
    world.install()
    return world


def test_by_the_token_that_came_an_administrator_is_one_and_nobody_else(world: World) -> None:
    assert world.test_of_the_connection(ADMIN, "of-admin")[0] == 200
    assert world.test_of_the_connection(MEMBER, "of-member") == MISSING
    assert world.checks == ["of-admin", "of-member"]
    for asked in world.atlassian.calls(CHECK):
        assert asked.body == {"globalPermissions": ["ADMINISTER"]}
    assert {asked.url for asked in world.atlassian.asked} == {
        f"{AT_THE_SITE}myself",
        f"{AT_THE_SITE}permissions/check",
    }


def test_projects_are_those_that_the_user_may_see(world: World) -> None:
    status, body = answered(PROJECTS, world.call_of(MEMBER, "of-member"))
    assert (status, [project["key"] for project in body["projects"]]) == (200, ["EX"])
    assert world.checks == ["of-member"]
    (check,) = world.atlassian.calls(CHECK)
    assert check.body == {"projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "projects": [10000]}]}


FORGED = {
    "of somebody else who is genuine": (MEMBER, "of-admin"),
    "of the app itself": (MEMBER, "of-the-app"),
    "of another site or app, or at its end": (MEMBER, "of-nobody-here"),
    "two of them": (MEMBER, "of-member,of-admin"),
}


@pytest.mark.parametrize(("user", "token"), FORGED.values(), ids=FORGED)
def test_a_token_that_is_not_the_users_is_refused_and_never_asked_with(
    world: World, user: str, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.atlassian.gives = True
    assert world.test_of_the_connection(user, token) == (403, {"reason": "user-token-refused"})
    assert answered(PROJECTS, world.call_of(user, token)) == (
        403,
        {"reason": "user-token-refused"},
    )
    assert not world.checks
    assert not world.atlassian.calls("/graphql")
    assert token not in caplog.text


def own_pages() -> Pages:
    pages = Pages()

    @pages.call("GET", "due", allowed=edits_issue)
    def due(request: ApiRequest, _site: Site) -> JsonValue:
        return [request.issue.key, request.user]

    @pages.call("GET", "project", allowed=browses_project)
    def project(request: ApiRequest, _site: Site) -> JsonValue:
        return request.project.key

    return pages


def shown_for(world: World, user: str, **objects: Any) -> PageRequest:
    """Return the proof of a call, with its token, of a page that is shown for these objects."""
    extension = {**EXTENSION, "type": "jira:issuePanel", **objects}
    call = page_call(world.backend, principal=user, context={**PAGE_CONTEXT, "extension": extension})
    return world.call(with_header(call, "of-admin" if user == ADMIN else "of-member"))


def test_the_issue_of_forges_context_is_asked_for_as_the_user(world: World) -> None:
    world.atlassian.edits = {(MEMBER, 10073)}
    objects = {
        "issue": {"id": "10073", "key": "SP-10", "type": "Task"},
        "project": {"id": "10000", "key": "SP"},
    }
    world.atlassian.objects = {
        "issue/10073": {"id": "10073", "key": "SP-10"},
        "project/10000": {"id": "10000", "key": "SP"},
    }
    pages = own_pages()
    assert answered("GET due", shown_for(world, MEMBER, **objects), pages=pages) == (200, ["SP-10", MEMBER])
    (check,) = world.atlassian.calls(CHECK)
    assert (check.token, check.body) == (
        "of-member",
        {"projectPermissions": [{"permissions": ["EDIT_ISSUES"], "issues": [10073]}]},
    )
    assert answered("GET due", shown_for(world, ADMIN, **objects), pages=pages) == MISSING
    assert answered("GET project", shown_for(world, MEMBER, **objects), pages=pages) == (200, "SP")


def test_a_context_whose_key_a_browser_has_altered_gives_no_way_to_another_issue_or_project(
    world: World,
) -> None:
    world.atlassian.edits = {(MEMBER, 10073)}
    world.atlassian.objects = {
        "issue/10073": {"id": "10073", "key": "SP-10"},
        "project/10000": {"id": "10000", "key": "SP"},
    }
    altered = {
        "issue": {"id": "10073", "key": "SECRET-1", "type": "Task"},
        "project": {"id": "10000", "key": "SECRET"},
    }
    request, pages = shown_for(world, MEMBER, **altered), own_pages()
    assert answered("GET due", request, pages=pages) == (200, ["SP-10", MEMBER])
    assert answered("GET project", request, pages=pages) == (200, "SP")
    assert not request.context.is_proved
    of_nothing = {"issue": {"id": "10099", "key": "SP-10"}}
    assert answered("GET due", shown_for(world, MEMBER, **of_nothing), pages=pages) == MISSING


@pytest.mark.parametrize(
    "objects",
    [{}, {"issue": None}, {"issue": {"key": "SP-10"}}, {"issueId": "10073", "issueKey": "SP-10"}],
    ids=str,
)
def test_a_page_of_forges_that_is_shown_for_no_issue_has_none_at_hand(
    world: World, objects: dict[str, Any]
) -> None:
    world.atlassian.edits = {(MEMBER, 10073)}
    refused = (403, {"reason": "no-issue"})
    assert answered("GET due", shown_for(world, MEMBER, **objects), pages=own_pages()) == refused
    assert not world.atlassian.asked


def test_the_system_token_in_the_users_place_is_refused(world: World) -> None:
    status, _ = world.test_of_the_connection(ADMIN, world.system)
    assert (status, world.checks) == (403, [])


@pytest.mark.parametrize("principal", [None, "", 5, [ADMIN], {"accountId": ADMIN}], ids=repr)
@pytest.mark.parametrize("token", [None, "of-admin"])
def test_where_nobody_is_logged_in_nobody_may_anything(
    world: World, principal: Any, token: str | None
) -> None:
    world.atlassian.gives = True
    request = world.call_of(principal, token)
    assert answered(TEST, request) == (403, {"reason": "user-anonymous"})
    assert answered(PROJECTS, request) == (200, {"projects": []})
    assert not world.checks


UNUSABLE: dict[str, Any] = {
    "a list": (200, [ADMIN]),
    "a text": (200, ADMIN),
    "null": (200, None),
    "nothing": (204, b""),
    "HTML": (200, b"<html>", {"Content-Type": "text/html"}),
    "a redirect": (302, {"accountId": ADMIN}, {"Location": f"{AT_THE_SITE}myself"}),
    "a redirect to the task": (303, {"accountId": ADMIN}, {"Location": "/rest/api/3/task/1"}),
    "moved": (301, {"accountId": ADMIN}, {"Location": "https://new.atlassian.net/rest/api/3/myself"}),
    "a failure": (500, {"accountId": ADMIN}),
    "too much": (429, {"accountId": ADMIN}),
    "not found": (404, {"accountId": ADMIN}),
    "refused": (401, {"accountId": ADMIN}),
    "forbidden": (403, {"accountId": ADMIN}),
    "no answer": urllib3.exceptions.ProtocolError("broken"),
    "no account": (200, {"accountId": None}),
    "an account in a list": (200, {"accountId": [ADMIN]}),
    "the account in other letters": (200, {"accountId": ADMIN.upper()}),
    "the account with more": (200, {"accountId": f"{ADMIN} "}),
    "another's member": (200, {"key": ADMIN, "accountid": ADMIN}),
    "too deep": (200, b'{"accountId":' + b"[" * 9000 + b"]" * 9000 + b"}"),
}


@pytest.mark.parametrize("answer", UNUSABLE.values(), ids=UNUSABLE)
def test_what_does_not_say_whose_a_token_is_makes_it_nobodys(world: World, answer: Any) -> None:
    world.atlassian.answers["/myself"] = [answer]
    status, _ = world.test_of_the_connection(ADMIN, "of-admin")
    assert status in {403, 502, 503}
    assert answered(PROJECTS, world.call_of(ADMIN, "of-admin"))[0] in {403, 502, 503}
    assert not world.checks


def test_what_was_proved_of_one_user_is_not_taken_for_anothers(world: World) -> None:
    """The same process, the same installation, the same token."""
    for gives in (False, True):
        world.atlassian.gives = gives
        assert world.test_of_the_connection(ADMIN, "of-admin")[0] == 200
        assert world.test_of_the_connection(MEMBER, "of-admin")[0] == 403
    assert world.test_of_the_connection(ADMIN, None)[0] == 200
    assert world.test_of_the_connection(MEMBER, None)[0] == 403
    assert world.test_of_the_connection(ADMIN, None)[0] == 200
    assert len(world.atlassian.calls("/graphql")) == 2


def test_a_token_is_asked_whose_it_is_each_time(world: World) -> None:
    assert world.test_of_the_connection(ADMIN, "of-admin")[0] == 200
    world.atlassian.tokens["of-admin"] = MEMBER
    assert world.test_of_the_connection(ADMIN, "of-admin")[0] == 403


def test_without_a_token_forge_is_asked_for_one_where_the_manifest_allows_it(world: World) -> None:
    world.atlassian.gives = True
    assert world.test_of_the_connection(ADMIN, None)[0] == 200
    assert world.test_of_the_connection(MEMBER, None)[0] == 403
    whose = [asked.body["variables"]["input"]["userId"] for asked in world.atlassian.calls("/graphql")]
    assert whose == [ADMIN, MEMBER]
    assert [world.atlassian.tokens[token] for token in world.checks] == [ADMIN, MEMBER]
    assert all("accountId" not in asked.body for asked in world.atlassian.calls(CHECK))


def test_an_offline_token_that_ended_early_is_asked_for_again(world: World) -> None:
    world.atlassian.gives = True
    assert world.test_of_the_connection(ADMIN, None)[0] == 200
    for token in world.checks:
        del world.atlassian.tokens[token]
    assert world.test_of_the_connection(ADMIN, None)[0] == 200


@pytest.mark.parametrize("call", [TEST, "GET connection", PROJECTS])
def test_with_neither_nobody_may_and_it_is_said_what_is_missing(
    world: World, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert answered(call, world.call_of(ADMIN, None)) == (403, {"reason": "user-token-missing"})
    (record,) = [record for record in caplog.records if getattr(record, "reason", "") == "user-token-missing"]
    for missing in (HEADER, "invokeRemote", "auth.appUserToken", "read:app-user-token", "allowImpersonation"):
        assert missing in record.explanation  # type: ignore[attr-defined]
    assert not world.checks


def test_an_installation_that_only_its_page_tells_of_has_no_other_token(backend: "Backend") -> None:
    world = World(backend)
    assert world.test_of_the_connection(MEMBER, None) == (403, {"reason": "user-token-missing"})
    assert world.test_of_the_connection(MEMBER, "of-member") == MISSING
    assert world.checks == ["of-member"]


@pytest.mark.parametrize("end", ["/myself", CHECK])
def test_a_scope_that_the_users_token_lacks_is_named(world: World, end: str) -> None:
    world.atlassian.answers[end] = [SCOPE_MISSING]
    assert world.test_of_the_connection(ADMIN, "of-admin") == (403, {"reason": "scope-missing"})


def test_when_atlassian_cannot_be_asked_nobody_may(world: World) -> None:
    world.atlassian.answers["/graphql"] = [(503, {})]
    request = world.call_of(ADMIN, None)
    with pytest.raises(Exception, match="temporarily-unavailable"):
        answered(TEST, request)
    world.atlassian.answers[CHECK] = [(503, {})]
    assert world.test_of_the_connection(ADMIN, "of-admin") == (503, {"reason": "jira-503"})


@pytest.mark.parametrize("token", ["a b", "ü", "x" * 10_241])
def test_what_can_be_no_token_is_refused(world: World, token: str) -> None:
    with pytest.raises(PayloadRefused, match="user-token-unusable"):
        world.call_of(ADMIN, token)


def test_on_a_connect_page_the_header_is_nothing(world: World) -> None:
    world.backend.install(SECRET, age=20)
    request = world.backend.signed_by_site("/api/x", {}, SECRET, qsh="context-qsh", sub=MEMBER)
    world.atlassian.answers[CHECK] = [(200, {"globalPermissions": []})]
    assert answered(TEST, world.call(with_header(request, "of-admin"))) == MISSING
    assert world.checks == [NO_BEARER]
    (check,) = world.atlassian.calls(CHECK)
    assert check.body == {"accountId": MEMBER, "globalPermissions": ["ADMINISTER"]}


def test_a_joined_site_is_asked_by_connects_token_while_jira_takes_it(backend: "Backend") -> None:
    backend.install(SECRET, age=20, installationId=INSTALLATION)
    world = World(backend)
    world.install()
    may = (200, {"globalPermissions": ["ADMINISTER"], "projectPermissions": []})
    world.atlassian.answers = {CHECK: [may], "/myself": [(200, {})]}
    assert world.test_of_the_connection(ADMIN, None)[0] == 200
    (asked,) = world.atlassian.calls(CHECK)
    assert asked.token == NO_BEARER
    assert asked.body == {"accountId": ADMIN, "globalPermissions": ["ADMINISTER"]}


def test_a_joined_site_whose_connect_side_has_ended_unsaid_is_asked_as_the_user(backend: "Backend") -> None:
    backend.install(SECRET, age=20, installationId=INSTALLATION)
    world = World(backend)
    world.install()
    for _ in range(2):
        assert world.test_of_the_connection(ADMIN, "of-admin")[0] == 200
        assert world.test_of_the_connection(MEMBER, "of-member") == MISSING
        assert world.test_of_the_connection(MEMBER, "of-admin")[0] == 403
    assert world.checks.count(NO_BEARER) == 1
    assert world.checks[-1] != "of-admin"
    assert world.call(page_call(backend)).client_key == CLIENT_KEY


def test_a_refusal_for_good_of_a_connect_page_stays_as_it_was(backend: "Backend") -> None:
    backend.install(SECRET, age=20)
    world = World(backend)
    world.atlassian.answers[CHECK] = [(403, {})]
    request = backend.signed_by_site("/api/x", {}, SECRET, qsh="context-qsh", sub=MEMBER)
    assert answered(TEST, world.call(request)) == (503, {"reason": "jira-403"})
    assert GRAPHQL not in {asked.url for asked in world.atlassian.asked}
