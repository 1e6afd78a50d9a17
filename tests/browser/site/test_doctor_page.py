"""The doctor's page in a real browser: what it answers, and that nothing leaves it."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.axe import violations
from tests.browser.site.asked import failing_requests, options_of
from tests.browser.site.conftest import LOADED, Watched
from tests.laptop.command import run_connect
from tests.laptop.doctor import APP_KEY, FORUM_TOKEN, FORUM_URL, MYSELF, SECRET, token_for

pytestmark = [pytest.mark.xdist_group("the site"), pytest.mark.timeout(240)]

FORUM_CURL = f"curl '{FORUM_URL}' -H 'Authorization: JWT {FORUM_TOKEN}'"
FORUM_KEYS = {"app-key": "com.redacted-name.jira-integration", "at": "1638460100"}
SIGNATURE = FORUM_TOKEN.rpartition(".")[2]

ASK_ALL = """async (questions) => {
  const { fill } = await import("./form.js");
  const form = document.getElementById("question");
  const answers = document.getElementById("answer");
  const printed = {};
  for (const [name, fields] of Object.entries(questions)) {
    const answered = new Promise((resolve) => {
      const seen = (_, observer) => { observer.disconnect(); resolve(); };
      new MutationObserver(seen).observe(answers, { childList: true });
    });
    fill(form, Object.entries(fields), { secrets: true });
    form.requestSubmit();
    await answered;
    printed[name] = answers.querySelector(".json pre")?.textContent ?? answers.textContent;
  }
  return printed;
}"""


EMPTIED = """() => {
  document.getElementById("question").reset();
  document.getElementById("more").open = false;
  document.getElementById("answer").replaceChildren();
}"""


@pytest.fixture
def doctor(watched: Watched) -> Watched:
    """The page with Python in it; it is loaded once, and emptied for each test."""
    if "doctor/" in watched.page.url:
        watched.page.evaluate(EMPTIED)
    else:
        watched.open_doctor()
    return watched


def paste(doctor: Watched, text: str) -> None:
    """Paste into the box, as a person does."""
    doctor.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    doctor.page.locator("#request").focus()
    doctor.page.keyboard.press("Control+V")


def test_failing_requests_give_byte_for_byte_the_json_of_the_command(doctor: Watched) -> None:
    requests = failing_requests()
    assert len(requests) >= 50
    on_the_page = doctor.page.evaluate(ASK_ALL, requests)
    for name, fields in requests.items():
        options, stdin = options_of(fields)
        assert on_the_page[name] == run_connect("doctor", "--json", *options, stdin=stdin).stdout.rstrip("\n")


def test_the_forum_s_token_is_pasted_on_a_phone_and_its_issuer_is_named_and_marked(doctor: Watched) -> None:
    paste(doctor, FORUM_CURL)
    expect(doctor.page.locator("#verdict")).to_have_text("Refused: iss-is-client-key")
    first = doctor.page.locator(".finding").first
    expect(first.locator(".fix")).to_contain_text("Sign with iss = your descriptor's key.")
    expect(first.get_by_role("link")).to_have_attribute("href", "../why-is-it-401/iss-is-client-key/")
    issuer = doctor.page.locator(".part.claims dd").filter(has_text="b3e0f650")
    expect(issuer.locator("mark")).to_have_text("iss-is-client-key")
    expect(doctor.page.locator(".part.claims")).to_contain_text("2021-12-02 15:48:08 UTC")
    assert doctor.page.evaluate("document.documentElement.scrollWidth") == 320
    assert violations(doctor.page) == []


def test_it_works_by_the_keyboard_alone(doctor: Watched) -> None:
    page = doctor.page
    page.locator("#request").focus()
    page.keyboard.insert_text(FORUM_TOKEN)
    page.keyboard.press("Tab")
    expect(page.locator("#explain")).to_be_focused()
    page.keyboard.press("Enter")
    doctor.says("Refused: iss-is-client-key")
    expect(page.locator("#answer")).to_be_focused()
    page.get_by_role("link", name="--secret").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#secret")).to_be_focused()


def test_both_canonical_requests_stand_side_by_side_with_the_difference_marked(doctor: Watched) -> None:
    doctor.page.evaluate("location.hash = 'example=qsh-query-encoding'")
    doctor.says("Refused: qsh-query-encoding")
    right, hashed = doctor.page.locator(".sides > div").all()
    assert right.locator("mark").all_inner_texts() == ["%20", "%20"]
    assert hashed.locator("mark").all_inner_texts() == ["+", "+"]


DROP = """(content) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([content], "session.har"));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize("is_dropped", [True, False])
def test_a_har_file_is_explained_request_by_request(
    doctor: Watched, tmp_path: Path, *, is_dropped: bool
) -> None:
    entries = [
        {
            "startedDateTime": "2026-11-23T14:20:00Z",
            "request": {
                "method": "GET",
                "url": MYSELF,
                "headers": [{"name": "Authorization", "value": f"{scheme} {token_for('GET', MYSELF)}"}],
            },
            "response": {"status": 401},
        }
        for scheme in ("Bearer", "JWT")
    ]
    har = tmp_path / "session.har"
    har.write_text(json.dumps({"log": {"entries": entries}}))
    if is_dropped:
        doctor.page.evaluate(DROP, har.read_text())
    else:
        doctor.page.locator("#file").set_input_files(har)
    expect(doctor.page.locator("#answer .number")).to_have_text(["1 of 2", "2 of 2"])
    doctor.says("Refused: scheme-not-jwt")
    paste(doctor, FORUM_CURL)  # which takes the file's place
    doctor.says("Refused: iss-is-client-key")
    expect(doctor.page.locator("#dropped")).to_be_empty()


def test_what_cannot_be_read_is_one_sentence(doctor: Watched) -> None:
    paste(doctor, "hello")
    expect(doctor.page.get_by_role("alert")).to_contain_text("That is no token")


def test_a_link_has_no_secret_and_no_signature_and_asks_the_same(doctor: Watched, address: str) -> None:
    page = doctor.page
    paste(doctor, FORUM_CURL.replace(" -H", " -H 'Cookie: session=a-cookie' -H"))
    doctor.says("Refused: iss-is-client-key")
    page.locator("#secret").fill(SECRET)
    page.locator("#app-key").fill(FORUM_KEYS["app-key"])
    page.get_by_text("More that you may know").click()
    page.locator("#at").fill(FORUM_KEYS["at"])
    page.locator("#explain").click()
    expect(page.locator(".request")).to_contain_text("2021-12-02 15:48:20 UTC")
    expect(page.locator("article")).to_contain_text("secret-mismatch")
    page.get_by_role("button", name="Copy a link").click()
    link = page.get_by_label("The link").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert not [leak for leak in (SECRET, SIGNATURE, "a-cookie") if leak in link]
    assert link.startswith(f"{address}doctor/#")
    assert parse_qs(urlsplit(link).fragment)["app-key"] == [FORUM_KEYS["app-key"]]
    page.evaluate("link => { location.hash = new URL(link).hash }", link)
    expect(page.locator(".unsettled")).to_contain_text("it was cut off before the token was handed on")
    expect(page.locator(".finding h3 code")).to_have_text(["iss-is-client-key", "sub-present"])
    expect(page.locator("#secret")).to_have_value("")


def test_after_loading_nothing_is_asked_of_anybody_and_nothing_is_kept(doctor: Watched) -> None:
    page = doctor.page
    before = len(doctor.requests)
    page.context.set_offline(True)
    try:
        page.locator("#request").fill(f"curl {MYSELF} -H 'Authorization: JWT {token_for('GET', MYSELF)}'")
        page.locator("#app-key").fill(APP_KEY)
        page.locator("#secret").fill(SECRET)
        page.locator("#explain").click()
        expect(page.locator("#answer h2")).to_have_text("Accepted: nothing is wrong with this token")
        page.get_by_role("button", name="Try the forum's token").click()
        doctor.says("Refused: iss-is-client-key")
    finally:
        page.context.set_offline(False)
    assert doctor.requests[before:] == []
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("caches.keys()") == []
    assert SECRET not in page.url


def test_its_policy_lets_no_request_go_to_another_host(doctor: Watched) -> None:
    other = doctor.address.replace("127.0.0.1", "localhost")
    refused = doctor.page.evaluate(
        """async (other) => {
          const violated = new Promise((resolve) => {
            addEventListener("securitypolicyviolation", resolve, { once: true });
          });
          await fetch(other).catch(() => {});
          return (await violated).effectiveDirective;
        }""",
        other,
    )
    assert refused == "connect-src"
    assert "Content Security Policy" in doctor.complaints.pop()
    while doctor.complaints and other in doctor.complaints[-1]:
        doctor.complaints.pop()


def test_the_form_is_usable_while_python_loads_and_answers_once_it_has(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    context.route("**/*.wasm", hold)
    page = context.new_page()
    page.goto(f"{address}doctor/")
    expect(page.locator("#request")).to_be_focused()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.locator("#request").fill(FORUM_TOKEN)
    page.locator("#explain").click()
    assert violations(page) == []
    expect(page.locator("#answer")).to_be_empty()
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.locator("#answer h2")).to_have_text("Refused: iss-is-client-key", timeout=LOADED)
    assert violations(page) == []
    context.close()
