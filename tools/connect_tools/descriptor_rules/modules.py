"""The kinds of module that a descriptor of Jira may have, and what each of them is made of.

https://developer.atlassian.com/cloud/jira/platform/about-jira-modules/, and held against the schema in
Atlassian's npm `@forge/manifest`
"""

from collections.abc import Mapping

from connect_tools.descriptor_rules.shapes import (
    ANY_OBJECT,
    BOOLEAN,
    CONDITIONS,
    I18N,
    ICON,
    INTEGER,
    MODULE_KEY,
    TEXT,
    Schema,
    list_of,
    one_of,
    record,
    text,
)

_SIZE = text(longest=10)
_URL = record("url", url=TEXT)
_TEMPLATE = record("templateUrl", templateUrl=TEXT)
_EXTRACTED = one_of("number text string user date")
_DIALOG = record(
    size=one_of("small medium large x-large fullscreen maximum"),
    chrome=BOOLEAN,
    width=_SIZE,
    height=_SIZE,
    header=I18N,
)
_WEB_PANEL = record("type url", type=one_of("web_panel"), url=TEXT)
_LABEL = record("label type", label=I18N, type=one_of("label"))
_WORKFLOW = {"create": _URL, "edit": _URL, "view": _URL, "name": I18N, "description": I18N, "key": MODULE_KEY}

_COMMON: Mapping[str, Schema] = {
    "cacheable": BOOLEAN,
    "conditions": CONDITIONS,
    "context": one_of("page addon product"),
    "description": I18N,
    "documentationUrl": TEXT,
    "fullPage": BOOLEAN,
    "homeUrl": TEXT,
    "icon": ICON,
    "jiraNativeAppsEnabled": BOOLEAN,
    "key": MODULE_KEY,
    "location": text(longest=100),
    "logoUrl": TEXT,
    "name": I18N,
    "params": ANY_OBJECT,
    "thumbnailUrl": TEXT,
    "tooltip": I18N,
    "url": TEXT,
    "weight": INTEGER,
}


def _module(required: str, optional: str = "", /, **others: Schema) -> Schema:
    """A module, by the names of its members; `others` are those that only this kind has."""
    names = f"{required} {optional}".split()
    return record(required, **{name: _COMMON[name] for name in names if name in _COMMON}, **others)


def _provider(required: str = "homeUrl name key", **actions: Schema) -> Schema:
    """A provider of information from another system, with the URLs at which Jira asks it for something."""
    known = _module(required, "name homeUrl documentationUrl logoUrl")
    return {**known, "properties": {**known["properties"], **actions}}


def _actions(required: str, optional: str = "") -> Schema:
    names = f"{required} {optional}".split()
    return record(required, **dict.fromkeys(names, _TEMPLATE))


_ADMIN_PAGE = _module("name url key", "icon weight fullPage cacheable location conditions params")
_PAGE = _module("name url key", "icon weight cacheable location conditions params")
_TAB = _module("name url key", "weight conditions params")
_PORTAL = _module("url key", "weight conditions")
_PORTAL_EDGE = _module(
    "url key",
    "weight conditions",
    pages=list_of(one_of("help_center portal create_request view_request my_requests approvals profile")),
)
_QUEUE = _module("name key", "weight conditions url", group=TEXT)
_GROUP = _module("name key", "weight conditions")
_PORTAL_ACTION = _module(
    "name url key",
    "context weight conditions",
    target=record(
        type=one_of("page dialog"),
        options=record(size=one_of("small medium large x-large"), chrome=BOOLEAN, header=I18N),
    ),
)
_LINK_TARGET = record(type=one_of("page dialog inlinedialog dialogmodule"), options=ANY_OBJECT)

SINGLE: Mapping[str, Schema] = {
    "configurePage": _ADMIN_PAGE,
    "postInstallPage": _PAGE,
    "jiraBuildInfoProvider": _provider(actions=ANY_OBJECT),
    "jiraDeploymentInfoProvider": _provider(actions=_actions("", "listDeployments")),
    "jiraDevelopmentTool": _module(
        "application capabilities name url logoUrl key",
        application=I18N,
        capabilities=list_of(one_of("commit branch pull_request")),
        actions=_actions("", "createBranch searchConnectedWorkspaces searchRepositories associateRepository"),
    ),
    "jiraFeatureFlagInfoProvider": _provider(actions=_actions("", "createFlag linkFlag listFlags")),
}
"""Kinds of which an app has one: an object."""

EITHER: Mapping[str, Schema] = {
    "jiraDevOpsComponentProvider": _provider(
        actions=_actions("associate disassociate", "onEntityAssociated onEntityDisassociated")
    ),
    "jiraOperationsInfoProvider": _provider(
        actions=_actions("fetchWorkspaces searchContainers", "onEntityAssociated onEntityDisassociated")
    ),
    "jiraRemoteLinkInfoProvider": _provider(
        actions=list_of(
            record(
                "actionId actionLabel templateUrl",
                actionId=TEXT,
                actionLabel=record("value", value=I18N),
                templateUrl=TEXT,
            )
        )
    ),
    "jiraSecurityInfoProvider": _provider(
        "key",
        actions=_actions(
            "",
            "fetchWorkspaces fetchContainers searchContainers onEntityAssociated onEntityDisassociated",
        ),
    ),
}
"""Kinds of which it is not known whether Jira wants an object or a list."""

LISTS: Mapping[str, Schema] = {
    "adminPages": _ADMIN_PAGE,
    "assetPanels": _module("name url key"),
    "automationActions": _module(
        "webhook name key",
        webhook=_URL,
        configForm=_URL,
        requires=list_of(one_of("comment issue user")),
    ),
    "dialogs": _module("url key", "cacheable", options=_DIALOG),
    "generalPages": _PAGE,
    "jiraBackgroundScripts": record(
        "location url key",
        location=record("type", type=one_of("issue_view dashboard")),
        url=TEXT,
        key=MODULE_KEY,
    ),
    "jiraDashboardItems": _module(
        "name description url thumbnailUrl key", "conditions", configurable=BOOLEAN, refreshable=BOOLEAN
    ),
    "jiraDeploymentGating": _module("name callback key", callback=record("type url", url=TEXT)),
    "jiraEntityProperties": _module(
        "name key",
        entityType=one_of("issue user project"),
        keyConfigurations=list_of(
            record(
                "propertyKey extractions",
                propertyKey=TEXT,
                extractions=list_of(record("objectName type", objectName=TEXT, alias=TEXT, type=_EXTRACTED)),
            )
        ),
    ),
    "jiraGlobalPermissions": _module(
        "name description key",
        anonymousAllowed=BOOLEAN,
        defaultGrants=list_of(one_of("none jira-administrators all")),
    ),
    "jiraIssueContents": _module(
        "icon tooltip name target key",
        "conditions jiraNativeAppsEnabled",
        target=_WEB_PANEL,
        contentPresentConditions=CONDITIONS,
    ),
    "jiraIssueContexts": _module(
        "icon name content target key",
        "conditions jiraNativeAppsEnabled",
        content=_LABEL,
        target=_WEB_PANEL,
    ),
    "jiraIssueFields": _module(
        "name description type key",
        type=one_of("string text rich_text single_select multi_select number read_only"),
        template=record("type url", type=one_of("link"), url=TEXT),
        property=record("path type key", path=TEXT, type=one_of("number string date"), key=TEXT),
        extractions=list_of(record("path type", path=TEXT, name=TEXT, type=_EXTRACTED)),
    ),
    "jiraIssueGlances": _module(
        "icon name content target key",
        "conditions jiraNativeAppsEnabled",
        content=_LABEL,
        target=_WEB_PANEL,
    ),
    "jiraIssueTabPanels": _TAB,
    "jiraIssueTypes": _module("name description type key", type=one_of("standard subtask")),
    "jiraJqlFunctions": record(
        "types operators name arguments url key",
        types=list_of(TEXT),
        operators=list_of(one_of("eq neq gt gte lt lte in not_in contains not_contains is is_not")),
        name=TEXT,
        arguments=list_of(record("name required", name=TEXT, required=BOOLEAN)),
        url=TEXT,
        key=MODULE_KEY,
    ),
    "jiraProjectAdminTabPanels": _module("name url key", "weight conditions params", location=TEXT),
    "jiraProjectPages": _module("name url key", "weight conditions", iconUrl=TEXT),
    "jiraProjectPermissions": _module(
        "name description key",
        "conditions",
        category=one_of("projects issues voters_and_watchers comments attachments time_tracking other"),
    ),
    "jiraProjectTabPanels": _TAB,
    "jiraReports": _module(
        "name description url key",
        "thumbnailUrl",
        reportCategory=one_of("agile issue_analysis forecast_management other"),
    ),
    "jiraSearchRequestViews": _module("name url key", "description weight conditions params"),
    "jiraTimeTrackingProviders": _module("name key", adminPageKey=TEXT),
    "jiraWorkflowConditions": record(
        "expression name key", expression=TEXT, evaluationContext=one_of("user app"), **_WORKFLOW
    ),
    "jiraWorkflowPostFunctions": record("triggered name key", triggered=_URL, **_WORKFLOW),
    "jiraWorkflowValidators": record(
        "expression errorMessage name key",
        expression=TEXT,
        evaluationContext=one_of("user app"),
        errorMessage={"anyOf": [record("expression", expression=TEXT), I18N]},
        **_WORKFLOW,
    ),
    "keyboardShortcuts": _module(
        "shortcut name target key",
        shortcut=text(longest=3, pattern="[a-z]{1,3}"),
        context=one_of("global issue_navigation issue_action agile_board"),
        target=record("key", key={**MODULE_KEY, "maxLength": 1000}),
    ),
    "serviceDeskOrganizationActions": _module(
        "name key", "tooltip weight conditions url", target=_LINK_TARGET
    ),
    "serviceDeskOrganizationPanels": _PORTAL,
    "serviceDeskPortalFooters": _PORTAL_EDGE,
    "serviceDeskPortalHeaders": _PORTAL_EDGE,
    "serviceDeskPortalProfileActions": _PORTAL_ACTION,
    "serviceDeskPortalProfilePanels": _PORTAL,
    "serviceDeskPortalRequestCreatePropertyPanels": _PORTAL,
    "serviceDeskPortalRequestViewActions": {
        **_PORTAL_ACTION,
        "properties": {**_PORTAL_ACTION["properties"], "icon": _URL},
    },
    "serviceDeskPortalRequestViewDetailsPanels": _PORTAL,
    "serviceDeskPortalRequestViewPanels": _PORTAL,
    "serviceDeskPortalSubHeaders": _PORTAL_EDGE,
    "serviceDeskPortalUserMenuActions": _PORTAL_ACTION,
    "serviceDeskQueueGroups": _GROUP,
    "serviceDeskQueues": _QUEUE,
    "serviceDeskReportGroups": _GROUP,
    "serviceDeskReports": _QUEUE,
    "webItems": _module(
        "name location key",
        "tooltip icon weight params url context cacheable conditions",
        styleClasses=list_of(text(longest=1000, pattern=r"^[_a-zA-Z]+[_a-zA-Z0-9-]*$")),
        target=_LINK_TARGET,
    ),
    "webPanels": _module(
        "name location url key",
        "tooltip weight cacheable conditions params",
        layout=record(width=_SIZE, height=_SIZE),
        supportsNative=BOOLEAN,
    ),
    "webSections": _module("name location key", "tooltip weight conditions params"),
    "webhooks": record(
        "event url",
        event=text(longest=100),
        url=TEXT,
        filter=text(longest=10_000),
        excludeBody=BOOLEAN,
        propertyKeys=list_of(TEXT),
        conditions=CONDITIONS,
    ),
}
"""Kinds of which an app has any number: a list."""

KINDS = {**SINGLE, **EITHER, **LISTS}
