"""Switches for faults: what the next REST calls are to meet."""

from starlette.responses import Response
from starlette.routing import Route

from connect_local.jira.entities import Json
from connect_local.jira.errors import NotCarriedOut
from connect_local.jira.faults import Faults
from connect_local.jira.pages.notices import Notice
from connect_local.jira.pages.view import View
from connect_local.jira.pages.visits import Visit, page
from connect_local.jira.pages.words import fault_words

_LIMITS = (
    ("jira-burst-based", "too many requests a second to one endpoint"),
    ("jira-per-issue-on-write", "too many writes to one issue"),
    ("jira-quota-tenant-based", "this site's hourly points are used up"),
    ("jira-quota-global-based", "the app's hourly points are used up, on all sites"),
)
"""The values of `RateLimit-Reason` (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/)."""


class FaultsPage:
    """The switches.

    Args:
        view: renders them
        faults: for calls to any site, after those of each site
    """

    def __init__(self, view: View, *, faults: Faults) -> None:
        self._view = view
        self._faults = faults

    def routes(self) -> list[Route]:
        """The routes below a site's base URL."""
        return [
            page("/faults", self.faults),
            page("/faults", self.order, "POST"),
            page("/faults/clear", self.clear, "POST"),
        ]

    def faults(self, visit: Visit) -> Response:
        """Show the ordered faults, and the form to order more."""
        on_order = [
            (whose, [fault_words(fault) for fault in faults.on_order()])
            for whose, faults in (("this site", visit.tenant.faults), ("any site", self._faults))
        ]
        return self._view.render(visit, "faults", title="Faults", limits=_LIMITS, on_order=on_order)

    def order(self, visit: Visit) -> Response:
        """Let the next calls meet something."""
        of_all = visit.form.get("of") == "all"
        faults = self._faults if of_all else visit.tenant.faults
        try:
            count = faults.order(_wish(visit))
        except NotCarriedOut as error:
            return self._view.go(visit, "/faults", Notice(str(error), is_good=False))
        calls = "call" if count == 1 else f"{count} calls"
        whose = "any site" if of_all else "this site"
        words = fault_words(faults.on_order()[-1])
        return self._view.go(visit, "/faults", Notice(f"The next {calls} to {whose} will meet {words}."))

    def clear(self, visit: Visit) -> Response:
        """Let all further calls through."""
        visit.tenant.faults.clear()
        self._faults.clear()
        return self._view.go(visit, "/faults", Notice("All calls are let through again."))


def _wish(visit: Visit) -> dict[str, Json]:
    """Return the form's order, as `POST /_local/faults` takes it."""
    form = visit.form
    wish: dict[str, Json] = {"count": _number(form.get("count", "1"))}
    match form.get("fault", "").partition(":"):
        case "429", _, reason:
            return wish | {
                "status": 429,
                "rateLimitReason": reason,
                "retryAfter": _number(form.get("retryAfter", "")),
            }
        case "status", _, status:
            return wish | {"status": _number(status)}
        case "delay", _, _:
            return wish | {"delay": _number(form.get("delay", ""))}
        case "drop", _, moment:
            return wish | {"drop": moment}
        case "rotate", _, _:
            return wish | {"rotateSecret": True}
    return wish


def _number(text: str) -> Json:
    """A number, or what was written instead."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
