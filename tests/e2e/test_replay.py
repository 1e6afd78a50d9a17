"""Recorded webhooks, sent to the app from their files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from connect_local import replay

RECORDED = {
    "a-created.json": json.dumps({"webhookEvent": "jira:issue_created", "issue": {"key": "TES-41"}}),
    "b-of-another-event.json": json.dumps({"webhookEvent": "comment_deleted", "issue": {"key": "TES-42"}}),
    "c-without-an-issue.json": json.dumps({"webhookEvent": "comment_created"}),
    "d-cut.json": '{"webhookEvent": ',
    "no-webhook.txt": "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in RECORDED.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_each_file_is_taken_and_what_the_worker_made_of_it_is_said(folder: Path) -> None:
    result = CliRunner().invoke(replay.main, [str(folder)])
    assert result.output.splitlines() == [
        "204 a-created.json: Message processed",
        "204 b-of-another-event.json: Message processed",
        "204 c-without-an-issue.json: Message scheduled for retry, KeyError",
        "204 d-cut.json: Message scheduled for retry, KeyError",
    ]
    assert result.exit_code == 0


def test_a_folder_without_files_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(replay.main, [str(tmp_path)])
    assert (result.exit_code, result.output) == (1, f"Error: there is no .json file in {tmp_path}\n")
