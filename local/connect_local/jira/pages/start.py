"""Entry pages: a site's start page, its projects, and the list of all sites."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.journal import Journal
from connect_local.jira.pages.view import View
from connect_local.jira.pages.visits import Visit, page
from connect_local.jira.tenant import Tenants

_LATEST = 5


class Start:
    """The pages that lead to others.

    Args:
        view: renders them
        tenants: the sites
        journal: the calls, of which the start page shows the latest
        descriptor_url: of the app that runs beside this Jira; empty for none
    """

    def __init__(self, view: View, *, tenants: Tenants, journal: Journal, descriptor_url: str) -> None:
        self._view = view
        self._tenants = tenants
        self._journal = journal
        self._descriptor_url = descriptor_url

    def routes(self) -> list[Route]:
        """The routes below a site's base URL."""
        return [
            page("/", self.site),
            page("/sites", self.sites),
            page("/sites", self.make_site, "POST"),
        ]

    def site(self, visit: Visit) -> Response:
        """Show the site's start page."""
        name = visit.site.name
        return self._view.render(
            visit,
            "start",
            title="Start",
            projects=visit.site.projects(),
            issues=list(reversed(visit.site.issues())),
            apps=[app for app in visit.site.apps() if app.installed],
            calls=[call for call in reversed(self._journal.requests()) if call.site == name][:_LATEST],
            app_names={app.client_key: app.descriptor.name for app in visit.site.apps()},
            descriptor_url=self._descriptor_url,
        )

    def sites(self, visit: Visit) -> Response:
        """Every site, and a form for one more."""
        return self._sites(visit)

    def make_site(self, visit: Visit) -> Response:
        """One more site."""
        name = visit.form.get("name", "").strip()
        if not name:
            return self._sites(visit, error="A site needs a name.")
        try:
            site = self._tenants.ensure(name).site
        except NotCarriedOut as error:
            return self._sites(visit, error=str(error).replace("site", "The name", 1))
        return RedirectResponse(f"{site.context_path}/", HTTPStatus.SEE_OTHER)

    def _sites(self, visit: Visit, error: str = "") -> Response:
        return self._view.render(
            visit,
            "sites",
            title="Sites",
            error=error,
            wish=visit.form.get("name", ""),
            status=HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK,
        )
