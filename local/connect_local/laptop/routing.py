"""Routing of requests to functions by an HTTP API's routes, the most specific first.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

import re
from collections.abc import Iterable

from connect_tools.template import DEFAULT_ROUTE, Route

_VARIABLE = re.compile(r"\\\{(\w+)(\\\+)?\\\}")


class Routes:
    """The routes of an HTTP API."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(_pattern(route.path), route) for route in sorted(routes, key=_generality)]

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route of a request, and the values of the variables in its path."""
        for pattern, route in self._routes:
            found = pattern.fullmatch(path)
            if found and route.method in {method, "ANY"}:
                return route, found.groupdict()
        return None


def _pattern(path: str) -> re.Pattern[str]:
    if path == DEFAULT_ROUTE:
        return re.compile(".*", re.DOTALL)
    return re.compile(
        _VARIABLE.sub(
            lambda variable: f"(?P<{variable[1]}>{'.+' if variable[2] else '[^/]+'})", re.escape(path)
        )
    )


def _generality(route: Route) -> tuple[bool, bool, int, bool]:
    return route.path == DEFAULT_ROUTE, "+}" in route.path, route.path.count("{"), route.method == "ANY"
