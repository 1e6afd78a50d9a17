"""The examples of docs/reactions.md, run as they stand there."""

import re
from typing import Any
from unittest.mock import MagicMock, call

import pytest

from connect_jira.app.event import Event
from connect_jira.app.reactions import Reactions
from connect_jira.events.hook_call import Hook
from connect_tools.project import PROJECT

PAGE = (PROJECT / "docs" / "reactions.md").read_text(encoding="utf-8")


@pytest.fixture
def reactions() -> Reactions:
    names: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE):
        exec(block, names)  # noqa: S102 - the page's own code
    own: Reactions = names["reactions"]
    return own


def test_an_event_marks_its_issue(reactions: Reactions) -> None:
    site = MagicMock()
    event = Event(name="comment_created", timestamp=7, unsigned_payload={"issue": {"key": "EX-1/.."}})
    (reaction,) = reactions.to(event.name, event.unsigned_payload)
    reaction.function(event, site)
    site.jira.put.assert_called_once_with("/rest/api/3/issue/EX-1%2F../properties/seen", {"at": 7})


def updated(field: str) -> Event:
    changelog = {"items": [{"field": field, "fieldId": field}]}
    return Event(
        name="jira:issue_updated", unsigned_payload={"issue": {"key": "EX-1"}, "changelog": changelog}
    )


def test_a_changed_field_asks_for_work_that_is_registered(reactions: Reactions) -> None:
    site, event = MagicMock(), updated("status")
    assert reactions.to(event.name, updated("summary").unsigned_payload) == []
    (reaction,) = reactions.to(event.name, event.unsigned_payload)
    reaction.function(event, site)
    ((work, arguments),) = (asked.args for asked in site.enqueue.call_args_list)
    assert reactions.name_of(work) == "refresh_board"
    work(arguments, site)
    site.data.put.assert_called_once_with("refreshed/EX-1", "yes")


def test_hooks_set_up_and_clear_away(reactions: Reactions) -> None:
    site = MagicMock()
    site.data.list.return_value = [MagicMock(entries=[MagicMock(key="refreshed/EX-1")])]
    for hook in Hook:
        (function,) = reactions.hooks(hook).values()
        function(site)
    assert site.jira.app_properties.mock_calls == [
        call.put("ready", "yes"),
        call.put("ready", "yes"),
        call.delete("ready"),
    ]
    site.data.delete.assert_called_once_with("refreshed/EX-1")


def test_a_job_goes_on_where_it_stood(reactions: Reactions) -> None:
    job, site = reactions.jobs["count_open_issues"], MagicMock()
    site.seconds_left.side_effect = [30.0, 30.0, 1.0]
    assert job.function(site, None) == 2
    site.seconds_left.side_effect = None
    site.seconds_left.return_value = 30.0
    assert job.function(site, 2) is None
    assert [written.args[0] for written in site.data.put.call_args_list] == [
        f"counted/{number:05}" for number in range(100)
    ]
    assert reactions.jobs.keys() == {"count_open_issues", "move_old_settings"}
