"""Registration of an app's pages, and of the calls that their scripts make.

pages = Pages()

pages.page("due", template="due.html", allowed=browses_issue)

@pages.call("GET", "due", allowed=browses_issue)
def due(request: ApiRequest, site: Site) -> JsonValue:
    issue = site.jira.get(f"/rest/api/3/issue/{request.issue.key}", query={"fields": "duedate"}).object
    return {"due": issue["fields"]["duedate"]}

A page is a static file that is served at `/pages/due`; a call is answered at `/api/due`. `allowed` says who
may use either, and Jira is asked at every request: see `connect_jira.app.permissions`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from http import HTTPStatus
from typing import Any, get_args, get_origin, get_type_hints

from connect_jira.app.call_bodies import Reader, reader_of
from connect_jira.app.call_paths import CallPath, is_segment
from connect_jira.app.permissions import About, Permission
from connect_jira.app.site import Site
from connect_jira.auth.page_context import PageContext, PageIssue, PageProject
from connect_jira.auth.page_requests import SiteInstallation
from connect_jira.auth.user_permissions import UserPermissions
from connect_jira.data.entries import JsonValue
from connect_jwt.errors import ConnectError

METHODS = ("GET", "POST", "PUT", "DELETE")
_WITH_BODY = {"POST", "PUT"}


class Refused(ConnectError):
    """A refusal by a call's function; the script gets the status, and `{"reason": …, "message": …}`.

    Args:
        status: from 400 to 499
        reason: for the script, such as `already-closed`
        message: for people
    """

    def __init__(self, status: int, reason: str, message: str = "") -> None:
        super().__init__(reason, message or f"the call was refused with {status}")
        if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ValueError(f"{status} is no status of a refusal: those are 400 to 499")
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest[Body = None]:
    """A call of a page's script, whose proof holds and whose user may make it.

    Attributes:
        body: of the type in the annotation of the function's argument; None for `ApiRequest` alone
        user: the user's account id, which is proved; None if nobody is logged in
        context: the issue and the project that the page is shown for; under Forge not proved
        checked: the issue or the project that `allowed` was asked for
        path: the parts of the path, as the script sends them
        query: the parameters, each once, as the script sends them
        asks_jira: for `permissions`
        installed: for `installation`
    """

    body: Body = field(repr=False)
    user: str | None = None
    context: PageContext = field(default_factory=PageContext)
    checked: PageContext = field(default_factory=PageContext)
    path: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    asks_jira: UserPermissions | None = field(default=None, repr=False)
    installed: SiteInstallation | None = field(default=None, repr=False)

    @property
    def issue(self) -> PageIssue:
        """The issue that `allowed` was asked for.

        Raises:
            LookupError: it was asked for none
        """
        return _present(self.checked.issue, "issue: declare allowed=browses_issue, or another for an issue")

    @property
    def project(self) -> PageProject:
        """The project that `allowed` was asked for.

        Raises:
            LookupError: it was asked for none
        """
        return _present(self.checked.project, "project: declare allowed=browses_project, or the like")

    @property
    def permissions(self) -> UserPermissions:
        """The user's other permissions, asked of Jira."""
        return _present(self.asks_jira, "permissions: make it with asks_jira")

    @property
    def installation(self) -> SiteInstallation:
        """The installation of the app on the site."""
        return _present(self.installed, "installation: make it with installed")


type CallFunction[Body] = Callable[[ApiRequest[Body], Site], JsonValue]
"""Called with the request and the site; what it returns is the answer's JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A registered page.

    Attributes:
        name: the end of its address, as in `/pages/due`
        template: its file
        allowed: the people who may see it
    """

    name: str
    template: str
    allowed: Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A registered call.

    Attributes:
        method: in upper case
        path: below `/api/`
        allowed: the people who may make it
        read_body: reads the declared body; None if the call has none
        function: answers it
    """

    method: str
    path: CallPath
    allowed: Permission
    read_body: Reader | None
    function: CallFunction[Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path.text}"


class Pages:
    """The pages and calls of an app.

    Args:
        others: routers whose pages and calls are included, such as those of other files

    Raises:
        ValueError: two of them have registered the same
    """

    def __init__(self, *others: "Pages") -> None:
        self._pages: dict[str, Page] = {}
        self._calls: dict[tuple[str, tuple[str | None, ...]], Call] = {}
        for other in others:
            for page in other.all_pages():
                self._add_page(page)
            for call in other.all_calls():
                self._add_call(call)

    def page(self, name: str, *, template: str, allowed: Permission) -> None:
        """Register a page.

        Args:
            name: `due` is served at `/pages/due`
            template: its file in `functions/pages/templates`, such as `due.html`
            allowed: the people who may see it

        Raises:
            TypeError: `allowed` is missing, or no permission
            ValueError: the name is no part of a path or has a page already, or `allowed` has an `.of()`
        """
        _check_permission(allowed)
        if not is_segment(name):
            raise ValueError(f"{name!r} is no name of a page: letters, digits and -._~ of ASCII can be one")
        if allowed.named_by:
            raise ValueError(f"the page {name} is shown for an issue or project; nothing else can name one")
        self._add_page(Page(name=name, template=template, allowed=allowed))

    def call[Body](
        self, method: str, path: str, *, allowed: Permission
    ) -> Callable[[CallFunction[Body]], CallFunction[Body]]:
        """Register a call.

        Args:
            method: `GET`, `POST`, `PUT` or `DELETE`; only `POST` and `PUT` have a body
            path: below `/api/`, such as `due/{key}`; what is in braces is in `request.path`
            allowed: the people who may make it; with `.of("key")` if a part of the path, or a member of the
                body, names the issue or project

        Raises:
            TypeError: `allowed` is missing or no permission; the function's first argument is not annotated
                with `ApiRequest`; or the body is of a type that cannot be read from JSON
            ValueError: the method or the path cannot be served, the same call is registered already, or the
                declaration does not say which issue it is for
        """
        _check_permission(allowed)
        if method not in METHODS:
            raise ValueError(f"{method} is no method of a call: {', '.join(METHODS)} are")
        parsed = CallPath.parse(path)

        def register(function: CallFunction[Body]) -> CallFunction[Body]:
            body = _declared_body(function)
            if body is not None and method not in _WITH_BODY:
                raise ValueError(f"{method} {path} has no body: register it as a POST or a PUT")
            _check_named(f"{method} {path}", allowed, parsed.parts, _text_members(body))
            read_body = None if body is None else reader_of(body)
            self._add_call(
                Call(method=method, path=parsed, allowed=allowed, read_body=read_body, function=function)
            )
            return function

        return register

    def all_pages(self) -> Iterator[Page]:
        """Return every page."""
        return iter(self._pages.values())

    def all_calls(self) -> Iterator[Call]:
        """Return every call, those with the fixed path before those with a part at the same place."""
        return iter(sorted(self._calls.values(), key=lambda call: call.path.generality))

    def page_named(self, name: str) -> Page | None:
        """Return a page, None if there is none of this name."""
        return self._pages.get(name)

    def find_call(self, method: str, path: str) -> tuple[Call, Mapping[str, str]] | None:
        """Return the call of a request and the parts of its path, None if there is none.

        Args:
            method: in upper case
            path: below `/api/`
        """
        segments = path.split("/")
        if not all(map(is_segment, segments)):
            return None
        for call in self.all_calls():
            parts = call.path.match(segments)
            if parts is not None and call.method == method:
                return call, parts
        return None

    def _add_page(self, page: Page) -> None:
        if self._pages.setdefault(page.name, page) is not page:
            raise ValueError(f"the page {page.name} is registered twice")

    def _add_call(self, call: Call) -> None:
        before = self._calls.setdefault((call.method, call.path.segments), call)
        if before is not call:
            raise ValueError(f"{call} and {before} are the same call, registered twice")


def _present[T](value: T | None, what: str) -> T:
    if value is None:
        raise LookupError(f"the request has no {what}")
    return value


def _check_permission(allowed: object) -> None:
    if not isinstance(allowed, Permission):
        raise TypeError(f"allowed is a permission of connect_jira.app.permissions, not {allowed!r}")


def _check_named(call: str, allowed: Permission, parts: tuple[str, ...], members: set[str]) -> None:
    name = allowed.named_by
    if name is None and parts and allowed.about in {About.ISSUE, About.PROJECT}:
        what = allowed.about.value
        raise ValueError(
            f"{call}: say which {what} has to be asked for: allowed=….of({parts[0]!r}) if {{{parts[0]}}} "
            f"names it, or allowed=….of_page if it is always the one that the page is shown for"
        )
    if name and (name in parts) == (name in members):
        what = "both a part" if name in parts else "neither a part"
        raise ValueError(f"{call}: {name!r} is {what} of the path and a text of the body's dataclass")


def _declared_body(function: CallFunction[Any]) -> Any:  # noqa: ANN401 - an annotation
    hints = get_type_hints(function)
    hints.pop("return", None)
    annotation = next(iter(hints.values()), None)
    if annotation is ApiRequest:
        return None
    if get_origin(annotation) is ApiRequest:
        (body,) = get_args(annotation)
        return body
    raise TypeError(
        f"{getattr(function, '__name__', function)}: annotate its first argument with ApiRequest, or with "
        "ApiRequest[…] and the type of the body"
    )


def _text_members(body: Any) -> set[str]:  # noqa: ANN401 - an annotation
    if not (isinstance(body, type) and is_dataclass(body)):
        return set()
    hints = get_type_hints(body)
    return {member.name for member in fields(body) if hints[member.name] is str}
