"""A running `connect up` over a copy of the project."""

import subprocess
import threading
import time
from typing import Any, Self

import urllib3

from connect_local.laptop.ports import free_port
from tests.laptop.project_copy import ProjectCopy

PATIENCE_SECONDS = 60


class Up:
    """A running `connect up` over a copy of the project, and what it prints."""

    def __init__(self, copy: ProjectCopy, *arguments: str, ports: tuple[int, int] | None = None) -> None:
        self.copy = copy
        self.port, self.jira_port = ports or (free_port(), free_port())
        self.lines: list[str] = []
        self._news = threading.Condition()
        at = ("--port", str(self.port), "--jira-port", str(self.jira_port))
        self.process = subprocess.Popen(
            copy.command("up", *at, *arguments),
            env=copy.environment,
            cwd=copy.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        try:
            self.wait_for("Ctrl-C stops everything")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)
        self._reader.join()

    def wait_for(self, text: str, *, since: int = 0) -> str:
        """A line that holds a text, of those printed since there were so many lines."""

        def found() -> str | None:
            return next((line for line in self.lines[since:] if text in line), None)

        with self._news:
            self._news.wait_for(lambda: found() is not None, PATIENCE_SECONDS)
            line = found()
        assert line, "\n".join(self.lines)
        return line

    def control(self, name: str, body: object = None) -> Any:
        """Use a control of the laptop's Jira."""
        method = "GET" if body is None else "POST"
        return urllib3.request(
            method, f"http://127.0.0.1:{self.jira_port}/_local/{name}", json=body, retries=False
        ).json()

    def get(self, path: str) -> str:
        """Return the app's response to a GET, with its status."""
        answer = urllib3.request("GET", f"http://127.0.0.1:{self.port}{path}", retries=False)
        return f"{answer.status} {answer.data.decode()}"

    def install(self) -> None:
        url = f"http://localhost:{self.port}/atlassian-connect.json"
        assert self.control("install", {"descriptorUrl": url})["installed"]

    def create_issue(self, key: str) -> None:
        event = {"event": "jira:issue_created", "body": {"issue": {"key": key}}}
        assert self.control("webhooks", event)["status"] == 204

    def properties_of(self, key: str) -> dict[str, Any]:
        issues = self.control("state")["issues"]
        return next((issue["properties"] for issue in issues if issue["key"] == key), {})

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                with self._news:
                    self.lines.append(line.rstrip())
                    self._news.notify_all()


def eventually(look: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)
