"""What Jira answers when it does not do what was asked; a branch of the tree in `connect_jira.errors`.

JiraError                 has `status`, and Jira's own `messages` and `field_errors`
├── JiraBadRequest        400
├── JiraUnauthorized      401: identity or signature
├── JiraForbidden         403: a scope or a permission is missing
├── JiraNotFound          404: not there, or not to be seen by the app
├── JiraConflict          409
├── JiraGone              410
├── JiraRateLimited       429
├── JiraMoved             3xx: the site has another address now; Jira will say which by `installed`
├── JiraServerError       5xx
└── JiraUnreachable       no answer; the request may or may not have had its effect
"""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connect_jwt.errors import ConnectError

if TYPE_CHECKING:
    from connect_jwt.diagnosis import Finding


class JiraError(ConnectError):
    """Jira answered with an error.

    Attributes:
        status: the HTTP status; 0 when there was no answer
        body: the answer as Jira gave it: JSON, or text
        messages: Jira's `errorMessages`, or its `message`
        field_errors: Jira's `errors`, by field
        headers: the answer's headers, by lower-case name
        finding: why Jira answered 401 or 403, as far as that can be told
    """

    def __init__(
        self,
        status: int,
        *,
        call: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        finding: "Finding | None" = None,
    ) -> None:
        details: dict[str, Any] = body if isinstance(body, dict) else {}
        messages = details.get("errorMessages") or [details.get("message")]
        field_errors = details.get("errors")
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.messages = tuple(str(message) for message in messages if message)
        self.field_errors: dict[str, Any] = field_errors if isinstance(field_errors, dict) else {}
        said = " ".join((*self.messages, json.dumps(self.field_errors) if self.field_errors else ""))
        self.finding = finding
        cause = f" ({finding.code}: {finding.why} {finding.fix})" if finding else ""
        super().__init__(f"jira-{status}", f"{call}: Jira answered {status} {said}".rstrip() + cause)


class JiraBadRequest(JiraError):
    """400: the request makes no sense to Jira; `messages` and `field_errors` say why."""


class JiraUnauthorized(JiraError):
    """401: Jira does not accept who is asking."""


class JiraForbidden(JiraError):
    """403: the app lacks a scope or a permission."""


class JiraNotFound(JiraError):
    """404: it is not there, or the app may not see it."""


class JiraConflict(JiraError):
    """409: somebody else has changed it."""


class JiraGone(JiraError):
    """410: this part of Jira's API has been removed."""


class JiraRateLimited(JiraError):
    """429: too much at once, for this endpoint, issue, site or app."""


class JiraMoved(JiraError):
    """3xx: a signed request is never sent on, since its signature is for the old address."""


class JiraServerError(JiraError):
    """5xx: Jira failed."""


class JiraUnreachable(JiraError):
    """No answer.

    Attributes:
        may_have_worked: whether the request may have had its effect; not when no connection came about
    """

    def __init__(self, *, call: str, cause: str, may_have_worked: bool) -> None:
        super().__init__(0, call=call, body={"message": f"no answer from Jira ({cause})"})
        self.may_have_worked = may_have_worked


_BY_STATUS: dict[int, type[JiraError]] = {
    HTTPStatus.BAD_REQUEST: JiraBadRequest,
    HTTPStatus.UNAUTHORIZED: JiraUnauthorized,
    HTTPStatus.FORBIDDEN: JiraForbidden,
    HTTPStatus.NOT_FOUND: JiraNotFound,
    HTTPStatus.CONFLICT: JiraConflict,
    HTTPStatus.GONE: JiraGone,
    HTTPStatus.TOO_MANY_REQUESTS: JiraRateLimited,
}
_BY_CLASS = {3: JiraMoved, 4: JiraError, 5: JiraServerError}


def jira_error(
    status: int, *, call: str, body: object, headers: dict[str, str], finding: "Finding | None"
) -> JiraError:
    """The error for an answer whose status is not 2xx."""
    kind = _BY_STATUS.get(status) or _BY_CLASS.get(status // 100, JiraError)
    return kind(status, call=call, body=body, headers=headers, finding=finding)
