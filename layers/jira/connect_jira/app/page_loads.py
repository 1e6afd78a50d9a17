"""Answers the loads of pages, `/pages/…`, with the documents that are registered for them.

A document that the user may not see is replaced by `notice.html`, which says whom the page is for.
"""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qs

from aws_lambda_powertools import Logger

from connect_jira.app.pages import Page, Pages
from connect_jira.app.permission_checks import AccessDenied, check_permission
from connect_jira.app.permissions import About
from connect_jira.app.unserved import Unserved
from connect_jira.auth.page_requests import PageRequest
from connect_jira.page_urls import PAGES
from connect_jira.settings import AppSettings
from connect_jira.web.page_documents import PageDocuments
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response

NOTICE = "notice.html"

_VARIABLES = {About.ISSUE: ("issue.id", "issue.key"), About.PROJECT: ("project.id", "project.key")}

_logger = Logger(child=True)


class PageLoads:
    """The pages of an app.

    Args:
        pages: the registered ones
        documents: their files
        app: the app's settings
    """

    def __init__(self, pages: Pages, documents: PageDocuments, app: AppSettings) -> None:
        self._pages = pages
        self._documents = documents
        self._app = app
        self._unserved = Unserved()

    def answer(
        self, request: GatewayRequest, authenticate: Callable[[GatewayRequest], PageRequest]
    ) -> Response:
        """Answer a request below `/pages/`.

        Args:
            request: the request
            authenticate: verifies its proof; what it raises is not caught
        """
        name = request.path.removeprefix(PAGES)
        page = self._pages.page_named(name) if request.method == "GET" else None
        if page is None:
            self._unserved.page(name)
            return empty_response(HTTPStatus.NOT_FOUND)
        return self._answer_proved(page, request, authenticate(request))

    def _answer_proved(self, page: Page, request: GatewayRequest, proved: PageRequest) -> Response:
        """Answer the load of a page whose proof holds: 403 if the user may not see it, 503 if that cannot be
        asked, and 404 if its file is not there.
        """
        try:
            named = self._named_by_url(page, request, proved)
            check_permission(page.allowed, proved, used=f"page {page.name}", named=named)
        except AccessDenied as denied:
            return self._notice(page, denied.status, proved)
        try:
            return self._documents.answer(page.template, framed_by=_framed_by(proved))
        except FileNotFoundError:
            _logger.error(f"The page {page.name} has no file functions/pages/templates/{page.template}")  # noqa: G004, TRY400 - read by people, and it says all
            return empty_response(HTTPStatus.NOT_FOUND)

    def _named_by_url(self, page: Page, request: GatewayRequest, proved: PageRequest) -> str | None:
        """Return what Jira has filled into the signed URL, unless the token's context names the object."""
        about = page.allowed.about
        if about not in _VARIABLES or (
            proved.context.issue if about is About.ISSUE else proved.context.project
        ):
            return None
        filled_in = self._app.page_variables.get(request.path, {})
        parameters = parse_qs(request.query, keep_blank_values=True)
        for name, variable in filled_in.items():
            if variable in _VARIABLES[about]:
                values = parameters.get(name, [])
                return values[0] if len(values) == 1 else None
        return None

    def _notice(self, page: Page, status: HTTPStatus, proved: PageRequest) -> Response:
        title, text = f"This page is for {page.allowed.holders}", "Jira says that you are not one of them."
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            title = "Jira does not answer just now"
            text = "It could not be asked whether you may see this page. Load it again in a moment."
        try:
            return self._documents.answer(
                NOTICE, status=status, framed_by=_framed_by(proved), title=title, text=text
            )
        except FileNotFoundError:
            return empty_response(status)


def _framed_by(proved: PageRequest) -> tuple[str | None, ...]:
    return proved.installation.site_url, proved.installation.display_url
