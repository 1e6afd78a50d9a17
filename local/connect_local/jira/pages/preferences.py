"""As whom the visitor looks at a site, and in which light."""

from starlette.responses import Response
from starlette.routing import Route

from connect_local.jira.pages.view import View
from connect_local.jira.pages.visits import THEME_COOKIE, THEMES, Visit, page, people_to_be, person_cookie

_A_YEAR = 365 * 24 * 3600


class Preferences:
    """Preferences in the visitor's own cookies."""

    def __init__(self, view: View) -> None:
        self._view = view

    def routes(self) -> list[Route]:
        """The routes below a site's base URL."""
        return [
            page("/preferences/person", self.be, "POST"),
            page("/preferences/theme", self.look, "POST"),
        ]

    def be(self, visit: Visit) -> Response:
        """Be somebody else on this site."""
        wish = visit.form.get("accountId")
        response = self._back(visit)
        if wish in {user.account_id for user in people_to_be(visit.site)}:
            _remember(response, person_cookie(visit.site), wish)
        return response

    def look(self, visit: Visit) -> Response:
        """See all pages in another light."""
        wish = visit.form.get("theme")
        response = self._back(visit)
        if wish in THEMES:
            _remember(response, THEME_COOKIE, wish)
        return response

    def _back(self, visit: Visit) -> Response:
        """To the page that the form was on."""
        below = f"{visit.site.context_path}/"
        back = visit.form.get("back", below)
        is_here = back.startswith(below) and not back.startswith(("//", "/\\"))
        return self._view.go(visit, back.removeprefix(visit.site.context_path) if is_here else "/")


def _remember(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_A_YEAR, httponly=True, samesite="strict")
