"""The events that a webhook of a descriptor may name.

https://developer.atlassian.com/cloud/jira/platform/webhooks/; some that are not there, such as
`app_policy_changed`, are known from public descriptors.
"""

from connect_jira.events.forge_events import FORGE_EVENTS

_OF_CONNECT_ALONE = (
    "app_access_to_objects_blocked",
    "app_access_to_objects_in_container_blocked",
    "app_policy_changed",
    "connect_addon_disabled",
    "connect_addon_enabled",
    "jira:worklog_updated",
    "option_attachments_changed",
    "option_timetracking_changed",
    "project_app_disabled",
    "project_app_enabled",
)
WEBHOOK_EVENTS = frozenset(FORGE_EVENTS) | frozenset(_OF_CONNECT_ALONE)
