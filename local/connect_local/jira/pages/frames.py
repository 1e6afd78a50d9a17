"""The iframes that apps' pages are shown in, as Jira frames them.

What goes into an iframe's URL: https://developer.atlassian.com/cloud/jira/platform/context-parameters/; its
name and sandbox are those of the open-source half of Jira's own (npm `atlassian-connect-js`, `simple-xdm`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from connect_local.jira.apps import url_of
from connect_local.jira.conditions import Viewer, is_shown, unknown_conditions
from connect_local.jira.entities import Installation, Json
from connect_local.jira.page_context import PageContext
from connect_local.jira.pages.visits import Visit
from connect_local.jira.tokens import page_token
from connect_local.jira.url_variables import filled_in
from connect_tools.descriptor import PageModule

_CONNECT_VERSION = "1001.0.0-SNAPSHOT"
SANDBOX = (
    "allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-same-origin "
    "allow-scripts allow-storage-access-by-user-activation allow-top-navigation-by-user-activation"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One iframe.

    Attributes:
        app: of the page
        module: of the page
        source: the page's URL, with its token
        name: of the iframe: everything that the script in the page needs to know before it can ask
        host: the answers of the page around it to the script
        unknown: the conditions of the module that this Jira does not know
    """

    app: Installation
    module: PageModule
    source: str
    name: str
    host: Json
    unknown: list[str]

    @property
    def origin(self) -> str:
        """The origin of the page."""
        return origin_of(self.source)

    @property
    def host_json(self) -> str:
        """The answers, for an attribute of the page."""
        return json.dumps(self.host)


def module_path(app: Installation, module: PageModule) -> str:
    """The path of an app's page below its site's base URL, as in Jira."""
    return f"/plugins/servlet/ac/{quote(app.descriptor.key)}/{quote(module.key)}"


def frame_of(visit: Visit, app: Installation, module: PageModule, context: PageContext) -> Frame:
    """The iframe of a page, for whoever the visitor is."""
    url = _url(visit, app, module, context)
    token = page_token(app, url, user=visit.person, context=context.claim(), now=visit.site.now())
    here = visit.url(module_path(app, module))
    query = f"?{urlencode(context.query)}" if context.query else ""
    return Frame(
        app=app,
        module=module,
        source=f"{url}&jwt={token}",
        name=json.dumps(
            {
                "extension_id": _extension_id(app, module),
                "addon_key": app.descriptor.key,
                "key": module.key,
                "origin": origin_of(visit.site.base_url),
                "options": {"contextPath": visit.site.context_path},
            }
        ),
        host={
            "app": app.descriptor.key,
            "module": module.key,
            "origin": origin_of(url),
            "tokenUrl": f"{here}/token{query}",
            "requestUrl": visit.url(f"/plugins/servlet/ac/{quote(app.descriptor.key)}/request"),
            "contextPath": visit.site.context_path,
            "contextQuery": urlencode(context.query),
            "context": context.claim() | {"license": {"active": app.descriptor.is_licensed}},
            "user": {"atlassianAccountId": visit.person.account_id},
        },
        unknown=unknown_conditions(module.conditions),
    )


def frames_of(visit: Visit, kinds: Iterable[str], context: PageContext, *places: str) -> list[Frame]:
    """The iframes of all modules of some kinds whose conditions hold.

    Args:
        visit: of the visitor
        kinds: of the modules
        context: of the page around them
        places: the locations that are looked for; without any, all are
    """
    return [
        frame_of(visit, app, module, context)
        for app in visit.site.enabled_apps()
        for module in app.descriptor.pages
        if module.kind in kinds
        and (not places or module.location in places)
        and is_shown(module.conditions, Viewer(person=visit.person, app=app, context=context))
    ]


def origin_of(url: str) -> str:
    """The origin of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _url(visit: Visit, app: Installation, module: PageModule, context: PageContext) -> str:
    parameters = {
        "xdm_e": origin_of(visit.site.base_url),
        "xdm_c": f"channel-{_extension_id(app, module)}",
        "cp": visit.site.context_path,
        "xdm_deprecated_addon_key_do_not_use": app.descriptor.key,
        "lic": "active" if app.descriptor.is_licensed else "none",
        "cv": _CONNECT_VERSION,
    }
    url = url_of(app.descriptor, filled_in(module.url, context.variables()))
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def _extension_id(app: Installation, module: PageModule) -> str:
    return f"{app.descriptor.key}__{module.key}"
