"""The names that Jira knows: of events, conditions and places.

https://developer.atlassian.com/cloud/jira/platform/webhooks/ (some events that are not there, such as
`app_policy_changed`, are known from public descriptors), .../connect-conditions/,
.../issue-view-ui-locations/, .../administration-ui-locations/ and .../extension-points-for-the-end-user-ui/
"""

from connect_jira.events.forge_events import FORGE_EVENTS
from connect_jwt.scopes import SCOPES

SCOPE_NAMES = frozenset(scope.lower() for scope in SCOPES)

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

CONDITIONS = frozenset(
    """
    addon_is_licensed addon_property_contains_all addon_property_contains_any addon_property_contains_context
    addon_property_equal_to addon_property_equal_to_context addon_property_exists can_attach_file_to_issue
    can_manage_attachments can_use_application entity_property_contains_all entity_property_contains_any
    entity_property_contains_any_project_role entity_property_contains_any_user_group
    entity_property_contains_any_user_role entity_property_contains_context entity_property_equal_to
    entity_property_equal_to_context entity_property_exists feature_flag has_global_permission
    has_issue_permission has_project_permission has_selected_project has_sub_tasks_available
    has_voted_for_issue is_admin_mode is_field_hidden is_issue_assigned_to_current_user is_issue_editable
    is_issue_reported_by_current_user is_issue_unresolved is_keyboard_shortcuts_enabled is_sub_task
    is_watching_issue jira_expression linking_enabled not_version_context smtp_mail_server_configured
    sub_tasks_enabled time_tracking_enabled user_has_issue_history user_is_admin user_is_logged_in
    user_is_project_admin user_is_sysadmin user_is_the_logged_in_user voting_enabled watching_enabled
    servicedesk.is_agent servicedesk.is_customer
    """.split()  # noqa: SIM905 - fifty words would be fifty lines
)
"""Conditions without a URL of their own."""

LOCATIONS = frozenset(
    """
    none
    admin_applications_section admin_issues_menu admin_plugins_menu admin_project_menu admin_system_menu
    admin_users_menu advanced_menu_section atl.jira.proj.config atl.jira.proj.config.header
    atl.jira.proj.config.sidebar atl.jira.view.issue.left.context atl.jira.view.issue.right.context
    atl.header.after.scripts browse_link find_link greenhopper_menu home_link jira.agile.board.configuration
    jira.agile.board.tools jira.dashboard.tools jira.issue.tools jira.navigator.pluggable.items
    jira.project.sidebar.navigation jira.project.sidebar.plugins.navigation operations-attachments
    operations-delete operations-operations operations-restore operations-subtasks operations-top-level
    operations-voteswatchers operations-work opsbar-operations opsbar-transitions system.admin
    system.admin.top.navigation.bar system.preset.filters system.top.navigation.bar system.user.hover.links
    system.user.options system.user.profile.links system.header profile user.options.personal
    view.issue.opsbar view.profile.panels webpanels.admin.summary.left-panels
    webpanels.admin.summary.right-panels webpanels.user.profile.summary.custom
    """.split()  # noqa: SIM905 - fifty words would be fifty lines
)
"""Places of pages, panels, items and sections; a section of one of them is behind a `/`."""
