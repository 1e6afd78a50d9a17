"""The pages of the demonstration."""

from connect_local.testing.app import Call, LoadPage
from connect_local.testing.jira import Jira


def test_everybody_sees_the_greeting(jira: Jira, page: LoadPage) -> None:
    shown = page("hello-world", user=jira.member)

    assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_the_connection_is_for_administrators(jira: Jira, call: Call) -> None:
    assert call("GET", "connection", user=jira.admin).status == 200
    assert call("GET", "connection", user=jira.member).status == 403
