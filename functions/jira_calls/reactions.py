"""Reactions of the app to events on a site. This is the file to make your own.

A reaction gets the event and the site that it happened on. An event that is delivered twice is handled once;
but if the process dies in the middle, the reaction runs again. So it must be idempotent, unless it is
registered with `idempotent=False`.
"""

from urllib.parse import quote

from connect_jira.app.event import Event
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site

PROPERTY = "connect-lambda"

reactions = Reactions()


@reactions.on("jira:issue_created")
def issue_created(event: Event, site: Site) -> None:
    """Leave a note on the new issue, as an issue property: the event that the app has seen, and when."""
    issue = quote(event.unsigned_payload["issue"]["key"], safe="")
    site.jira.put(
        f"/rest/api/3/issue/{issue}/properties/{PROPERTY}",
        {"event": event.name, "timestamp": event.timestamp, "webhookId": event.id},
    )
