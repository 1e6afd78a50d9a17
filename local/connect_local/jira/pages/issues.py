"""Issues, as people see, create and edit them."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response
from starlette.routing import Route

from connect_local.jira.changelog import field_text
from connect_local.jira.documents import document_of
from connect_local.jira.entities import Issue, Json
from connect_local.jira.pages.notices import Notice
from connect_local.jira.pages.panels import panels_of, project_pages
from connect_local.jira.pages.view import View
from connect_local.jira.pages.visits import Visit, page, people_to_be
from connect_local.jira.rendering import ISSUE_TYPES, PRIORITIES, Renderer
from connect_local.jira.rest.fields import Fields, named
from connect_local.jira.workflow import transitions_from

_TOLD = "The apps that listen for it are being told."


class IssuePages:
    """The pages about projects and issues."""

    def __init__(self, view: View) -> None:
        self._view = view

    def routes(self) -> list[Route]:
        """The routes below a site's base URL; those under `/browse` are Jira's own."""
        return [
            page("/issues/new", self.new),
            page("/issues/new", self.create, "POST"),
            page("/browse/{key}", self.browse),
            page("/browse/{key}/edit", self.change),
            page("/browse/{key}/edit", self.edit, "POST"),
            page("/browse/{key}/comments", self.comment, "POST"),
            page("/browse/{key}/transitions", self.transition, "POST"),
        ]

    def new(self, visit: Visit) -> Response:
        """A form for a new issue."""
        project = visit.request.query_params.get("project", "")
        values = {"project": project, "type": next(iter(ISSUE_TYPES)), "priority": "Medium"}
        return self._form(visit, values)

    def create(self, visit: Visit) -> Response:
        """A new issue, of which the apps are told."""
        project = visit.site.project(visit.form.get("project", ""))
        fields = _fields(visit.form)
        errors = Fields(visit.site).errors(fields)
        if project is None:
            errors["project"] = "Choose a project"
        if project is None or errors:
            return self._form(visit, visit.form, errors=errors)
        resolved = Fields(visit.site).resolved(fields)
        issue = visit.tenant.editor.create(project, resolved, by=visit.person)
        return self._view.go(visit, f"/browse/{issue.key}", Notice(f"{issue.key} is created. {_TOLD}"))

    def browse(self, visit: Visit) -> Response:
        """An issue, or a project with its issues."""
        key = visit.request.path_params["key"]
        if issue := visit.site.issue(key):
            fields = Renderer(visit.site.base_url).fields(issue)
            title = f"{issue.key} {field_text(fields['summary'])}"
            panels = panels_of(visit, issue)
            return self._view.render(
                visit,
                "issue",
                title=title,
                frames=panels.frames,
                panels=panels,
                issue=issue,
                fields=fields,
                transitions=transitions_from(named(fields["status"], "id")),
            )
        if project := visit.site.project(key):
            issues = [issue for issue in reversed(visit.site.issues()) if issue.project.key == project.key]
            return self._view.render(
                visit,
                "project",
                title=project.name,
                project=project,
                issues=issues,
                app_pages=project_pages(visit, project),
            )
        return self._missing(visit)

    def change(self, visit: Visit) -> Response:
        """A form for what an issue says."""
        issue = visit.site.issue(visit.request.path_params["key"])
        return self._form(visit, _shown(issue, visit), issue=issue) if issue else self._missing(visit)

    def edit(self, visit: Visit) -> Response:
        """An issue with other fields; the apps are told if anything has changed."""
        issue = visit.site.issue(visit.request.path_params["key"])
        if issue is None:
            return self._missing(visit)
        before = _fields(_shown(issue, visit))
        changed = {name: value for name, value in _fields(visit.form).items() if value != before[name]}
        if errors := Fields(visit.site).errors(changed):
            return self._form(visit, visit.form, issue=issue, errors=errors)
        if changed:
            visit.tenant.editor.edit(issue.key, Fields(visit.site).resolved(changed), by=visit.person)
            notice = Notice(f"{issue.key} is changed. {_TOLD}")
        else:
            notice = Notice(f"{issue.key} says what it said before. Nobody is told.")
        return self._view.go(visit, f"/browse/{issue.key}", notice)

    def comment(self, visit: Visit) -> Response:
        """An issue with one more comment, of which the apps are told."""
        issue = visit.site.issue(visit.request.path_params["key"])
        if issue is None:
            return self._missing(visit)
        text = _lines(visit.form.get("body", ""))
        if not text.strip():
            notice = Notice("A comment needs some words.", is_good=False)
        else:
            visit.tenant.editor.comment(issue.key, document_of(text), by=visit.person)
            notice = Notice(f"Your comment is on {issue.key}. {_TOLD}")
        return self._view.go(visit, f"/browse/{issue.key}", notice)

    def transition(self, visit: Visit) -> Response:
        """An issue in another status, of which the apps are told."""
        issue = visit.site.issue(visit.request.path_params["key"])
        if issue is None:
            return self._missing(visit)
        status = Renderer(visit.site.base_url).fields(issue)["status"]
        possible = {each.id: each for each in transitions_from(named(status, "id"))}
        if transition := possible.get(visit.form.get("transition", "")):
            visit.tenant.editor.transition(issue.key, transition, by=visit.person)
            notice = Notice(f"{issue.key} is {transition.to.name} now. {_TOLD}")
        else:
            notice = Notice(f"{issue.key} cannot go there from where it is.", is_good=False)
        return self._view.go(visit, f"/browse/{issue.key}", notice)

    def _form(
        self,
        visit: Visit,
        values: Mapping[str, str],
        *,
        issue: Issue | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        return self._view.render(
            visit,
            "issue-form",
            title=f"Edit {issue.key}" if issue else "Create an issue",
            status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
            issue=issue,
            values=values,
            errors=errors or {},
            projects=visit.site.projects(),
            types=list(ISSUE_TYPES),
            priorities=list(PRIORITIES),
            assignees=people_to_be(visit.site),
        )

    def _missing(self, visit: Visit) -> Response:
        key = visit.request.path_params["key"]
        text = f"There is no issue and no project {key} on this site."
        return self._view.sentence(visit, "Not here", text, HTTPStatus.NOT_FOUND)


def _shown(issue: Issue, visit: Visit) -> dict[str, str]:
    """An issue as the form shows it."""
    fields = Renderer(visit.site.base_url).fields(issue)
    return {
        "summary": field_text(fields["summary"]) or "",
        "type": field_text(fields["issuetype"]) or "",
        "description": field_text(fields["description"]) or "",
        "assignee": named(fields["assignee"], "accountId") or "",
        "priority": field_text(fields["priority"]) or "",
        "duedate": field_text(fields["duedate"]) or "",
        "labels": field_text(fields["labels"]) or "",
    }


def _fields(form: Mapping[str, str]) -> dict[str, Json]:
    """Return the form's values, as the REST API takes them."""
    description = _lines(form.get("description", ""))
    assignee = form.get("assignee")
    return {
        "summary": form.get("summary", "").strip(),
        "issuetype": {"name": form.get("type")},
        "description": document_of(description) if description else None,
        "assignee": {"accountId": assignee} if assignee else None,
        "priority": {"name": form.get("priority", "Medium")},
        "duedate": form.get("duedate") or None,
        "labels": form.get("labels", "").split(),
    }


def _lines(text: str) -> str:
    """The typed text, with the ends of lines that documents have."""
    return "\n".join(text.splitlines())
