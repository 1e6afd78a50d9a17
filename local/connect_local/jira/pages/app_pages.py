"""The pages that apps add to a site, framed as Jira frames them.

What goes into an iframe's URL: https://developer.atlassian.com/cloud/jira/platform/context-parameters/; its
name and sandbox are those of the open-source half of Jira's own (npm `atlassian-connect-js`, `simple-xdm`).
"""

import json
from collections import Counter
from http import HTTPStatus
from threading import Lock
from urllib.parse import urlencode, urlsplit

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connect_local.jira.apps import url_of
from connect_local.jira.entities import Installation
from connect_local.jira.pages.notices import Notice
from connect_local.jira.pages.view import View, module_path, modules
from connect_local.jira.pages.visits import Visit, page
from connect_local.jira.tokens import context_token, page_token
from connect_tools.descriptor import PageModule

_PAGE = "/plugins/servlet/ac/{app}/{module}"
_CONNECT_VERSION = "1001.0.0-SNAPSHOT"
_SANDBOX = (
    "allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-same-origin "
    "allow-scripts allow-storage-access-by-user-activation allow-top-navigation-by-user-activation"
)


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
        url = _url(visit, app, module)
        token = page_token(app, url, user=visit.person, now=visit.site.now())
        return self._view.render(
            visit,
            "app-page",
            title=module.name,
            frame=_origin(url),
            app=app,
            module=module,
            source=f"{url}&jwt={token}",
            origin=_origin(url),
            frame_name=_name(visit, app, module),
            sandbox=_SANDBOX,
            host_data=json.dumps(_host_data(visit, app)),
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
        token = context_token(app, user=visit.person, now=visit.site.now(), expired=expired)
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
    for app, module in modules(visit.site):
        if (app.descriptor.key, module.key) == (wish["app"], wish["module"]):
            return app, module
    return None


def _url(visit: Visit, app: Installation, module: PageModule) -> str:
    parameters = {
        "xdm_e": _origin(visit.site.base_url),
        "xdm_c": f"channel-{_extension_id(app, module)}",
        "cp": visit.site.context_path,
        "xdm_deprecated_addon_key_do_not_use": app.descriptor.key,
        "lic": "active" if app.descriptor.is_licensed else "none",
        "cv": _CONNECT_VERSION,
    }
    url = url_of(app.descriptor, module.url)
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def _name(visit: Visit, app: Installation, module: PageModule) -> str:
    """The frame's name: what the script in it needs to know before it can ask."""
    return json.dumps(
        {
            "extension_id": _extension_id(app, module),
            "addon_key": app.descriptor.key,
            "key": module.key,
            "origin": _origin(visit.site.base_url),
            "options": {"contextPath": visit.site.context_path},
        }
    )


def _host_data(visit: Visit, app: Installation) -> dict[str, object]:
    """Return the data that the page around the frame gives the script in it."""
    return {
        "context": {"jira": {}, "license": {"active": app.descriptor.is_licensed}},
        "user": {"atlassianAccountId": visit.person.account_id},
    }


def _extension_id(app: Installation, module: PageModule) -> str:
    return f"{app.descriptor.key}__{module.key}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
