"""One request for a page, and who makes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connect_local.jira.entities import User
from connect_local.jira.site import Site
from connect_local.jira.tenant import Tenant

THEMES = ("auto", "light", "dark")
"""Themes of pages; `auto` is the browser's choice."""

THEME_COOKIE = "laptop-jira-theme"
_MAX_FORM_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request, to one site.

    Attributes:
        request: the request
        tenant: the site
        form: the fields that were sent
    """

    request: Request
    tenant: Tenant
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        """The site."""
        return self.tenant.site

    @property
    def person(self) -> User:
        """The user chosen by the visitor; at first the administrator."""
        chosen = self.request.cookies.get(person_cookie(self.site))
        return next((user for user in people_to_be(self.site) if user.account_id == chosen), self.site.admin)

    @property
    def theme(self) -> str:
        """The theme of pages."""
        chosen = self.request.cookies.get(THEME_COOKIE)
        return chosen if chosen in THEMES else THEMES[0]

    def url(self, path: str) -> str:
        """The URL of one of the site's pages."""
        return f"{self.site.context_path}{path}"


type Handler = Callable[[Visit], Response]


def people_to_be(site: Site) -> list[User]:
    """Everybody on a site whom a visitor may choose to be."""
    return [user for user in site.people() if user.active]


def person_cookie(site: Site) -> str:
    """The cookie that says whom the visitor has chosen to be on a site."""
    return f"laptop-jira-person-{site.name}" if site.name else "laptop-jira-person"


def page(path: str, handler: Handler, method: str = "GET") -> Route:
    """A route to a page, whose handler may take its time."""

    async def endpoint(request: Request) -> Response:
        visit = Visit(request=request, tenant=request.state.tenant, form=await _form(request))
        return await run_in_threadpool(handler, visit)

    return Route(path, endpoint, methods=[method])


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            return {}
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
