"""The pages that apps add to a site, the tokens for what runs in them, and their calls as the user."""

from collections import Counter
from http import HTTPStatus
from threading import Lock

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connect_local.jira.entities import Installation
from connect_local.jira.page_context import PageContext
from connect_local.jira.pages.frames import SANDBOX, frame_of, module_path
from connect_local.jira.pages.notices import Notice
from connect_local.jira.pages.view import View
from connect_local.jira.pages.visits import Visit, page
from connect_local.jira.tokens import context_token
from connect_tools.descriptor import PageModule

_PAGE = "/plugins/servlet/ac/{app}/{module}"
_CUSTOM = "ac."


class AppPages:
    """The iframes, and the tokens for what runs in them."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._lock = Lock()
        self._to_expire: Counter[tuple[str, str]] = Counter()  # by site and app

    def routes(self) -> list[Route]:
        """The routes below a site's base URL; that of the pages is Jira's own."""
        return [
            page(_PAGE, self.show),
            page(f"{_PAGE}/frame", self.frame),
            page(f"{_PAGE}/token", self.token, "POST"),
            page(f"{_PAGE}/expire-next-token", self.expire_next_token, "POST"),
        ]

    def show(self, visit: Visit) -> Response:
        """A page of an app, for whoever the visitor is."""
        found = _module(visit)
        if found is None:
            text = "No app that is installed and enabled on this site has such a page."
            return self._view.sentence(visit, "Not here", text, HTTPStatus.NOT_FOUND)
        app, module = found
        frame = frame_of(visit, app, module, _context(visit))
        return self._view.render(
            visit, "app-page", title=module.name, frames=[frame], app=app, module=module, frame=frame
        )

    def frame(self, visit: Visit) -> Response:
        """Return the frame of a dialog, for the script of the page that opens it."""
        found = _module(visit)
        if found is None:
            return JSONResponse(
                {"error": f"The app has no module with the key {visit.request.path_params['module']}."},
                status_code=HTTPStatus.NOT_FOUND,
            )
        app, module = found
        frame = frame_of(visit, app, module, _context(visit))
        return JSONResponse(
            {
                "source": frame.source,
                "name": frame.name,
                "title": module.name,
                "options": module.options,
                "sandbox": SANDBOX,
                "host": frame.host,
            },
            headers={"Cache-Control": "no-store"},
        )

    def token(self, visit: Visit) -> Response:
        """Return the token of `AP.context.getToken`."""
        found = _module(visit)
        if found is None:
            return JSONResponse(
                {"error": "The app is not installed and enabled any more."}, status_code=HTTPStatus.NOT_FOUND
            )
        app, _ = found
        which = (visit.site.name, app.descriptor.key)
        with self._lock:
            expired = self._to_expire[which] > 0
            self._to_expire[which] -= expired
        token = context_token(
            app, user=visit.person, context=_context(visit).claim(), now=visit.site.now(), expired=expired
        )
        return JSONResponse({"token": token}, headers={"Cache-Control": "no-store"})

    def expire_next_token(self, visit: Visit) -> Response:
        """Let the next context token for this app be one that has expired."""
        found = _module(visit)
        if found is None:
            return self.show(visit)
        app, module = found
        with self._lock:
            self._to_expire[visit.site.name, app.descriptor.key] += 1
        return self._view.go(
            visit, module_path(app, module), Notice("The next context token has expired already.")
        )


def _module(visit: Visit) -> tuple[Installation, PageModule] | None:
    wish = visit.request.path_params
    for app in visit.site.enabled_apps():
        for module in app.descriptor.pages:
            if (app.descriptor.key, module.key) == (wish["app"], wish["module"]):
                return app, module
    return None


def _context(visit: Visit) -> PageContext:
    query = visit.request.query_params
    return PageContext.of(
        visit.site,
        issue_key=query.get("issue", ""),
        project_key=query.get("project", ""),
        custom={
            name.removeprefix(_CUSTOM): value for name, value in query.items() if name.startswith(_CUSTOM)
        },
    )
