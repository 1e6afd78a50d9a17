"""The JQL that the laptop's Jira knows: `project`, `key` and `id` with `=` or `in`, `AND`, and `ORDER BY`.

https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
"""

import re
from collections import deque
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from connect_local.jira.entities import Issue
from connect_local.jira.rest.answers import JiraError

_WORD = re.compile(r"""'[^']*'|"[^"]*"|[^\s"'(),=]+|\S""")
_PUNCTUATION = {"(", ")", ",", "="}
_IDENTITIES: dict[str, Callable[[Issue], set[str]]] = {
    "project": lambda issue: {issue.project.key, issue.project.id},
    "key": lambda issue: {issue.key, issue.id},
}
_SYNONYMS = {"issue": "key", "issuekey": "key", "id": "key"}
_ORDERS: dict[str, Callable[[Issue], Any]] = {
    "created": lambda issue: (issue.created, int(issue.id)),
    "updated": lambda issue: (issue.updated, int(issue.id)),
    "key": lambda issue: (issue.project.key, int(issue.key.partition("-")[2])),
}


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart.

    Attributes:
        clauses: `project` or `key`, and the ids and keys it may have; every clause has to be met
        orders: a field to sort by, and whether downwards; the first matters most
    """

    clauses: tuple[tuple[str, frozenset[str]], ...]
    orders: tuple[tuple[str, bool], ...]

    def run(self, issues: Iterable[Issue]) -> list[Issue]:
        """The issues that meet it; the newest first, when no order is asked for."""
        found = [
            issue
            for issue in issues
            if all(values & _IDENTITIES[field](issue) for field, values in self.clauses)
        ]
        for field, descending in reversed(self.orders or (("created", True),)):
            found.sort(key=_ORDERS[field], reverse=descending)
        return found


def parse_jql(jql: str) -> Query:
    """Take a query apart.

    Raises:
        JiraError: it is not understood
    """
    words = deque(_WORD.findall(jql))
    clauses, orders = [], []
    if words and words[0].lower() != "order":
        clauses = _separated(words, "and", _clause)
    if words:
        _expect(words, "order")
        _expect(words, "by")
        orders = _separated(words, ",", _order)
    if words:
        raise _unexpected(words[0])
    return Query(tuple(clauses), tuple(orders))


def _separated[T](words: deque[str], separator: str, read: Callable[[deque[str]], T]) -> list[T]:
    items = [read(words)]
    while words and words[0].lower() == separator:
        words.popleft()
        items.append(read(words))
    return items


def _clause(words: deque[str]) -> tuple[str, frozenset[str]]:
    field = _known(words, _IDENTITIES)
    if _expect(words, "=", "in") == "=":
        return field, frozenset([_value(words)])
    _expect(words, "(")
    values = _separated(words, ",", _value)
    _expect(words, ")")
    return field, frozenset(values)


def _order(words: deque[str]) -> tuple[str, bool]:
    field = _known(words, _ORDERS)
    directed = words and words[0].lower() in {"asc", "desc"}
    return field, bool(directed) and words.popleft().lower() == "desc"


def _value(words: deque[str]) -> str:
    word = _next(words)
    value = word[1:-1] if word[0] in "\"'" else word
    if not value or word in _PUNCTUATION:
        raise _unexpected(word)
    return value.upper()


def _known(words: deque[str], fields: Container[str]) -> str:
    word = _next(words)
    field = _SYNONYMS.get(word.lower(), word.lower())
    if field not in fields:
        raise JiraError(
            HTTPStatus.BAD_REQUEST, f"Field '{word}' does not exist or the laptop's Jira does not know it."
        )
    return field


def _expect(words: deque[str], *expected: str) -> str:
    word = _next(words)
    if word.lower() not in expected:
        raise _unexpected(word)
    return word.lower()


def _next(words: deque[str]) -> str:
    if not words:
        raise JiraError(HTTPStatus.BAD_REQUEST, "Error in the JQL Query: it ends too early.")
    return words.popleft()


def _unexpected(word: str) -> JiraError:
    return JiraError(HTTPStatus.BAD_REQUEST, f"Error in the JQL Query: did not expect '{word}'.")
