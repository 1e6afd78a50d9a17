"""The Jira site of a test: the laptop's own, at hand in this process."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from connect_local.jira.documents import document_of, text_of
from connect_local.jira.entities import Comment, Installation, Json, User
from connect_local.jira.entities import Issue as StoredIssue
from connect_local.jira.journal import RecordedRequest
from connect_local.jira.laptop import LaptopJira
from connect_local.jira.rendering import Renderer
from connect_local.jira.site import Site
from connect_local.jira.workflow import TRANSITIONS

_KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9][0-9]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue. What is read of it is always how it is now.

    Attributes:
        key: such as `EX-1`
        site: that it is on
    """

    key: str
    site: Site

    @property
    def stored(self) -> StoredIssue:
        """The issue as the site has it."""
        found = self.site.issue(self.key)
        if found is None:
            raise LookupError(f"{self.key} has been deleted")
        return found

    @property
    def id(self) -> str:
        """The id."""
        return self.stored.id

    @property
    def fields(self) -> Mapping[str, Json]:
        """The fields as `GET /rest/api/3/issue/…` returns them."""
        return Renderer(self.site.base_url).fields(self.stored)

    @property
    def properties(self) -> Mapping[str, Json]:
        """The issue properties, by key."""
        return self.stored.properties

    @property
    def comments(self) -> list[str]:
        """The texts of the comments, the oldest first."""
        return [text_of(comment.body) for comment in self.stored.comments]

    def comment(self, text: str, *, by: User | None = None) -> Comment:
        """Add a comment, of which nobody is told: that is what an event is for."""
        comment = Comment(
            id=self.site.new_id(),
            author=by or self.site.admin,
            body=document_of(text),
            created=self.site.now(),
        )
        self.put_comment(comment)
        return comment

    def put_comment(self, comment: Comment) -> None:
        """Add a comment, or put it in the place of the one with its id."""
        self._comments(lambda before: [*(one for one in before if one.id != comment.id), comment])

    def remove_comment(self, comment: Comment) -> None:
        """Take a comment away."""
        self._comments(lambda before: [one for one in before if one.id != comment.id])

    def delete(self) -> None:
        """Delete the issue, of which nobody is told: that is what an event is for."""
        self.site.delete_issue(self.key)

    def _comments(self, change: Callable[[tuple[Comment, ...]], list[Comment]]) -> None:
        self.site.change_issue(self.key, lambda now: replace(now, comments=tuple(change(now.comments))))

    def set(self, **fields: Json) -> None:
        """Set fields, of which nobody is told: that is what an event is for.

        Args:
            fields: as the REST API has them; a status may be given by its name

        Raises:
            ValueError: there is no such status
        """
        new = _with_status(fields, self.site.base_url)
        self.site.change_issue(self.key, lambda now: replace(now, fields={**now.fields, **new}))


class Jira:
    """A site, on which the app is installed.

    Attributes:
        site: its content
        admin: an administrator, who is also the user of most events
        member: somebody who is none

    Args:
        laptop: the Jira
        work_off: lets the app do what is left to do
        settle: likewise, after the moment that it waits when it has come or gone
    """

    def __init__(
        self, laptop: LaptopJira, work_off: Callable[[], object], settle: Callable[[], object]
    ) -> None:
        self._laptop = laptop
        self._work_off = work_off
        self._settle = settle
        self.site = laptop.site
        self.admin, self.member = laptop.site.people()[:2]

    @property
    def app(self) -> Installation:
        """The app on this site."""
        (app,) = self.site.apps()
        return app

    @property
    def requests(self) -> list[RecordedRequest]:
        """The app's REST calls, the oldest first: `method`, `path`, `status`, and `reason` of a refusal."""
        return self._laptop.journal.requests()

    def issue(self, key: str = "EX-1", **fields: Json) -> Issue:
        """Return an issue, which comes into being, with its project, if it is not there.

        Args:
            key: such as `EX-1`
            fields: to set, such as `summary="Tea"`

        Raises:
            ValueError: that is no key
        """
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key of an issue: EX-1 is one")
        self.site.ensure_issue(key, fields)
        return Issue(key, self.site)

    def user(self, name: str, *, is_admin: bool = False) -> User:
        """Return somebody new on the site."""
        account_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.site.base_url}/{name}").hex[:24]
        person = User(account_id=account_id, display_name=name, is_admin=is_admin)
        self.site.put_person(person)
        return person

    def fail(self, **fault: Json) -> None:
        """Let the next REST calls fail: the members of `POST /_local/faults`.

        Args:
            fault: such as `status=503, count=2`, `status=429, retryAfter=5`, `drop="after"`
        """
        self._laptop.tenants.default.faults.order(fault)

    def uninstall(self) -> None:
        """Uninstall the app: it is told, and what it does then is done."""
        self._laptop.lifecycle.uninstall(self.app.descriptor_url)
        self._settle()

    def edit(self, issue: Issue, *, by: User | None = None, **fields: Json) -> None:
        """Edit an issue as somebody does in Jira: the app is told, and what it does then is done.

        Args:
            issue: to edit
            by: by default an administrator
            fields: as for `Issue.set`

        Raises:
            ValueError: there is no such status
        """
        new = _with_status(fields, self.site.base_url)
        self._laptop.tenants.default.editor.edit(issue.key, new, by=by or self.admin)
        self._work_off()


def _with_status(fields: Mapping[str, Json], base_url: str) -> dict[str, Json]:
    """Return the fields, a status that is given by its name as the REST API has it."""
    known = {transition.to.name: transition.to for transition in TRANSITIONS}
    match fields.get("status"):
        case str(name) if name in known:
            return {**fields, "status": Renderer(base_url).status(known[name])}
        case str(name):
            raise ValueError(f"no issue can have the status {name}: there are {', '.join(known)}")
    return dict(fields)
