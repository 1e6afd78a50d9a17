"""Loop guard: recognises events that the app's own calls caused, so that a reaction cannot trigger itself.

A call that a webhook caused carries a header, which Jira returns with the webhooks that the call causes.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

import re

from connect_jwt.identity import AppKey

TRACE_HEADER = "X-Atlassian-Webhook-Trace"

_PLAIN = re.compile(r"[!-~]{1,200}", re.ASCII)  # Jira takes 1024 printable ASCII characters


def webhook_trace_of(app_key: AppKey, webhook_id: str | None = None) -> str:
    """Return the loop guard's header value for calls that a webhook causes.

    Args:
        app_key: of the calling app
        webhook_id: of the webhook that is the cause; None for the app's own work
    """
    cause = webhook_id or ""
    return f"{app_key} {cause if _PLAIN.fullmatch(cause) else '-'}"


def is_own_webhook(webhook_trace: str | None, app_key: AppKey) -> bool:
    """Return whether a webhook with this header value was caused by a reaction of this app."""
    return webhook_trace is not None and webhook_trace.partition(" ")[0] == app_key
