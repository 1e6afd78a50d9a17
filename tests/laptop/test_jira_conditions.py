"""The conditions on which a module is shown."""

from typing import Any

import pytest

from connect_local.jira import LaptopJira
from connect_local.jira.conditions import Viewer, is_shown, unknown_conditions
from connect_local.jira.page_context import PageContext
from connect_local.jira.rendering import Renderer
from connect_local.jira.site import ADMIN, MEMBER
from tests.laptop.fake_app import FakeApp

ADMIN_ONLY = {"condition": "user_is_admin"}
NOBODY = {"condition": "user_is_logged_in", "invert": True}


@pytest.fixture
def viewer(jira: LaptopJira, fake_app: FakeApp) -> Viewer:
    """Mia, at DEMO-1, which Ada is to do."""
    assert jira.lifecycle.install(fake_app.descriptor_url).installed
    assignee = Renderer(jira.base_url).user(ADMIN)
    issue = jira.site.ensure_issue("DEMO-1", {"assignee": assignee})
    (app,) = jira.site.apps()
    context = PageContext(site=jira.site, issue=issue, project=issue.project)
    return Viewer(person=MEMBER, app=app, context=context)


@pytest.mark.parametrize(
    ("conditions", "shown"),
    [
        ([], True),
        ([ADMIN_ONLY], False),
        ([{**ADMIN_ONLY, "invert": True}], True),
        ([NOBODY], False),
        ([{"or": [ADMIN_ONLY, {"condition": "user_is_logged_in"}]}], True),
        ([{"and": [ADMIN_ONLY, {"condition": "user_is_logged_in"}]}], False),
        ([{"type": "OR", "conditions": [ADMIN_ONLY, {"condition": "user_is_logged_in"}]}], True),
        ([{"conditions": [ADMIN_ONLY, {"condition": "user_is_logged_in"}]}], False),
        ([{"condition": "is_issue_assigned_to_current_user"}], False),
        ([{"condition": "is_issue_reported_by_current_user"}], False),
        ([{"condition": "is_issue_unresolved"}], True),
        ([{"condition": "has_selected_project"}], True),
        ([{"condition": "has_project_permission", "params": {"permission": "EDIT_ISSUES"}}], True),
        ([{"condition": "has_project_permission", "params": {"permission": "administer_projects"}}], False),
        ([{"condition": "addon_is_licensed"}], False),
        ([{"condition": "smtp_mail_server_configured"}], True),
    ],
)
def test_a_module_is_shown_when_its_conditions_hold(
    viewer: Viewer, conditions: list[dict[str, Any]], *, shown: bool
) -> None:
    assert is_shown(conditions, viewer) is shown


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({"entity": "addon", "propertyKey": "settings", "value": "true", "objectName": "a.on"}, True),
        ({"entity": "addon", "propertyKey": "settings", "value": "false", "objectName": "a.on"}, False),
        ({"entity": "addon", "propertyKey": "settings", "value": "true", "objectName": "a.off"}, False),
        ({"entity": "issue", "propertyKey": "settings", "value": "true"}, False),
        ({"entity": "user", "propertyKey": "settings", "value": "true"}, False),
    ],
)
def test_a_property_decides(viewer: Viewer, params: dict[str, str], *, shown: bool) -> None:
    site, app = viewer.context.site, viewer.app
    site.set_app_property(app.descriptor.key, "settings", {"a": {"on": True}})
    assert is_shown([{"condition": "entity_property_equal_to", "params": params}], viewer) is shown
    exists = [{"condition": "entity_property_exists", "params": params}]
    assert is_shown(exists, viewer) is (params["entity"] == "addon" and "off" not in str(params))


def test_conditions_that_are_not_known_are_named_once_wherever_they_stand() -> None:
    other = {"condition": "feature_flag"}
    assert unknown_conditions(
        [ADMIN_ONLY, other, {"or": [other, {"and": [{"condition": "jira_expression"}]}]}]
    ) == [
        "feature_flag",
        "jira_expression",
    ]
