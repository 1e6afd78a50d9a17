"""The REST calls that apps have made, and what became of them."""

from starlette.responses import Response
from starlette.routing import Route

from connect_local.jira.journal import Journal
from connect_local.jira.pages.view import View
from connect_local.jira.pages.visits import Visit, page
from connect_local.jira.tenant import Tenants

_SHOWN = 100


class CallsPage:
    """The list of calls, newest first.

    Args:
        view: renders it
        tenants: with the apps that may have made them
        journal: keeps them
    """

    def __init__(self, view: View, *, tenants: Tenants, journal: Journal) -> None:
        self._view = view
        self._tenants = tenants
        self._journal = journal

    def routes(self) -> list[Route]:
        """The routes below a site's base URL."""
        return [page("/calls", self.calls)]

    def calls(self, visit: Visit) -> Response:
        """The calls to this site, or to all."""
        of_all = visit.request.query_params.get("of") == "all"
        calls = [call for call in self._journal.requests() if of_all or call.site == visit.site.name]
        return self._view.render(
            visit,
            "calls",
            title="Calls",
            of_all=of_all,
            calls=calls[: -_SHOWN - 1 : -1],
            app_names={
                app.client_key: app.descriptor.name
                for tenant in self._tenants.all()
                for app in tenant.site.apps()
            },
        )
