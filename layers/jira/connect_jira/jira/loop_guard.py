"""What tells the app that an event is of its own making, so that a reaction cannot set itself off for ever.

A call that is made because of a webhook carries a header that Jira sends back with the webhooks that the call
causes.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

import re

from connect_jwt.identity import AppKey

TRACE_HEADER = "X-Atlassian-Webhook-Trace"

_PLAIN = re.compile(r"[!-~]{1,200}", re.ASCII)  # Jira takes 1024 printable ASCII characters


def trace_of(app_key: AppKey, webhook_id: str | None = None) -> str:
    """The value of the trace header for calls that are made because of a webhook.

    Args:
        app_key: the app that makes the calls
        webhook_id: the webhook that is their cause; None for work that the app has asked itself for
    """
    cause = webhook_id or ""
    return f"{app_key} {cause if _PLAIN.fullmatch(cause) else '-'}"


def is_own(trace: str | None, app_key: AppKey) -> bool:
    """Whether a webhook with this trace was caused by a reaction of this app's."""
    return trace is not None and trace.partition(" ")[0] == app_key
