"""The module that pages' scripts use, over a double of Connect's AP that notes what it is asked for."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from connect_tools.project import PROJECT

APP = "https://app.example.com"
OF_JIRA = (
    "xdm_e=https%3A%2F%2Fa.example&xdm_c=c&cp=%2Fwiki&lic=none&cv=1&xdm_deprecated_addon_key_do_not_use=a"
)
AP = """
const asked = [];
const note = (name, answer) => (...given) => {
  asked.push([name, ...given.map((each) => (typeof each === "function" ? "callback" : each))]);
  const callback = given.find((each) => typeof each === "function");
  return callback ? void callback(answer) : Promise.resolve(answer);
};
const opened = { on: (event, callback) => { asked.push(["on", event]); callback({ saved: 1 }); } };
window.asked = asked;
window.AP = {
  context: {
    getToken: note("getToken", "a-token"),
    getContext: note("getContext", { jira: { issue: { id: "1", key: "EX-1" } }, license: {} }),
  },
  request: (options) => {
    asked.push(["request", options]);
    return options.url === "/rest/refused"
      ? Promise.reject({ err: "x", xhr: { status: 403 } })
      : Promise.resolve({ body: '{"a":1}' });
  },
  resize: note("resize"),
  flag: { create: note("flag") },
  dialog: {
    create: (options) => { asked.push(["create", options]); return opened; },
    getCustomData: note("getCustomData", { of: "opener" }),
    close: note("close"),
  },
  navigator: { go: note("go"), reload: note("reload") },
};
"""
FRAME = """<!doctype html><title>x</title><script src="ap.js"></script>
<script type="module">import * as jira from "../static/jira.js"; window.jira = jira;</script>"""


class App:
    """The app that answers calls, and what it was asked."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.answers: list[tuple[int, str]] = []

    def answer(self, route: Route) -> None:
        request = route.request
        url = urlsplit(request.url)
        self.calls.append(
            {
                "call": f"{request.method} {url.path}",
                "query": dict(parse_qsl(url.query, keep_blank_values=True)),
                "authorization": request.headers.get("authorization"),
                "type": request.headers.get("content-type"),
                "body": request.post_data,
            }
        )
        status, body = self.answers.pop(0) if self.answers else (200, '{"ok":true}')
        route.fulfill(status=status, body=body, content_type="application/json")


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def load(browser: Browser, app: App) -> Iterator[Callable[..., Page]]:
    context = browser.new_context()
    script = (PROJECT / "functions" / "pages" / "static" / "jira.js").read_text(encoding="utf-8")

    def load(query: str = OF_JIRA, ap: str = AP) -> Page:
        page = context.new_page()
        page.route(f"{APP}/prod/pages/**", lambda route: route.fulfill(body=FRAME, content_type="text/html"))
        page.route(
            f"{APP}/prod/pages/ap.js", lambda route: route.fulfill(body=ap, content_type="text/javascript")
        )
        page.route(
            f"{APP}/prod/static/**", lambda route: route.fulfill(body=script, content_type="text/javascript")
        )
        page.route(f"{APP}/prod/api/**", app.answer)
        page.goto(f"{APP}/prod/pages/due?{query}")
        page.wait_for_function("window.jira")
        return page

    yield load
    context.close()


def asked(page: Page) -> list[list[Any]]:
    found: list[list[Any]] = page.evaluate("asked")
    return found


def test_a_call_goes_to_the_app_below_its_stage_with_a_fresh_token(
    load: Callable[..., Page], app: App
) -> None:
    page = load()
    assert page.evaluate("jira.call('due/EX-1', { query: { a: 'ü &', b: '' } })") == {"ok": True}
    body = "jira.call('due', { method: 'PUT', body: { due: null } })"
    assert page.evaluate(body) == {"ok": True}
    proof = {"authorization": "JWT a-token"}
    assert app.calls == [
        {"call": "GET /prod/api/due/EX-1", "query": {"a": "ü &", "b": ""}, "type": None, "body": None}
        | proof,
        {"call": "PUT /prod/api/due", "query": {}, "type": "application/json", "body": '{"due":null}'}
        | proof,
    ]
    assert asked(page) == [["getToken", "callback"]] * 2


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/due",
        "due/",
        "due//x",
        "../static/app.css",
        "due/..",
        "./due",
        "due?x",
        "due#x",
        "dü",
        "a b",
        "https://evil.example/",
    ],
)
def test_a_path_that_is_no_calls_is_called_by_nobody(load: Callable[..., Page], app: App, path: str) -> None:
    said = load().evaluate("path => jira.call(path).catch((error) => [error.status, error.message])", path)
    assert said == [0, f"not a path of a call: {path}"]
    assert app.calls == []


def test_after_401_it_is_tried_once_more_and_no_more_often(load: Callable[..., Page], app: App) -> None:
    page = load()
    app.answers = [(401, ""), (200, "1"), (401, ""), (401, "")]
    assert page.evaluate("jira.call('due')") == 1
    assert page.evaluate("jira.call('due').catch((error) => error.status)") == 401
    assert len(app.calls) == len(asked(page)) == 4


def test_a_refusal_has_status_reason_and_message(load: Callable[..., Page], app: App) -> None:
    page = load()
    told = (
        "jira.call('due').catch((error) => [error.status, error.reason, error.message, jira.explain(error)])"
    )
    app.answers = [(400, '{"reason":"body-invalid","message":"due: is missing"}')]
    assert page.evaluate(told) == [400, "body-invalid", "due: is missing", "due: is missing"]
    app.answers = [(403, '{"reason":"permission-missing"}')]
    assert page.evaluate(told)[:2] == [403, "permission-missing"]
    app.answers = [(500, "")]
    assert page.evaluate(told)[:3] == [500, None, "status 500"]
    assert page.evaluate("jira.explain({ status: 403 }, { 403: 'Not you.' })") == "Not you."


def test_the_pages_own_parameters_are_at_hand_and_nothing_of_jiras(load: Callable[..., Page]) -> None:
    page = load(f"issue=EX-1&a=%C3%BC&{OF_JIRA}&jwt=a.b.c")
    assert page.evaluate("[...jira.query]") == [["issue", "EX-1"], ["a", "ü"]]


def test_it_offers_calls_and_never_tokens(load: Callable[..., Page]) -> None:
    offered = load().evaluate("Object.keys(jira).sort()")
    assert offered == [
        *(
            "Failed",
            "call",
            "callJira",
            "context",
            "dialog",
            "explain",
            "flag",
            "navigation",
            "query",
            "resize",
        )
    ]


def test_everything_of_jiras_goes_by_ap(load: Callable[..., Page]) -> None:
    page = load()
    assert page.evaluate("jira.context()") == {"issue": {"id": "1", "key": "EX-1"}, "project": None}
    assert page.evaluate("jira.callJira('/rest/api/3/myself')") == {"a": 1}
    page.evaluate("jira.callJira('/rest/api/3/x', { method: 'PUT', body: [1] })")
    page.evaluate("jira.resize('100%', '300px')")
    page.evaluate("jira.flag({ title: 'Saved', type: 'success' })")
    assert page.evaluate("jira.dialog.open('due', { width: '300px', data: { of: 1 } })") == {"saved": 1}
    assert page.evaluate("jira.dialog.data()") == {"of": "opener"}
    page.evaluate("jira.dialog.close({ saved: 1 })")
    page.evaluate("jira.navigation.toIssue('EX-1')")
    page.evaluate("jira.navigation.toPath('/browse/EX-1')")
    page.evaluate("jira.navigation.reload()")
    assert asked(page) == [
        ["getContext", "callback"],
        ["request", {"url": "/rest/api/3/myself", "type": "GET"}],
        [
            "request",
            {"url": "/rest/api/3/x", "type": "PUT", "contentType": "application/json", "data": "[1]"},
        ],
        ["resize", "100%", "300px"],
        ["flag", {"title": "Saved", "body": "", "type": "success", "close": "auto"}],
        ["create", {"key": "due", "width": "300px", "customData": {"of": 1}}],
        ["on", "close"],
        ["getCustomData", "callback"],
        ["close", {"saved": 1}],
        ["go", "issue", {"issueKey": "EX-1"}],
        ["go", "site", {"relativeUrl": "/browse/EX-1"}],
        ["reload"],
    ]


def test_a_refusal_of_jiras_has_its_status(load: Callable[..., Page]) -> None:
    said = "jira.callJira('/rest/refused').catch((error) => [error instanceof jira.Failed, error.status])"
    assert load().evaluate(said) == [True, 403]


def test_without_jira_around_calls_say_so_and_nothing_else_ends_the_page(load: Callable[..., Page]) -> None:
    page = load(ap="")
    assert page.evaluate("jira.call('due').catch((error) => error.status)") == 0
    assert page.evaluate("jira.context().catch((error) => error.status)") == 0
    page.evaluate("jira.resize(); jira.flag({}); jira.dialog.close(); jira.navigation.reload()")
