"""Exceptions for failed calls to Jira; a branch of the tree in `connect_jira.errors`.

JiraError                 has `status`, and Jira's own `messages` and `field_errors`
├── JiraBadRequest        400
├── JiraUnauthorized      401: identity or signature
├── JiraForbidden         403: a scope or a permission is missing
├── JiraNotFound          404: it does not exist, or the app may not see it
├── JiraConflict          409
├── JiraGone              410
├── JiraRateLimited       429
├── JiraMoved             3xx: the site has a new address; Jira will send it by `installed`
├── JiraServerError       5xx
├── JiraResponseUnusable    2xx with an unexpected body
├── JiraEffectUnknown     303 to another place than Jira's REST API: it may or may not have been done
├── JiraSiteUnavailable   404 for the whole site: it is suspended, or unreachable at Atlassian
└── JiraUnreachable       no response; the request may or may not have had its effect
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connect_jira.jira.error_text import ErrorText
from connect_jwt.causes import Cause
from connect_jwt.errors import ConnectError

if TYPE_CHECKING:
    from connect_jwt.diagnosis import Finding

_OF_THE_SITE = {Cause.SITE_UNAVAILABLE, Cause.IP_NOT_ALLOWED, Cause.SITE_MOVED}
SECRET_REFUSED = frozenset({"app-not-installed", "secret-out-of-sync"})
"""Codes of findings that say: Jira refuses a token that is right by the shared secret."""

_NOT_YET_GRANTED = {None, Cause.SCOPE_MISSING}


class JiraError(ConnectError):
    """Jira did not do the request. `reason` is the cause, if Jira names one, else `jira-<status>`.

    Its text is the app's own, and may be logged and put on the bus. Jira's texts may hold names or what
    somebody has written, and are not part of it.

    Attributes:
        status: the HTTP status; 0 if there was no response
        body: of the response: JSON, text or bytes
        said: Jira's error texts, in short
        messages: Jira's error texts, by any of their names
        field_errors: Jira's `errors`, by field
        headers: of the response, by lower-case name
        cause: named by the response, if any
        finding: explanation of a refusal, if the cause can be told
        of_young_installation: True if the app was installed minutes ago; the site may then still have to
            grant its permissions
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
        said = ErrorText.in_body(body)
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
        """True if every call to this site would fail in the same way."""
        return self.cause in _OF_THE_SITE

    @property
    def refuses_secret(self) -> bool:
        """True if Jira refused a token that is right by the shared secret."""
        return self.finding is not None and self.finding.code in SECRET_REFUSED

    @property
    def nothing_was_done(self) -> bool:
        """True if the call certainly had no effect, so that it may be repeated whether idempotent or not.

        No 5xx is certain, even with a Retry-After.
        """
        return (
            self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}
            or self.pauses_site
            or self.may_be_granted
        )

    @property
    def may_be_granted(self) -> bool:
        """True if a permission is missing that may still be granted, since the app was installed just now.

        https://developer.atlassian.com/cloud/jira/platform/connect-app-descriptor/#lifecycle
        """
        is_refusal = self.status == HTTPStatus.FORBIDDEN or self.cause is Cause.SCOPE_MISSING
        return self.of_young_installation and is_refusal and self.cause in _NOT_YET_GRANTED


class JiraBadRequest(JiraError):
    """400: the request is malformed; `messages` and `field_errors` say why."""


class JiraUnauthorized(JiraError):
    """401: Jira does not accept the caller's identity."""


class JiraForbidden(JiraError):
    """403: the app lacks a scope or a permission."""


class JiraNotFound(JiraError):
    """404: it does not exist, or the app may not see it."""


class JiraConflict(JiraError):
    """409: it was changed concurrently."""


class JiraGone(JiraError):
    """410: this part of Jira's API has been removed."""


class JiraRateLimited(JiraError):
    """429: too much at once, for this endpoint, issue, site or app."""


class JiraMoved(JiraError):
    """3xx: a signed request is never redirected, since its signature is for the old address."""


class JiraServerError(JiraError):
    """5xx: Jira failed."""


class JiraResponseUnusable(JiraError):
    """A success with an unexpected body, such as a proxy's page."""

    REASON = "answer-unusable"

    def __init__(self, status: int, *, call: str, what: str) -> None:
        sentence = f"Jira answered {status}, and this is {what}"
        super().__init__(status, call=call, sentence=sentence, reason=self.REASON)


class JiraEffectUnknown(JiraError):
    """303 to another place than Jira's REST API, such as a login."""

    def __init__(self, status: int, *, call: str) -> None:
        sentence = f"Jira's {status} leads away from its REST API, so nobody can say whether it was done"
        super().__init__(status, call=call, sentence=sentence, reason="effect-unknown")


class JiraSiteUnavailable(JiraError):
    """404 for the whole site, suspended or unreachable at Atlassian. It says nothing about the resource."""


class JiraUnreachable(JiraError):
    """No response.

    Attributes:
        may_have_worked: False if no connection was established; else the request may have had its effect
        timed_out: True if Jira took too long
    """

    def __init__(self, *, call: str, cause: str, may_have_worked: bool, timed_out: bool = False) -> None:
        super().__init__(0, call=call, sentence=f"no answer from Jira ({cause})")
        self.may_have_worked = may_have_worked
        self.timed_out = timed_out

    @property
    def nothing_was_done(self) -> bool:
        """True if no connection was established."""
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
    """Return the exception for an unsuccessful response, by its status; arguments as for `JiraError`."""
    kind = _BY_STATUS.get(status) or _BY_CLASS.get(status // 100, JiraError)
    if cause is Cause.SITE_UNAVAILABLE:
        kind = JiraSiteUnavailable
    return kind(status, cause=cause, **about)
