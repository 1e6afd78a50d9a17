"""Edits of a site's issues by people and apps, and the webhooks that follow."""

from collections.abc import Mapping
from dataclasses import replace

from connect_local.jira.changelog import changelog_items
from connect_local.jira.entities import Issue, Json, Project, User
from connect_local.jira.rendering import Renderer
from connect_local.jira.site import Site
from connect_local.jira.webhook_sender import Webhooks


class Editor:
    """Creates and edits issues.

    Args:
        site: with the issues
        webhooks: tells its apps
    """

    def __init__(self, *, site: Site, webhooks: Webhooks) -> None:
        self._site = site
        self._webhooks = webhooks
        self._renderer = Renderer(site.base_url)

    def create(
        self, project: Project, fields: Mapping[str, Json], *, by: User, trace: str | None = None
    ) -> Issue:
        """A new issue.

        Args:
            project: of the new issue
            fields: as `connect_local.jira.rest.fields` resolves them
            by: its creator
            trace: for the webhooks that it causes
        """
        issue = self._site.create_issue(project, by, fields)
        self._webhooks.issue_created(issue, trace=trace)
        return issue

    def edit(self, key: str, fields: Mapping[str, Json], *, by: User, trace: str | None = None) -> Issue:
        """An issue with some of its fields set anew; nobody is told when they are what they were.

        Args:
            key: of an issue that there is
            fields: as for `create`
            by: the editing user
            trace: as for `create`
        """
        before, after = self._site.change_issue(
            key, lambda now: replace(now, fields={**now.fields, **fields})
        )
        items = changelog_items(self._shown(before, fields), self._shown(after, fields))
        if items:
            self._webhooks.issue_updated(
                after, by=by, changelog={"id": self._site.new_id(), "items": items}, trace=trace
            )
        return after

    def _shown(self, issue: Issue, names: Mapping[str, Json]) -> dict[str, Json]:
        fields = self._renderer.fields(issue)
        return {name: fields.get(name) for name in names}
