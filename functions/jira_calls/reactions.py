"""What the app does when something happens on a site. This is the file to make your own.

A reaction gets the webhook and a client for the site it came from. What Jira sends twice is done once; but
when a process dies in the middle it is done again, so doing it twice must come to the same as doing it once.
"""

from collections.abc import Callable
from urllib.parse import quote

from connect_jira.client import JiraClient
from connect_jira.webhooks import Webhook

PROPERTY = "connect-lambda"


def issue_created(webhook: Webhook, jira: JiraClient) -> None:
    """Leave a note on the new issue, as an issue property: which event the app has seen, and when."""
    issue = quote(webhook.payload["issue"]["key"], safe="")
    jira.put(
        f"/rest/api/3/issue/{issue}/properties/{PROPERTY}",
        {"event": webhook.event, "timestamp": webhook.timestamp, "webhookId": webhook.webhook_id},
    )


REACTIONS: dict[str, Callable[[Webhook, JiraClient], None]] = {
    "jira:issue_created": issue_created,
}
"""By the events that the descriptor's webhooks name."""
