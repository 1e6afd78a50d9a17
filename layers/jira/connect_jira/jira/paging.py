"""Pagination of collections, in Jira's four ways.

- `startAt`, `maxResults`, `total`, `isLast`: most collections
- `nextPageToken`, `isLast`: searches
- `start`, `limit`, `isLastPage`: Service Management
- a link, `nextPage` with `lastPage` or `next` alone: changed worklogs, failed webhooks. Only the parameters
  of a link are used, so it leads nowhere but to the collection itself.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#pagination and
https://developer.atlassian.com/cloud/jira/service-desk/rest/intro/#pagination
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connect_jira.jira.errors import JiraResponseUnusable
from connect_jira.jira.response import JiraResponse

type Parameters = Mapping[str, str | int]
"""Query parameters that select a page."""

MOST_EMPTY_PAGES = 10
"""Empty pages in a row that may precede others: the app may not see everything that a search finds."""

_MARKS = {
    "nextPageToken": "nextPageToken",
    "isLastPage": "start",
    "lastPage": "nextPage",
    "next": "next",
    "startAt": "startAt",
    "total": "startAt",
    "isLast": "startAt",
    "maxResults": "",  # the last of the kinds that have a link to the next page
}
"""The member that identifies each kind of page, and the one that leads to the next page."""


def items(
    fetch: Callable[[Parameters], JiraResponse], first: Parameters, *, name: str, by_token: bool = False
) -> Iterator[Any]:
    """Yield every item of a collection, fetching pages as needed.

    Args:
        fetch: returns a page
        first: the parameters of the first one
        name: the member of a page that holds its items
        by_token: True if only a `nextPageToken` leads to another page

    Raises:
        JiraResponseUnusable: the response is no page, or pages without anything new do not end
        JiraError: raised by `fetch`
    """
    asked: Parameters | None = first
    before: list[Any] = []
    empty, seen = 0, {frozenset(first.items())}
    while asked is not None:
        page = _Page.read(fetch(asked), asked, name)
        by_token = by_token or "nextPageToken" in page.fields
        empty = 0 if page.items else empty + 1
        following = page.following(by_token=by_token)
        if following is not None:
            which = frozenset(following.items())
            is_same = bool(page.items) and page.items == before
            if which in seen or is_same or empty > MOST_EMPTY_PAGES:
                raise page.nothing_new()
            seen.add(which)
        yield from page.items
        asked, before = following, page.items


@dataclass(frozen=True, slots=True)
class _Page:
    """One page; null counts as absent."""

    response: JiraResponse
    asked: Parameters
    fields: Mapping[str, Any]
    items: list[Any]

    @classmethod
    def read(cls, response: JiraResponse, asked: Parameters, name: str) -> "_Page":
        body = response.body if response.is_success and isinstance(response.body, dict) else {}
        fields = {member: value for member, value in body.items() if value is not None}
        found = fields.get(name)
        if not isinstance(found, list):
            raise response.unusable(f"no page: it has no list of {name}")
        return cls(response, asked, fields, found)

    def nothing_new(self) -> JiraResponseUnusable:
        return self.response.unusable("a page that brings nothing new, and is not the last one")

    def following(self, *, by_token: bool) -> Parameters | None:
        """Return the parameters of the next page; None if this is the last one."""
        if any(self._flag(name) for name in ("isLast", "isLastPage", "lastPage")):
            return None
        match "nextPageToken" if by_token else self._leads_on_by():
            case "nextPageToken":
                following = self._by_token()
            case "start" | "startAt" as name:
                following = self._by_number(name)
            case "next" | "nextPage" as name:
                following = self._by_link(name)
            case _:
                following = None
        return following

    def _leads_on_by(self) -> str:
        kind = next((kind for mark, kind in _MARKS.items() if mark in self.fields), None)
        if kind is None:
            raise self.response.unusable(f"no page: it has none of {', '.join(_MARKS)}")
        return kind

    def _by_token(self) -> Parameters | None:
        token = self._text("nextPageToken")
        if token is not None:
            return {"nextPageToken": token}
        if self._flag("isLast") is False:
            raise self.response.unusable("no page: it says that there are more, and has no nextPageToken")
        return None

    def _by_number(self, name: str) -> Parameters | None:
        asked = int(self.asked.get(name, 0))
        told, total = self._whole(name), self._whole("total")
        following = (asked if told is None else told) + len(self.items)
        says_more = self._flag("isLast") is False or self._flag("isLastPage") is False
        if not says_more and (not self.items if total is None else following >= total):
            return None
        if following <= asked:
            raise self.nothing_new()
        return {name: following}

    def _by_link(self, name: str) -> Parameters:
        link = self._text(name) or ""
        try:
            parameters: Parameters = dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))
        except ValueError:
            parameters = {}
        if not parameters:
            raise self.response.unusable(f"no page: {name} is no link to another one")
        return parameters

    def _flag(self, name: str) -> bool | None:
        return self._of(bool, name)

    def _whole(self, name: str) -> int | None:
        return self._of(int, name)

    def _text(self, name: str) -> str | None:
        return self._of(str, name)

    def _of[T](self, kind: type[T], name: str) -> T | None:
        value = self.fields.get(name)
        if value is None or type(value) is kind:
            return value
        raise self.response.unusable(f"no page: {name} is no {kind.__name__}")
