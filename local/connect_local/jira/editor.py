"""Edits of a site's issues by people and apps, and the webhooks that follow."""

from collections.abc import Mapping
from dataclasses import replace

from connect_local.jira.changelog import changelog_items
from connect_local.jira.entities import Comment, Issue, Json, Project, User
from connect_local.jira.rendering import Renderer
from connect_local.jira.site import Site
from connect_local.jira.webhook_sender import Webhooks
from connect_local.jira.workflow import DONE, Transition


class Editor:
    """Creates, edits and transitions issues, and comments on them.

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
        return self._change(key, fields, by=by, trace=trace, kind="issue_updated")

    def transition(self, key: str, transition: Transition, *, by: User, trace: str | None = None) -> Issue:
        """An issue in another status, and resolved if that is the last one.

        Args:
            key: as for `edit`
            transition: one that it can take
            by: as for `edit`
            trace: as for `create`
        """
        fields = {
            "resolution": self._renderer.resolution() if transition.to == DONE else None,
            "status": self._renderer.status(transition.to),
        }
        return self._change(key, fields, by=by, trace=trace, kind="issue_generic")

    def comment(self, key: str, body: Json, *, by: User, trace: str | None = None) -> tuple[Issue, Comment]:
        """A new comment, and the issue with it.

        Args:
            key: as for `edit`
            body: an Atlassian Document
            by: its author
            trace: as for `create`
        """
        comment = Comment(id=self._site.new_id(), author=by, body=body, created=self._site.now())
        _, issue = self._site.change_issue(key, lambda now: replace(now, comments=(*now.comments, comment)))
        self._webhooks.comment_created(issue, comment, trace=trace)
        return issue, comment

    def _change(
        self, key: str, fields: Mapping[str, Json], *, by: User, trace: str | None, kind: str
    ) -> Issue:
        before, after = self._site.change_issue(
            key, lambda now: replace(now, fields={**now.fields, **fields})
        )
        items = changelog_items(self._shown(before, fields), self._shown(after, fields))
        if items:
            changelog = {"id": self._site.new_id(), "items": items}
            self._webhooks.issue_updated(after, by=by, changelog=changelog, trace=trace, kind=kind)
        return after

    def _shown(self, issue: Issue, names: Mapping[str, Json]) -> dict[str, Json]:
        fields = self._renderer.fields(issue)
        return {name: fields.get(name) for name in names}
