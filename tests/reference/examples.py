"""The examples of docs/reference.md: each function's statements are shown, type-checked and run."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connect_jira.app.event import Event
from connect_jira.app.functions import Work
from connect_jira.app.pages import ApiRequest, Pages, Refused
from connect_jira.app.permissions import (
    administers_jira,
    administers_project,
    browses_issue,
    browses_project,
    edits_issue,
    everybody,
    global_permission,
    issue_permission,
    project_permission,
)
from connect_jira.app.reactions import Reactions
from connect_jira.app.site import Site
from connect_jira.data.entries import ABSENT, JsonValue
from connect_jira.data.errors import DataChanged, ValueTooLarge
from connect_jira.jira.errors import JiraError, JiraNotFound
from connect_jira.jira.response import JiraResponse
from connect_local.testing.app import App, Call, Deliver, LoadPage
from connect_local.testing.clock import Clock
from connect_local.testing.internet import Internet
from connect_local.testing.jira import Jira
from connect_local.testing.payloads import (
    comment_created,
    comment_deleted,
    comment_updated,
    event,
    issue_created,
    issue_deleted,
    issue_updated,
)


@dataclass(frozen=True)
class DueDate:
    date: str


# What you register


def show_Reactions() -> None:
    comments, issues = Reactions(), Reactions()  # each in a file of its own

    reactions = Reactions(comments, issues)


def show_Reactions__on(reactions: Reactions) -> None:
    @reactions.on("jira:issue_updated", changed="status")
    def note_status(event: Event, site: Site) -> None:
        site.data.put("last-change", event.timestamp)


def show_Reactions__work(reactions: Reactions) -> None:
    @reactions.work
    def post_status(arguments: dict[str, Any], site: Site) -> None:
        site.jira.put(f"/rest/api/3/issue/{arguments['key']}/properties/status", arguments["status"])


def show_Reactions__every(reactions: Reactions) -> None:
    @reactions.every("day", at="03:00")
    def count_issues(site: Site, cursor: JsonValue) -> JsonValue:
        for page in site.data.list("issue/", after=str(cursor) if cursor else None):
            site.data.put("count", len(page.entries))
            return page.after  # go on from here; None: done
        return None


def show_Reactions__after_update(reactions: Reactions) -> None:
    @reactions.after_update
    def rename_settings(site: Site, cursor: JsonValue) -> JsonValue:
        if old := site.data.get("colour"):
            site.data.put("settings", {"colour": old.value})
        return None


def show_Reactions__installed(reactions: Reactions) -> None:
    @reactions.installed
    def set_up(site: Site) -> None:
        site.data.put("settings", {"colour": "blue"})


def show_Reactions__upgraded(reactions: Reactions) -> None:
    @reactions.upgraded
    def look_again(site: Site) -> None:
        site.data.delete("cached-fields")


def show_Reactions__leaving(reactions: Reactions) -> None:
    @reactions.leaving
    def tidy(site: Site) -> None:
        site.jira.app_properties.put("is-left", {"value": True})


def show_Reactions__uninstalled(reactions: Reactions) -> None:
    @reactions.uninstalled
    def forget(site: Site) -> None:
        site.secrets.delete("api-key")


def show_Pages() -> None:
    settings, panels = Pages(), Pages()  # each in a file of its own

    pages = Pages(settings, panels)


def show_Pages__page(pages: Pages) -> None:
    pages.page("due", template="due.html", allowed=browses_issue)


def show_Pages__call(pages: Pages) -> None:
    @pages.call("PUT", "due", allowed=edits_issue)
    def set_due(request: ApiRequest[DueDate], site: Site) -> JsonValue:
        site.jira.put(f"/rest/api/3/issue/{request.issue.key}", {"fields": {"duedate": request.body.date}})
        return {"due": request.body.date}


# What your functions get


def show_Event(event: Event) -> None:
    who = event.signed_query.get("user_id", [])  # of /webhooks/…?user_id={user.id}
    summary = event.unsigned_payload["issue"]["fields"]["summary"]


def show_Site(site: Site) -> None:
    if site.seconds_left() > 10:
        site.data.put("site", {"key": site.key})


def show_Site__jira(site: Site) -> None:
    name = site.jira.get("/rest/api/3/myself").object["displayName"]


def show_Site__data(site: Site) -> None:
    site.data.put("settings", {"colour": "blue"})


def show_Site__secrets(site: Site) -> None:
    site.secrets.put("api-key", "of the other system")


def show_Site__enqueue(site: Site, post_status: Work) -> None:
    site.enqueue(post_status, {"key": "EX-1", "status": "Done"}, idempotent=False)


def show_ApiRequest(request: ApiRequest[DueDate]) -> None:
    date = request.body.date  # what the script sent, of the declared type
    user = request.user  # the account id, proved
    shown_for = request.context.issue  # None where the page is for none; under Forge not proved
    key, sort = request.path["key"], request.query.get("sort")  # what the script sent


def show_ApiRequest__issue(request: ApiRequest) -> None:
    path = f"/rest/api/3/issue/{request.issue.id}"


def show_ApiRequest__project(request: ApiRequest) -> None:
    path = f"/rest/api/3/project/{request.project.id}"


def show_ApiRequest__permissions(request: ApiRequest) -> None:
    may_administer = request.permissions.is_granted("ADMINISTER")


def show_ApiRequest__installation(request: ApiRequest) -> None:
    last_call = request.installation.activity().last_call


def show_Refused(request: ApiRequest[DueDate]) -> None:
    if request.body.date < "2026":
        raise Refused(409, "in-the-past", "Choose a date in the future.")


def show_PageContext(request: ApiRequest) -> None:
    issue, project = request.context.issue, request.context.project


def show_PageIssue(request: ApiRequest) -> None:
    key = request.context.issue.key if request.context.issue else "none"


def show_PageProject(request: ApiRequest) -> None:
    key = request.context.project.key if request.context.project else "none"


def show_UserPermissions(request: ApiRequest) -> None:
    permissions = request.permissions


def show_UserPermissions__is_granted(request: ApiRequest) -> None:
    may_administer = request.permissions.is_granted("ADMINISTER")


def show_UserPermissions__issues(request: ApiRequest) -> None:
    editable = request.permissions.issues("EDIT_ISSUES", [10001, 10002])


def show_UserPermissions__projects(request: ApiRequest) -> None:
    seen = request.permissions.projects("BROWSE_PROJECTS", [10000])


def show_SiteInstallation(request: ApiRequest) -> None:
    address = request.installation.site_url


def show_SiteInstallation__activity(request: ApiRequest) -> None:
    refusals = request.installation.activity().refusals


# Who may


def show_everybody(pages: Pages) -> None:
    pages.page("help", template="help.html", allowed=everybody)


def show_browses_issue(pages: Pages) -> None:
    pages.page("due", template="due.html", allowed=browses_issue)


def show_edits_issue(pages: Pages) -> None:
    @pages.call("DELETE", "due", allowed=edits_issue)
    def clear_due(request: ApiRequest, site: Site) -> JsonValue:
        site.jira.put(f"/rest/api/3/issue/{request.issue.id}", {"fields": {"duedate": None}})
        return None


def show_browses_project(pages: Pages) -> None:
    pages.page("overview", template="overview.html", allowed=browses_project)


def show_administers_project(pages: Pages) -> None:
    pages.page("rules", template="rules.html", allowed=administers_project)


def show_administers_jira(pages: Pages) -> None:
    pages.page("settings", template="settings.html", allowed=administers_jira)


def show_issue_permission(pages: Pages) -> None:
    transitions_issue = issue_permission("TRANSITION_ISSUES")

    pages.page("move", template="move.html", allowed=transitions_issue)


def show_project_permission(pages: Pages) -> None:
    creates_issues = project_permission("CREATE_ISSUES")

    pages.page("new", template="new.html", allowed=creates_issues)


def show_global_permission(pages: Pages) -> None:
    changes_in_bulk = global_permission("BULK_CHANGE")

    pages.page("bulk", template="bulk.html", allowed=changes_in_bulk)


def show_Permission(pages: Pages) -> None:
    pages.page("assign", template="assign.html", allowed=issue_permission("ASSIGN_ISSUES"))


def show_Permission__of(pages: Pages) -> None:
    @pages.call("GET", "due/{key}", allowed=browses_issue.of("key"))  # Jira is asked for it
    def due_of(request: ApiRequest, site: Site) -> JsonValue:
        found = site.jira.get(f"/rest/api/3/issue/{request.issue.id}", query={"fields": "duedate"})
        return {"due": found.object["fields"]["duedate"]}


def show_Permission__of_page(pages: Pages) -> None:
    @pages.call("DELETE", "tags/{tag}", allowed=edits_issue.of_page)  # the issue that the page is shown for
    def remove_tag(request: ApiRequest, site: Site) -> JsonValue:
        site.data.delete(f"tag/{request.issue.id}/{request.path['tag']}")
        return None


# Data and secrets of a site


def show_SiteData(site: Site) -> None:
    site.data.put("settings", {"colour": "blue"}, if_version=ABSENT)


def show_SiteData__get(site: Site) -> None:
    settings = site.data.get("settings")
    colour = settings.value["colour"] if settings else "blue"


def show_SiteData__put(site: Site) -> None:
    site.data.put("token", "abc", keep_seconds=3600)


def show_SiteData__delete(site: Site) -> None:
    site.data.delete("settings")


def show_SiteData__list(site: Site) -> None:
    for page in site.data.list("issue/"):
        for entry in page.entries:
            site.data.delete(entry.key, if_version=entry.version)


def show_Entry(site: Site) -> None:
    if entry := site.data.get("count"):
        site.data.put("count", entry.value + 1, if_version=entry.version)


def show_EntryPage(site: Site) -> None:
    first = next(site.data.list("issue/"))
    rest = site.data.list("issue/", after=first.after) if first.after else []


def show_SiteSecrets(site: Site) -> None:
    site.secrets.put("api-key", "of the other system")


def show_SiteSecrets__get(site: Site) -> None:
    api_key = site.secrets.get("api-key")
    headers = {"Authorization": f"Bearer {api_key.value}"} if api_key else {}


def show_SiteSecrets__put(site: Site) -> None:
    site.secrets.put("api-key", "of the other system", if_version=ABSENT)


def show_SiteSecrets__delete(site: Site) -> None:
    site.secrets.delete("api-key")


def show_SiteSecrets__names(site: Site) -> None:
    names = [name for page in site.secrets.names() for name in page.names]


def show_SecretNames(site: Site) -> None:
    page = next(site.secrets.names("api-"))
    more = page.after is not None


def show_ABSENT(site: Site) -> None:
    site.data.put("installed-at", 1764200000, if_version=ABSENT)


def show_DataChanged(site: Site) -> None:
    try:
        site.data.put("settings", {"colour": "red"}, if_version=ABSENT)
    except DataChanged as changed:
        site.data.put("settings", {"colour": "red"}, if_version=changed.version)


def show_ValueTooLarge(site: Site) -> None:
    try:
        site.data.put("report", "x" * 400_000)
    except ValueTooLarge as error:
        site.data.put("report", str(error))


# Calls to Jira


def show_JiraClient(site: Site) -> None:
    site.jira.put("/rest/api/3/issue/EX-1", {"fields": {"duedate": "2026-12-24"}})


def show_JiraClient__get(site: Site) -> None:
    issue = site.jira.get("/rest/api/3/issue/EX-1", query={"fields": "summary,duedate"}).object


def show_JiraClient__put(site: Site) -> None:
    site.jira.put("/rest/api/3/issue/EX-1/properties/seen", {"by": "the app"})


def show_JiraClient__post(site: Site) -> None:
    text = {"type": "text", "text": "Done."}
    body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]}
    site.jira.post("/rest/api/3/issue/EX-1/comment", {"body": body})


def show_JiraClient__delete(site: Site) -> None:
    site.jira.put("/rest/api/3/issue/EX-1/properties/seen", {"by": "the app"})
    site.jira.delete("/rest/api/3/issue/EX-1/properties/seen")


def show_JiraClient__request(site: Site) -> None:
    site.jira.request("GET", "/rest/api/3/myself", headers={"Accept": "application/json"})


def show_JiraClient__items(site: Site) -> None:
    for comment in site.jira.items("/rest/api/3/issue/EX-1/comment", name="comments"):
        author = comment["author"]["accountId"]


def show_JiraClient__search(site: Site) -> None:
    for issue in site.jira.search("project = EX AND duedate < startOfDay()", fields=("summary", "duedate")):
        late = issue["key"]


def show_JiraClient__wait_for_task(site: Site, begun: JiraResponse) -> None:
    if begun.location:
        task = site.jira.wait_for_task(begun, seconds=5)


def show_JiraClient__app_properties(site: Site) -> None:
    properties = site.jira.app_properties


def show_JiraClient__as_user(site: Site, account_id: str) -> None:
    as_user = site.jira.as_user(account_id, scopes=("READ",))


def show_JiraResponse(site: Site) -> None:
    response = site.jira.get("/rest/api/3/myself")
    status, kind = response.status, response.headers.get("content-type")


def show_JiraResponse__is_success(site: Site) -> None:
    answered = site.jira.get("/rest/api/3/myself").is_success


def show_JiraResponse__text(site: Site) -> None:
    text = site.jira.get("/rest/api/3/serverInfo").text


def show_JiraResponse__object(site: Site) -> None:
    name = site.jira.get("/rest/api/3/myself").object["displayName"]


def show_AppProperties(site: Site) -> None:
    site.jira.app_properties.put("is-shown", {"value": True})  # conditions of the descriptor can ask for it


def show_AppProperties__keys(site: Site) -> None:
    keys = site.jira.app_properties.keys()


def show_AppProperties__get(site: Site) -> None:
    is_shown = site.jira.app_properties.get("is-shown")


def show_AppProperties__put(site: Site) -> None:
    site.jira.app_properties.put("settings", {"colour": "blue"})


def show_AppProperties__delete(site: Site) -> None:
    site.jira.app_properties.delete("settings")


def show_JiraError(site: Site) -> None:
    try:
        site.jira.get("/rest/api/3/issue/EX-999")
    except JiraNotFound:
        ...  # it is gone, or the app may not see it
    except JiraError as error:
        site.data.put("last-error", {"status": error.status, "reason": error.reason})
        raise  # the queue tries again


# Tests


def show_App(connect_app: App) -> None:
    connect_app.work_off()


def show_App__deliver(jira: Jira, deliver: Deliver) -> None:
    issue = jira.issue("EX-1")
    deliver(issue_created(issue))
    assert "connect-lambda" in issue.properties


def show_App__page(page: LoadPage) -> None:
    assert page("hello-world").status == 200


def show_App__call(call: Call, jira: Jira) -> None:
    answer = call("GET", "greeting", user=jira.user("Mia"))
    assert answer.json == {"displayName": "Mia"}


def show_App__site(site: Site) -> None:
    site.data.put("settings", {"colour": "blue"})


def show_PageAnswer(page: LoadPage) -> None:
    answer = page("hello-world")
    assert answer.headers["content-type"].startswith("text/html")
    assert "<title>" in answer.text


def show_PageAnswer__json(call: Call) -> None:
    assert call("GET", "health").json["state"] == "enabled"


def show_Jira(jira: Jira, deliver: Deliver) -> None:
    issue = jira.issue("EX-2", summary="Tea")
    deliver(issue_created(issue))


def show_Jira__issue(jira: Jira) -> None:
    issue = jira.issue("EX-2", summary="Tea", duedate="2026-12-24")


def show_Jira__user(jira: Jira) -> None:
    mia = jira.user("Mia", is_admin=True)


def show_Jira__edit(jira: Jira) -> None:
    jira.edit(jira.issue("EX-2"), summary="Coffee")  # the app is told of it, if its descriptor asks for that


def show_Jira__fail(jira: Jira, deliver: Deliver, clock: Clock) -> None:
    issue = jira.issue("EX-2")
    jira.fail(status=503, retryAfter=120)
    deliver(issue_created(issue))
    assert issue.properties == {}
    clock.move(minutes=5)
    assert "connect-lambda" in issue.properties


def show_Jira__requests(jira: Jira, deliver: Deliver) -> None:
    deliver(issue_created(jira.issue("EX-2")))
    last = jira.requests[-1]
    assert (last.method, last.status) == ("PUT", 201)


def show_Issue(jira: Jira) -> None:
    issue = jira.issue("EX-2")
    assert issue.key == "EX-2"


def show_Issue__id(jira: Jira) -> None:
    assert jira.issue("EX-2").id.isdecimal()


def show_Issue__fields(jira: Jira) -> None:
    assert jira.issue("EX-2", summary="Tea").fields["summary"] == "Tea"


def show_Issue__properties(jira: Jira) -> None:
    assert jira.issue("EX-2").properties == {}


def show_Issue__comments(jira: Jira) -> None:
    assert jira.issue("EX-2").comments == []


def show_Issue__comment(jira: Jira) -> None:
    issue = jira.issue("EX-2")
    issue.comment("Ready", by=jira.user("Mia"))
    assert issue.comments == ["Ready"]


def show_Issue__set(jira: Jira) -> None:
    issue = jira.issue("EX-2")
    issue.set(duedate="2026-12-24")
    assert issue.fields["duedate"] == "2026-12-24"


def show_Issue__delete(jira: Jira) -> None:
    jira.issue("EX-2").delete()


def show_Clock(clock: Clock) -> None:
    clock.move(days=30)


def show_Clock__now(clock: Clock) -> None:
    today = clock.now.date()


def show_Clock__move(clock: Clock) -> None:
    clock.move(hours=1)  # what becomes due in this time is done


def show_Clock__move_to(clock: Clock) -> None:
    clock.move_to(clock.now + timedelta(days=1))


def show_Internet(internet: Internet) -> None:
    other = internet.system("https://api.example.com")
    other.answers(204)


def show_Internet__system(internet: Internet) -> None:
    other = internet.system("https://api.example.com")
    other.breaks()  # the next request finds the connection broken


def show_issue_created(jira: Jira, deliver: Deliver) -> None:
    deliver(issue_created(jira.issue("EX-2"), by=jira.user("Mia")))


def show_issue_updated(jira: Jira, deliver: Deliver) -> None:
    deliver(issue_updated(jira.issue("EX-2"), duedate="2026-12-24"))


def show_issue_deleted(jira: Jira, deliver: Deliver) -> None:
    deliver(issue_deleted(jira.issue("EX-2")))


def show_comment_created(jira: Jira, deliver: Deliver) -> None:
    deliver(comment_created(jira.issue("EX-2"), "/due 2026-12-24"))


def show_comment_updated(jira: Jira, deliver: Deliver) -> None:
    deliver(comment_updated(jira.issue("EX-2"), "/due 2026-12-25"))


def show_comment_deleted(jira: Jira, deliver: Deliver) -> None:
    deliver(comment_deleted(jira.issue("EX-2")))


def show_event(jira: Jira, deliver: Deliver) -> None:
    deliver(event("jira:worklog_updated", jira, jira.issue("EX-2")))
