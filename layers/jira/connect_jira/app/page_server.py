"""Serves what is registered: pages, calls, and the static files of an app's folder."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path

from connect_jira.app.api_calls import ApiCalls
from connect_jira.app.page_loads import PageLoads
from connect_jira.app.pages import Pages
from connect_jira.auth.page_requests import PageAuthenticator
from connect_jira.events.app_work import AppWork
from connect_jira.lambda_context import Invocation
from connect_jira.page_urls import PAGES
from connect_jira.settings import AppSettings
from connect_jira.web.assets import Assets
from connect_jira.web.cross_origin import is_call
from connect_jira.web.page_documents import PageDocuments
from connect_jira.web.request import GatewayRequest
from connect_jira.web.response import Response, empty_response


class PageServer:
    """The browser's side of an app.

    IAM: that of `PageAuthenticator`, and to send that of `connect_jira.worker.queue`.

    Args:
        pages: the registered pages and calls
        authenticator: verifies the proof of requests
        app: the app's settings
        folder: with the folders `templates` and `static`
        all_js_url: URL of Atlassian's script for iframes
        send: puts work on the queue, for `Site.enqueue`
    """

    def __init__(
        self,
        pages: Pages,
        authenticator: PageAuthenticator,
        *,
        app: AppSettings,
        folder: Path,
        all_js_url: str,
        send: Callable[[AppWork], None],
    ) -> None:
        self._authenticator = authenticator
        self._assets = Assets(folder / "static")
        documents = PageDocuments(folder / "templates", self._assets, all_js_url=all_js_url)
        self._loads = PageLoads(pages, documents, app)
        self._calls = ApiCalls(pages, send=send)

    def answer(self, request: GatewayRequest, invocation: Invocation) -> Response:
        """Answer a request; 404 for what is not there.

        Raises:
            ConnectError: the request is not proved, or nothing can be said just now: see `PageAuthenticator`
        """
        if is_call(request):
            return self._calls.answer(request, partial(self._authenticator.call, invocation=invocation))
        if request.path.startswith(PAGES):
            return self._loads.answer(request, partial(self._authenticator.page, invocation=invocation))
        return self._assets.answer(request) or empty_response(HTTPStatus.NOT_FOUND)
