"""The panels that apps add to an issue, by their place, and the pages that they add to a project."""

from dataclasses import dataclass

from connect_local.jira.entities import Installation, Issue, Project
from connect_local.jira.page_context import PageContext
from connect_local.jira.pages.frames import Frame, frames_of
from connect_local.jira.pages.visits import Visit

_LEFT = "atl.jira.view.issue.left.context"
_RIGHT = "atl.jira.view.issue.right.context"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """The panels of an issue.

    Attributes:
        contents: below the description
        right: beside the issue, open
        contexts: beside the issue, to be opened
        tabs: below the comments, to be opened
    """

    contents: list[Frame]
    right: list[Frame]
    contexts: list[Frame]
    tabs: list[Frame]

    @property
    def frames(self) -> list[Frame]:
        """All of them."""
        return [*self.contents, *self.right, *self.contexts, *self.tabs]


def panels_of(visit: Visit, issue: Issue) -> Panels:
    """The panels that the enabled apps add to an issue, for whoever the visitor is."""
    context = PageContext(site=visit.site, issue=issue, project=issue.project)
    return Panels(
        contents=[
            *frames_of(visit, {"jiraIssueContents"}, context),
            *frames_of(visit, {"webPanels"}, context, _LEFT),
        ],
        right=frames_of(visit, {"webPanels"}, context, _RIGHT),
        contexts=frames_of(visit, {"jiraIssueContexts", "jiraIssueGlances"}, context),
        tabs=frames_of(visit, {"jiraIssueTabPanels"}, context),
    )


def project_pages(visit: Visit, project: Project) -> list[Frame]:
    """The pages that the enabled apps add to a project, for whoever the visitor is."""
    context = PageContext(site=visit.site, project=project)
    frames = frames_of(visit, {"jiraProjectPages", "jiraProjectAdminTabPanels"}, context)
    return [frame for frame in frames if visit.person.is_admin or not frame.module.for_admins]


def unseen(app: Installation) -> list[tuple[str, str]]:
    """The kind and the key of what an app adds and this Jira shows nowhere."""
    panels = [
        (module.kind, module.key)
        for module in app.descriptor.pages
        if module.kind == "webPanels" and module.location not in {_LEFT, _RIGHT}
    ]
    return [*panels, *app.descriptor.others]
