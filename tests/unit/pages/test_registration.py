"""Registration of pages and calls: what cannot be meant is an error at once, with the line to mend."""

from dataclasses import dataclass
from typing import Any

import pytest

from connect_jira.app.pages import ApiRequest, Pages, Refused
from connect_jira.app.permissions import (
    Permission,
    administers_jira,
    administers_project,
    browses_issue,
    browses_project,
    edits_issue,
    everybody,
    global_permission,
    issue_permission,
    project_permission,
)
from connect_jira.app.site import Site
from connect_jira.auth.page_context import PageContext, PageIssue
from connect_jira.data.entries import JsonValue


@dataclass(frozen=True)
class DueDate:
    issue: str
    due: str | None
    days: int = 0


def nothing(_request: ApiRequest, _site: Site) -> JsonValue:
    return None


def takes_due_date(_request: ApiRequest[DueDate], _site: Site) -> JsonValue:
    return None


def test_without_who_may_nothing_is_registered() -> None:
    pages: Any = Pages()
    with pytest.raises(TypeError, match="allowed"):
        pages.page("due", template="due.html")
    with pytest.raises(TypeError, match="allowed"):
        pages.call("GET", "due")


@pytest.mark.parametrize("allowed", [None, "everybody", True, issue_permission, lambda: everybody])
def test_what_is_no_permission_is_refused(allowed: Any) -> None:
    with pytest.raises(TypeError, match="allowed is a permission"):
        Pages().page("due", template="due.html", allowed=allowed)
    with pytest.raises(TypeError, match="allowed is a permission"):
        Pages().call("GET", "due", allowed=allowed)


@pytest.mark.parametrize("method", ["get", "PATCH", "HEAD", "OPTIONS", "ANY", ""])
def test_other_methods_are_refused(method: str) -> None:
    with pytest.raises(ValueError, match="is no method"):
        Pages().call(method, "due", allowed=everybody)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/due", "due/", "due//x", ".", "..", "due/..", "due/../x", "dü", "due?x=1", "a b", "a%20b"),
        *("due/{key", "due/key}", "due/{}", "due/{Key}", "due/x{key}", "due/{key}.json", "{a}/{a}", "{a+}"),
        *("due;x", "a:b", "a@b", "a+b", "a*", "~\n", "due\n"),
    ],
)
def test_paths_that_a_request_could_not_have_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no path of a call"):
        Pages().call("GET", path, allowed=everybody)(nothing)


@pytest.mark.parametrize("name", ["", "a/b", "..", "ü", "a b", "a?b", "{page}"])
def test_names_that_a_page_could_not_have_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a page"):
        Pages().page(name, template="due.html", allowed=everybody)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_has_no_body_cannot_declare_one(method: str) -> None:
    with pytest.raises(ValueError, match="has no body"):
        Pages().call(method, "due", allowed=everybody)(takes_due_date)


def test_a_function_says_by_its_annotation_what_it_takes() -> None:
    pages: Any = Pages()

    def silent(_request, _site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return None

    def other(_request: dict[str, Any], _site: Site) -> JsonValue:
        return None

    def unreadable(_request: ApiRequest[set[int]], _site: Site) -> JsonValue:
        return None

    for function in (silent, other):
        with pytest.raises(TypeError, match="annotate its first argument with ApiRequest"):
            pages.call("POST", "due", allowed=everybody)(function)
    with pytest.raises(TypeError, match="cannot be read from JSON"):
        pages.call("POST", "due", allowed=everybody)(unreadable)


# --- which issue


@pytest.mark.parametrize("allowed", [browses_issue, edits_issue, issue_permission("MOVE_ISSUES")])
def test_a_path_with_a_part_has_to_say_whether_it_names_the_issue(allowed: Permission) -> None:
    with pytest.raises(ValueError, match=r"\.of\('key'\) if \{key\} names it, or allowed=….of_page"):
        Pages().call("GET", "due/{key}", allowed=allowed)(nothing)
    Pages().call("GET", "due/{key}", allowed=allowed.of("key"))(nothing)
    Pages().call("GET", "due/{key}", allowed=allowed.of_page)(nothing)
    Pages().call("GET", "due", allowed=allowed)(nothing)


@pytest.mark.parametrize("allowed", [browses_project, administers_project, project_permission("X")])
def test_the_same_for_a_project(allowed: Permission) -> None:
    with pytest.raises(ValueError, match="which project has to be asked for"):
        Pages().call("GET", "of/{key}", allowed=allowed)(nothing)
    Pages().call("GET", "of/{key}", allowed=allowed.of("key"))(nothing)


@pytest.mark.parametrize("allowed", [everybody, administers_jira, global_permission("BULK_CHANGE")])
def test_a_permission_for_no_issue_names_none(allowed: Permission) -> None:
    Pages().call("GET", "due/{key}", allowed=allowed)(nothing)
    with pytest.raises(ValueError, match="for no issue"):
        allowed.of("key")
    with pytest.raises(ValueError, match="for no issue"):
        _ = allowed.of_page


@pytest.mark.parametrize("name", ["kye", "due", "days"])
def test_a_name_that_names_nothing_is_refused(name: str) -> None:
    for path in ("due/{key}", "due"):
        with pytest.raises(ValueError, match="is neither a part of the path"):
            Pages().call("PUT", path, allowed=edits_issue.of(name))(takes_due_date)
    with pytest.raises(ValueError, match="needs the name"):
        edits_issue.of("")


def test_a_name_that_names_two_things_is_refused() -> None:
    with pytest.raises(ValueError, match="both a part"):
        Pages().call("PUT", "due/{issue}", allowed=edits_issue.of("issue"))(takes_due_date)
    Pages().call("PUT", "due", allowed=edits_issue.of("issue"))(takes_due_date)


def test_a_page_is_for_what_it_is_shown_for() -> None:
    with pytest.raises(ValueError, match="nothing else can name one"):
        Pages().page("due", template="due.html", allowed=browses_issue.of("key"))


# --- twice, and several files


def test_the_same_page_or_call_twice_is_refused() -> None:
    pages = Pages()
    pages.page("due", template="due.html", allowed=everybody)
    with pytest.raises(ValueError, match="registered twice"):
        pages.page("due", template="due.html", allowed=everybody)
    pages.call("GET", "due/{key}", allowed=everybody)(nothing)
    with pytest.raises(ValueError, match="the same call"):
        pages.call("GET", "due/{issue}", allowed=everybody)(nothing)
    pages.call("PUT", "due/{issue}", allowed=everybody)(nothing)


def test_several_files_are_put_together_and_must_not_contradict_each_other() -> None:
    one, other = Pages(), Pages()
    one.page("due", template="due.html", allowed=everybody)
    one.call("GET", "due", allowed=everybody)(nothing)
    other.call("GET", "other", allowed=everybody)(nothing)
    both = Pages(one, other)
    assert [str(call) for call in both.all_calls()] == ["GET due", "GET other"]
    assert both.page_named("due")
    assert len(list(Pages(one, both).all_calls())) == 2
    third, fourth = Pages(), Pages()
    third.page("due", template="other.html", allowed=everybody)
    fourth.call("GET", "due", allowed=everybody)(nothing)
    for contradicting in (third, fourth):
        with pytest.raises(ValueError, match="twice"):
            Pages(both, contradicting)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("due/today", "due/today"),
        ("due/EX-1", "due/{key}"),
        ("of/EX-1", "{kind}/EX-1"),
        ("of/EX-2", "{kind}/{key}"),
        ("due", None),
        ("due/EX-1/x", None),
    ],
)
def test_what_is_fixed_goes_before_a_part_in_whatever_order_they_come(path: str, found: str | None) -> None:
    for order in (1, -1):
        pages = Pages()
        for text in ["{kind}/{key}", "due/{key}", "{kind}/EX-1", "due/today"][::order]:
            pages.call("GET", text, allowed=everybody)(nothing)
        matched = pages.find_call("GET", path)
        assert (matched[0].path.text if matched else None) == found


# --- by hand


def test_a_request_made_by_hand_has_what_it_was_made_with() -> None:
    request = ApiRequest(body=None, user="a", checked=PageContext(issue=PageIssue("10001", "EX-1")))
    assert request.issue.key == "EX-1"
    for missing in ("project", "permissions", "installation"):
        with pytest.raises(LookupError, match=missing):
            getattr(request, missing)


def test_nothing_of_what_was_sent_is_in_its_text() -> None:
    request = ApiRequest(body={"a": "secret"}, path={"key": "secret"}, query={"x": "secret"})
    assert "secret" not in repr(request)


@pytest.mark.parametrize("status", [200, 302, 500, 503])
def test_a_refusal_has_the_status_of_one(status: int) -> None:
    with pytest.raises(ValueError, match="no status of a refusal"):
        Refused(status, "x")
