"""All pages as one ASGI application."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connect_local.jira.faults import Faults
from connect_local.jira.journal import Journal
from connect_local.jira.pages.app_pages import AppPages
from connect_local.jira.pages.apps import AppsPage
from connect_local.jira.pages.calls import CallsPage
from connect_local.jira.pages.faults import FaultsPage
from connect_local.jira.pages.issues import IssuePages
from connect_local.jira.pages.preferences import Preferences
from connect_local.jira.pages.start import Start
from connect_local.jira.pages.user_requests import UserRequests
from connect_local.jira.pages.view import View
from connect_local.jira.pages.visits import Visit
from connect_local.jira.rest.answers import render_error
from connect_local.jira.tenant import Tenants

STATIC = Path(__file__).parent / "static"
"""Static files of the pages; with the stand-in for Atlassian's all.js, which apps' pages load."""


class Pages:
    """The pages of every site, each below its site's base URL.

    Args:
        tenants: the sites
        faults: for calls to any site
        journal: the calls
        descriptor_url: of the app that runs beside this Jira; empty for none
        app_faults: returns the faults of that app that Jira does not notice
    """

    def __init__(
        self,
        *,
        tenants: Tenants,
        faults: Faults,
        journal: Journal,
        descriptor_url: str,
        app_faults: Callable[[], Sequence[str]],
    ) -> None:
        self._tenants = tenants
        self._view = View(tenants)
        subjects = (
            Start(self._view, tenants=tenants, journal=journal, descriptor_url=descriptor_url),
            IssuePages(self._view),
            AppsPage(self._view, descriptor_url=descriptor_url, app_faults=app_faults),
            UserRequests(journal),
            AppPages(self._view),
            CallsPage(self._view, tenants=tenants, journal=journal),
            FaultsPage(self._view, faults=faults),
            Preferences(self._view),
        )
        self._app = Starlette(
            routes=[route for subject in subjects for route in subject.routes()],
            exception_handlers={HTTPException: self._render_error},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        tenant = self._tenants.at(scope["raw_path"].decode("ascii", "replace"))
        state = {**scope.get("state", {}), "tenant": tenant or self._tenants.default}
        root_path = state["tenant"].site.context_path
        if tenant is None:
            request = Request({**scope, "root_path": root_path, "state": state})
            error = HTTPException(HTTPStatus.NOT_FOUND)
            await self._render_error(request, error)(scope, receive, send)
            return
        await self._app({**scope, "root_path": root_path, "state": state}, receive, send)

    def _render_error(self, request: Request, error: Exception) -> Response:
        """A page for a browser; Jira's JSON for who has lost their way to the REST API."""
        if "text/html" not in request.headers.get("accept", ""):
            return render_error(request, error)
        status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
        visit = Visit(request=request, tenant=request.state.tenant)
        return self._view.sentence(visit, "Not here", "There is no such page on this Jira.", status)
