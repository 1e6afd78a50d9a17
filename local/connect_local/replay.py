"""`python -m connect_local.replay FOLDER`: webhooks from files, signed and sent to the app on a laptop.

Each JSON file of the folder is the body of one webhook. It goes to the path that the descriptor has for its
event, or to the first that it has for any; its issue comes into being, so that a reaction finds it.
"""

import sys
import threading
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path

import click
import urllib3

from connect_cli.errors import CommandError
from connect_jira.json_objects import object_in
from connect_local.jira.apps import url_of
from connect_local.jira.entities import Installation, Json
from connect_local.jira.tokens import site_token
from connect_local.laptop.stack import LaptopStack, StackOptions

_OUTCOMES = {
    "Message processed",
    "Message skipped: processed before",
    "Moving message to the dead-letter queue",
    "Message discarded",
    "Message scheduled for retry",
}
_PATIENCE_SECONDS = 30


class _Outcomes:
    """The worker's first log line for each webhook, by its identifier."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._more = threading.Condition()

    def take(self, _function: str, line: str) -> None:
        said = object_in(line)
        if said.get("message") in _OUTCOMES and "webhookId" in said:
            outcome = ", ".join(filter(None, (said["message"], said.get("reason"))))
            with self._more:
                self._said.setdefault(said["webhookId"], outcome)
                self._more.notify_all()

    def of(self, webhook_id: str) -> str:
        with self._more:
            self._more.wait_for(lambda: webhook_id in self._said, _PATIENCE_SECONDS)
            return self._said.get(webhook_id, "nothing was heard of it")


def replay(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Send the files of a folder to a stack of its own; the name, the status and the outcome of each.

    Args:
        folder: of JSON files

    Raises:
        CommandError: there are none, or the app cannot be installed
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise CommandError(f"there is no .json file in {folder}")
    outcomes = _Outcomes()
    with LaptopStack(StackOptions(port=0, jira_port=0, on_log=outcomes.take)) as stack:
        if stack.jira is None or not stack.jira.lifecycle.install(stack.descriptor_url).installed:
            raise CommandError("the app could not be installed")
        (app,) = stack.jira.site.apps()
        for file in files:
            body = file.read_bytes()
            payload = object_in(body)
            url = _url_for(app, payload)
            issue = payload.get("issue")
            if isinstance(issue, dict) and isinstance(issue.get("key"), str):
                stack.jira.site.ensure_issue(issue["key"], {})
            response = urllib3.request(
                "POST",
                url,
                body=body,
                headers={
                    "Authorization": f"JWT {site_token(app, url, now=stack.jira.site.now())}",
                    "Content-Type": "application/json; charset=UTF-8",
                    "X-Atlassian-Webhook-Identifier": file.name,
                },
                retries=False,
            )
            taken = response.status == HTTPStatus.NO_CONTENT
            yield file.name, response.status, outcomes.of(file.name) if taken else "not taken"


def _url_for(app: Installation, payload: Mapping[str, Json]) -> str:
    webhooks = app.descriptor.webhooks
    webhook = next((each for each in webhooks if each.event == payload.get("webhookEvent")), webhooks[0])
    return url_of(app.descriptor, webhook.url)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Send each JSON file of FOLDER as a webhook; exit status 1 if one was not taken."""
    all_taken = True
    try:
        for name, status, outcome in replay(folder):
            click.echo(f"{status} {name}: {outcome}")
            all_taken = all_taken and status == HTTPStatus.NO_CONTENT
    except CommandError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    sys.exit(0 if all_taken else 1)


if __name__ == "__main__":
    main()
