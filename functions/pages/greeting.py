"""The calls of the page that greets."""

from typing import Any

from connect_jira.app.pages import ApiRequest, Pages
from connect_jira.app.permissions import everybody
from connect_jira.app.site import Site
from connect_jira.data.entries import JsonValue
from connect_jira.jira.errors import JiraNotFound

pages = Pages()


@pages.call("GET", "greeting", allowed=everybody)
def greeting(request: ApiRequest, site: Site) -> JsonValue:
    """Return the user's name; null if nobody is logged in, or the app may not know it."""
    return {"displayName": _display_name(request.user, site)}


@pages.call("GET", "health", allowed=everybody)
def health(request: ApiRequest, _site: Site) -> JsonValue:
    """Return the state of the connection between app and site; times in Unix seconds."""
    installation, activity = request.installation, request.installation.activity()
    webhook, call = activity.last_webhook, activity.last_call
    return {
        "siteUrl": installation.site_url,
        "state": installation.state,
        "installedAt": installation.installed_at,
        "lastWebhook": {"event": webhook.event, "at": webhook.at} if webhook else None,
        "lastCall": {"call": call.call, "status": call.status, "at": call.at} if call else None,
    }


@pages.call("GET", "recent-projects", allowed=everybody)
def recent_projects(request: ApiRequest, site: Site) -> JsonValue:
    """Return the projects that the app saw last, as far as the user may see them, too."""
    response = site.jira.get("/rest/api/3/project/recent")
    if not isinstance(response.body, list) or not all(map(_is_project, response.body)):
        raise response.unusable("no list of projects")
    projects: list[dict[str, Any]] = response.body
    seen = request.permissions.projects("BROWSE_PROJECTS", [int(project["id"]) for project in projects])
    site_url = request.installation.site_url
    return {"projects": [_project(each, site_url) for each in projects if int(each["id"]) in seen]}


def _display_name(account_id: str | None, site: Site) -> str | None:
    if account_id is None:
        return None
    try:
        user = site.jira.get("/rest/api/3/user", query={"accountId": account_id}).object
    except JiraNotFound:
        return None
    name = user.get("displayName")
    return name if isinstance(name, str) else None


def _is_project(value: object) -> bool:
    members = [value.get(name) for name in ("id", "key", "name")] if isinstance(value, dict) else [None]
    return all(isinstance(member, str) for member in members) and str(members[0]).isdecimal()


def _project(project: dict[str, Any], site_url: str) -> dict[str, JsonValue]:
    return {
        "key": project["key"],
        "name": project["name"],
        "type": project.get("projectTypeKey"),
        "url": f"{site_url}/browse/{project['key']}",
    }
