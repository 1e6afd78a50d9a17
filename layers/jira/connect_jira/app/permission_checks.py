"""Checks whether a page's user may, as its registration declares: asked of Jira, for the object at hand."""

from contextlib import suppress
from http import HTTPStatus

from aws_lambda_powertools import Logger

from connect_jira.app.permissions import About, Permission
from connect_jira.auth.page_context import PageContext, PageIssue, PageProject, id_and_key, is_id_or_key
from connect_jira.auth.page_requests import PageRequest
from connect_jira.errors import OutOfTime, UserUnproved
from connect_jira.jira.errors import JiraError, JiraNotFound
from connect_jira.metrics import count
from connect_jwt.errors import ConnectError

_logger = Logger(child=True)

_PATHS = {About.ISSUE: "/rest/api/3/issue", About.PROJECT: "/rest/api/3/project"}


class AccessDenied(ConnectError):
    """The user may not, or Jira cannot be asked.

    Attributes:
        status: of the response: 403, or 503 if Jira cannot be asked
    """

    def __init__(self, status: HTTPStatus, reason: str, sentence: str) -> None:
        super().__init__(reason, sentence)
        self.status = status


def check_permission(
    allowed: Permission, proved: PageRequest, *, used: str, named: str | None = None
) -> PageContext:
    """Return the issue or the project that the user has the permission for.

    Args:
        allowed: the declaration
        proved: the request
        used: the page or call, as it is registered, for the log
        named: the id or key of the issue or project; None for the one that the page is shown for

    Raises:
        AccessDenied: the user has not the permission, or Jira cannot be asked
    """
    try:
        return _checked(allowed, proved, named)
    except AccessDenied as denied:
        _log("Permission refused", denied, proved, used)
        raise
    except UserUnproved as unproved:
        report_unproved(unproved, proved, used=used)
        raise AccessDenied(HTTPStatus.FORBIDDEN, unproved.reason, str(unproved)) from unproved
    except (JiraError, OutOfTime) as failed:
        _log("Permission check failed", failed, proved, used)
        raise AccessDenied(HTTPStatus.SERVICE_UNAVAILABLE, failed.reason, str(failed)) from failed


def report_unproved(unproved: UserUnproved, proved: PageRequest, *, used: str) -> None:
    """Log that Jira has to be asked as the user, whom nothing proves.

    Args:
        unproved: the error
        proved: the request
        used: as for `check_permission`
    """
    _log("Permission check impossible: page user not proved", unproved, proved, used)
    count("RequestRefused", reason=unproved.reason)


def _checked(allowed: Permission, proved: PageRequest, named: str | None) -> PageContext:
    if allowed.about is About.NOTHING:
        return PageContext()
    if proved.account_id is None:
        raise _denied("user-anonymous", "nobody is logged in")
    checked = PageContext()
    if allowed.about is About.SITE:
        may = proved.permissions.is_granted(allowed.key)
    elif allowed.about is About.ISSUE:
        issue = PageIssue(*_at_hand(allowed, proved, named))
        checked = PageContext(issue=issue)
        may = bool(proved.permissions.issues(allowed.key, [int(issue.id)]))
    else:
        project = PageProject(*_at_hand(allowed, proved, named))
        checked = PageContext(project=project)
        may = bool(proved.permissions.projects(allowed.key, [int(project.id)]))
    if not may:
        raise _denied("permission-missing", f"the user has not the permission {allowed.key}")
    return checked


def _at_hand(allowed: Permission, proved: PageRequest, named: str | None) -> tuple[str, str]:
    """Return the id and the key of the issue or project."""
    if named is not None:
        return _found(allowed, proved, named)
    context = proved.context
    shown_for = context.issue if allowed.about is About.ISSUE else context.project
    if shown_for is None:
        what = allowed.about.value
        raise _denied(
            f"no-{what}",
            f"the page is shown for no {what}, and {allowed.key} is asked for one: show it in a module of "
            f"the {what} view, or let the call name the {what} by .of()",
        )
    if not context.is_proved:  # the id and the key may be of two
        return _found(allowed, proved, shown_for.id)
    return shown_for.id, shown_for.key


def _found(allowed: Permission, proved: PageRequest, named: str) -> tuple[str, str]:
    """An object that the app does not see is refused like one that the user does not see."""
    found = None
    if is_id_or_key(named):
        query = {"fields": "project"} if allowed.about is About.ISSUE else None
        with suppress(JiraNotFound):
            found = id_and_key(proved.jira.get(f"{_PATHS[allowed.about]}/{named}", query=query).object)
    if found is None:
        raise _denied("permission-missing", f"the app sees no {allowed.about.value} of the name given")
    return found


def _denied(reason: str, sentence: str) -> AccessDenied:
    return AccessDenied(HTTPStatus.FORBIDDEN, reason, sentence)


def _log(message: str, error: ConnectError, proved: PageRequest, used: str) -> None:
    level = _logger.info if isinstance(error, AccessDenied) else _logger.warning
    level(
        message,
        extra={
            "reason": error.reason,
            "explanation": str(error),
            "clientKey": proved.client_key,
            "used": used,
        },
    )
