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
├── JiraAnswerUnusable    2xx, and nothing that was expected
├── JiraEffectUnknown     303 to somewhere else than Jira's REST API: it may or may not have been done
├── JiraSiteUnavailable   404 of the site itself: it is suspended, or cannot be reached at Atlassian
└── JiraUnreachable       no answer; the request may or may not have had its effect
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connect_jira.jira.error_text import Said
from connect_jwt.causes import Cause
from connect_jwt.errors import ConnectError

if TYPE_CHECKING:
    from connect_jwt.diagnosis import Finding

_OF_THE_SITE = {Cause.SITE_UNAVAILABLE, Cause.IP_NOT_ALLOWED, Cause.SITE_MOVED}
_NOT_YET_GRANTED = {None, Cause.SCOPE_MISSING}


class JiraError(ConnectError):
    """Jira did not do as it was asked. Its `reason` is the cause, where Jira says one, else `jira-<status>`.

    Its text is the app's own, and may be logged and told. What Jira says may hold somebody's name, or what
    somebody has written, and is not part of it.

    Attributes:
        status: the HTTP status; 0 when there was no answer
        body: the answer as Jira gave it: JSON, text or bytes
        said: what Jira says, in short
        messages: what Jira says, by any of the names it has for that
        field_errors: Jira's `errors`, by field
        headers: the answer's headers, by lower-case name
        cause: what the answer says of its cause, if it does
        finding: why Jira has refused, as far as that can be told
        of_young_installation: whether the app was installed minutes ago; a site may then still have to grant
            its permissions
    """

    def __init__(  # noqa: PLR0913 - an answer has many sides
        self,
        status: int,
        *,
        call: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        cause: Cause | None = None,
        finding: "Finding | None" = None,
        of_young_installation: bool = False,
        reason: str | None = None,
        sentence: str | None = None,
    ) -> None:
        said = Said.in_body(body)
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.messages = said.messages
        self.field_errors: dict[str, Any] = said.field_errors
        self.said = said.in_short
        self.cause = cause
        self.finding = finding
        self.of_young_installation = of_young_installation
        why = f" ({finding.code}: {finding.seen}. {finding.why} {finding.fix})" if finding else ""
        super().__init__(
            reason or cause or f"jira-{status}",
            f"{call}: {sentence or f'Jira answered {status}'}{why}",
        )

    @property
    def pauses_site(self) -> bool:
        """Whether every call to this site would meet the same."""
        return self.cause in _OF_THE_SITE

    @property
    def nothing_was_done(self) -> bool:
        """Whether it is certain that the call had no effect and may be made again, whatever it is.

        No 5xx is certain of that, not even one that says when to come back.
        """
        return (
            self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}
            or self.pauses_site
            or self.may_be_granted
        )

    @property
    def may_be_granted(self) -> bool:
        """Whether a permission is missing that the site may yet grant, since the app was only just installed.

        https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/#lifecycle
        """
        is_refusal = self.status == HTTPStatus.FORBIDDEN or self.cause is Cause.SCOPE_MISSING
        return self.of_young_installation and is_refusal and self.cause in _NOT_YET_GRANTED


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


class JiraAnswerUnusable(JiraError):
    """A success that is not what was asked for, such as the page of a proxy."""

    REASON = "answer-unusable"

    def __init__(self, status: int, *, call: str, what: str) -> None:
        sentence = f"Jira answered {status}, and this is {what}"
        super().__init__(status, call=call, sentence=sentence, reason=self.REASON)


class JiraEffectUnknown(JiraError):
    """303 to somewhere else than Jira's REST API, such as a login."""

    def __init__(self, status: int, *, call: str) -> None:
        sentence = f"Jira's {status} leads away from its REST API, so nobody can say whether it was done"
        super().__init__(status, call=call, sentence=sentence, reason="effect-unknown")


class JiraSiteUnavailable(JiraError):
    """404 of the site itself: it is suspended, or cannot be reached at Atlassian; of what was asked it says
    nothing.
    """


class JiraUnreachable(JiraError):
    """No answer.

    Attributes:
        may_have_worked: whether the request may have had its effect; not when no connection came about
        timed_out: whether Jira took too long
    """

    def __init__(self, *, call: str, cause: str, may_have_worked: bool, timed_out: bool = False) -> None:
        super().__init__(0, call=call, sentence=f"no answer from Jira ({cause})")
        self.may_have_worked = may_have_worked
        self.timed_out = timed_out

    @property
    def nothing_was_done(self) -> bool:
        """Whether no connection came about."""
        return not self.may_have_worked


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


def jira_error(status: int, *, cause: Cause | None = None, **about: Any) -> JiraError:  # noqa: ANN401 - as JiraError takes them
    """The error for an answer that is no success, of the class that its status has; as for `JiraError`."""
    kind = _BY_STATUS.get(status) or _BY_CLASS.get(status // 100, JiraError)
    if cause is Cause.SITE_UNAVAILABLE:
        kind = JiraSiteUnavailable
    return kind(status, cause=cause, **about)
