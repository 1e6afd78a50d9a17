"""The context of an app's page, as Jira says it in tokens, to scripts, and in the page's URL.

https://developer.atlassian.com/cloud/jira/platform/context-parameters/ and .../jsapi/context/
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connect_local.jira.entities import Issue, Json, Project
from connect_local.jira.rendering import Renderer
from connect_local.jira.rest.fields import named
from connect_local.jira.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """The issue and the project that a page is shown for, and what the app itself has added.

    Attributes:
        site: of the page
        issue: of a panel; None elsewhere
        project: of the issue, or of a project's page; None elsewhere
        custom: for variables such as `{ac.filter}`, by the names behind the dot
    """

    site: Site
    issue: Issue | None = None
    project: Project | None = None
    custom: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        site: Site,
        *,
        issue_key: str = "",
        project_key: str = "",
        custom: Mapping[str, str] | None = None,
    ) -> "PageContext":
        """The context with an issue, or with a project; without what there is not."""
        issue = site.issue(issue_key) if issue_key else None
        project = issue.project if issue else site.project(project_key) if project_key else None
        return cls(site=site, issue=issue, project=project, custom=custom or {})

    @property
    def query(self) -> dict[str, str]:
        """Names the context in the URL of one of this Jira's own pages."""
        if self.issue:
            return {"issue": self.issue.key}
        return {"project": self.project.key} if self.project else {}

    def claim(self) -> dict[str, Json]:
        """The `context` of a token, and what `AP.context.getContext` gives beside the license."""
        return {"jira": self._objects(), "url": {"displayUrl": self.site.base_url}}

    def variables(self) -> dict[str, Json]:
        """The values of the variables in a page's URL: each object by its name, with its members."""
        objects = self._objects()
        issue_type = objects.get("issue", {}).get("issuetype")
        return {**objects, **({"issuetype": issue_type} if issue_type else {}), "ac": dict(self.custom)}

    def _objects(self) -> dict[str, Json]:
        objects: dict[str, Json] = {}
        if self.issue:
            issue_type = named(Renderer(self.site.base_url).fields(self.issue)["issuetype"], "id")
            objects["issue"] = {
                "id": self.issue.id,
                "key": self.issue.key,
                "issuetype": {"id": issue_type},
            }
        if self.project:
            objects["project"] = {"id": self.project.id, "key": self.project.key}
        return objects
