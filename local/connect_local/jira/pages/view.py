"""Values turned into HTML, with what every page has around it."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import jinja2
from starlette.responses import HTMLResponse, RedirectResponse, Response

from connect_local.jira.changelog import field_text
from connect_local.jira.conditions import Viewer, is_shown
from connect_local.jira.entities import Installation, Json
from connect_local.jira.page_context import PageContext
from connect_local.jira.pages.frames import SANDBOX, Frame, module_path
from connect_local.jira.pages.notices import Notice, Notices
from connect_local.jira.pages.visits import THEMES, Visit, people_to_be
from connect_local.jira.site import Site
from connect_local.jira.tenant import Tenants
from connect_tools.descriptor import PageModule

_TEMPLATES = Path(__file__).parent / "templates"
_IN_NAVIGATION = ("generalPages", "adminPages")
_THEME_NAMES = {"auto": "As the browser has it", "light": "Light", "dark": "Dark"}


class View:
    """Renders the pages.

    Args:
        tenants: the sites to choose from
    """

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._notices = Notices()
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {"clock": _clock, "moment": _moment, "plain": _plain, "site_name": site_name}
        self._jinja.globals["module_path"] = module_path

    def render(
        self,
        visit: Visit,
        template: str,
        *,
        title: str,
        status: HTTPStatus = HTTPStatus.OK,
        frames: Sequence[Frame] = (),
        **values: Any,  # noqa: ANN401 - what the template names
    ) -> Response:
        """A page.

        Args:
            visit: of the visitor
            template: the file's name, without its ending
            title: of the page
            status: of the answer
            frames: that are in it
            values: for the template
        """
        root = self._tenants.default.site.context_path
        page = self._jinja.get_template(f"{template}.html").render(
            {
                "visit": visit,
                "site": visit.site,
                "here": visit.site.context_path,
                "root": root,
                "assets": f"{root}/_local/assets",
                "path": visit.request.url.path,
                "people": people_to_be(visit.site),
                "sites": [tenant.site for tenant in self._tenants.all()],
                "themes": [(theme, _THEME_NAMES[theme]) for theme in THEMES],
                "modules": _entries(visit),
                "title": title,
                "sandbox": SANDBOX,
                "frames": frames,
                "notice": self._notices.get(visit.request.query_params.get("notice", "")),
                **values,
            }
        )
        return HTMLResponse(page, status_code=status, headers=_headers(frames))

    def sentence(self, visit: Visit, title: str, text: str, status: HTTPStatus) -> Response:
        """A page that only says why there is none."""
        return self.render(visit, "sentence", title=title, text=text, status=status)

    def go(self, visit: Visit, path: str, notice: Notice | None = None) -> Response:
        """On to another page of the site, with something to say there."""
        query = f"?{urlencode({'notice': self._notices.keep(notice)})}" if notice else ""
        return RedirectResponse(f"{visit.url(path)}{query}", HTTPStatus.SEE_OTHER)


def site_name(site: Site) -> str:
    """Return a site's name: the one at the root has its host's."""
    return site.name or urlsplit(site.base_url).netloc


def _entries(visit: Visit) -> list[tuple[Installation, PageModule]]:
    """The pages that the enabled apps add to a site's navigation."""
    context = PageContext(site=visit.site)
    return [
        (app, module)
        for app in visit.site.enabled_apps()
        for module in app.descriptor.pages
        if module.kind in _IN_NAVIGATION
        and module.location != "none"
        and is_shown(module.conditions, Viewer(person=visit.person, app=app, context=context))
    ]


def _headers(frames: Sequence[Frame]) -> dict[str, str]:
    frame = " ".join(sorted({frame.origin for frame in frames})) or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src {frame}"
    )
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _plain(value: Json) -> str:
    return field_text(value) or ""


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%-d %B %Y, %H:%M}"
