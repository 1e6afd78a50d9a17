"""The apps on a site, as its administrators manage them."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from starlette.responses import Response
from starlette.routing import Route

from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.lifecycle import COMMANDS
from connect_local.jira.pages.notices import Notice
from connect_local.jira.pages.panels import unseen
from connect_local.jira.pages.view import View
from connect_local.jira.pages.visits import Visit, page
from connect_local.jira.pages.words import command_notice

_OWN_PAGES = ("generalPages", "adminPages", "configurePage", "postInstallPage")


class AppsPage:
    """The list of apps, and what can be done with each.

    Args:
        view: renders it
        descriptor_url: of the app that runs beside this Jira; empty for none
        app_faults: returns the faults of that app that Jira does not notice
    """

    def __init__(self, view: View, *, descriptor_url: str, app_faults: Callable[[], Sequence[str]]) -> None:
        self._view = view
        self._app_faults = app_faults
        self._descriptor_url = descriptor_url

    def routes(self) -> list[Route]:
        """The routes below a site's base URL."""
        return [page("/apps", self.apps), page("/apps/{command}", self.command, "POST")]

    def apps(self, visit: Visit) -> Response:
        """Every app that is installed or once was."""
        return self._view.render(
            visit,
            "apps",
            title="Apps",
            apps=visit.site.apps(),
            descriptor_url=self._descriptor_url,
            app_faults=self._app_faults(),
            own_pages=_OWN_PAGES,
            unseen=unseen,
        )

    def command(self, visit: Visit) -> Response:
        """Install an app, or do something else with it."""
        command, url = visit.request.path_params["command"], visit.form.get("descriptorUrl", "").strip()
        if command not in COMMANDS:
            return self._view.sentence(visit, "Not here", "There is no such command.", HTTPStatus.NOT_FOUND)
        if not visit.person.is_admin:
            text = "Only administrators manage apps. Choose to be one, at the top of the page."
            return self._view.sentence(visit, "Not yours to do", text, HTTPStatus.FORBIDDEN)
        return self._view.go(visit, "/apps", _carried_out(visit, command, url))


def _carried_out(visit: Visit, command: str, url: str) -> Notice:
    if not url.startswith(("http://", "https://")):
        return Notice("Name the URL of the app's descriptor, http or https.", is_good=False)
    try:
        result = COMMANDS[command](visit.tenant.lifecycle, url)
    except NotCarriedOut as error:
        return Notice(str(error), is_good=False, details=error.details)
    names = (app.descriptor.name for app in visit.site.apps() if app.descriptor.key == result.key)
    return command_notice(command, next(names, "The app"), result)
